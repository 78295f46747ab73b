"""What a shape costs, measured and never estimated: an untrained model of it goes all the way onto the emulated core.

Bytes, arena, RAM and cycles of a model depend on its shape, not on what it has learned. So a freshly initialised model
is converted, slimmed, laid out by TFLM, compiled into the detector's image and run once on the emulated Cortex-M4F,
which takes two or three seconds. Its weights are drawn so that nothing in it is constant or dead: identical vectors
are stored once in a slim file, and a trained model has few.

Results are kept in ``.kws/shapes``, by everything that shapes them: model, front end, labels, clip, what is exported,
board, code.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware_tools.atomic import write_text
from firmware_tools.errors import FirmwareError, ModelError
from kws_data.config.config import Config
from kws_data.errors import ConfigError
from kws_data.gate.measure import LatencyCycles
from kws_data.progress import Progress
from kws_data.system.code_version import code_hash
from kws_data.system.processes import worker_pool

if TYPE_CHECKING:
    from firmware_tools.boards.spec import BoardSpec
    from kws_data.bundle import ModelBundle

CACHE_DIR = Path(".kws") / "shapes"


@dataclass(frozen=True)
class ShapeCost:
    """Measured cost of a shape; ``failure`` says why there is none: the engine or the board refuses the shape.

    Attributes:
        model_bytes: of the slim ``.tflite``.
        arena_bytes: by TFLM's recording allocator.
        island_bytes: every byte that listening needs on the board: weights, tables, RAM, stack.
        frontend_cycles, inference_cycles, decision_cycles: on the board's core; the front end's are of one frame.
        parameters, macs: of the model.
        streams: whether its engine streams.
        duty: per cent of the core while listening, where the configuration limits it; else 0.
        clock_hz: of the board.
    """

    model_bytes: int = 0
    arena_bytes: int = 0
    island_bytes: int = 0
    frontend_cycles: int = 0
    inference_cycles: int = 0
    decision_cycles: int = 0
    parameters: int = 0
    macs: int = 0
    clock_hz: int = 1
    streams: bool = False
    duty: float = 0.0
    failure: str = ""

    @property
    def cycles(self) -> LatencyCycles:
        """After a clip's last sample."""
        return LatencyCycles(self.frontend_cycles, self.inference_cycles, self.decision_cycles, self.clock_hz)

    def of_limit(self, name: str) -> float:
        """What is held against the limit of this name in ``budget``."""
        return self.cycles.latency_ms if name == "latency_ms" else float(getattr(self, name))

    def broken(self, config: Config) -> list[str]:
        """Names of the configuration's limits that the shape does not keep; all of them when it cannot run."""
        named = {**config.budget.model_dump(), "island_bytes": config.budget.island_limit(self.streams)}
        limits = {k: v for k, v in named.items() if k in LIMITS and v is not None}
        return [name for name, limit in limits.items() if self.failure or self.of_limit(name) > limit]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


#: Limits of ``budget`` that a shape can break, and their units.
UNITS = {
    "model_bytes": "bytes",
    "arena_bytes": "bytes",
    "island_bytes": "bytes",
    "latency_ms": "ms",
    "duty": "%",
    "inference_cycles": "cycles",
}
LIMITS = tuple(UNITS)


def shape_key(config: Config) -> str:
    """Hash of everything that a shape's cost depends on."""
    from kws_data.models.registry import family_files

    parts = {
        "model": config.model.model_dump(mode="json"),
        "frontend": config.frontend.to_dict(),
        "labels": len(config.labels),
        "clip_samples": config.clip_samples,
        "stream": config.stream.model_dump(mode="json", include={"engine", "stride_frames"}),
        "streams": "stream" in config.model_fields_set,
        "duty": config.budget.duty is not None,
        "export": config.export.model_dump(mode="json", include={"arena_plan", "dense_per_channel"}),
        "board": emulated_board(config).to_dict(),
        "code": code_hash(measure_shape),
        "own_family": [path.read_text(encoding="utf-8") for path in family_files(config.model.family)],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def shape_cost(config: Config, cache_dir: Path = CACHE_DIR) -> ShapeCost:
    """Cost of the model that a configuration names: from the cache, or measured now (a few seconds).

    A shape that cannot be built, or that the engine or the board cannot run, has a cost that says so in ``failure``.
    """
    path = cache_dir / f"{shape_key(config)}.json"
    known = _read(path)
    if known is None:
        known = _measure_or_failure(config)
        write_text(path, json.dumps(known.to_dict(), indent=1) + "\n")
    return known


def shape_costs(
    configs: Sequence[Config],
    workers: int = 2,
    cache_dir: Path = CACHE_DIR,
    progress: Progress | None = None,
    pool: Executor | None = None,
) -> Iterator[tuple[Config, ShapeCost]]:
    """:func:`shape_cost` of many, in order, by the processes of ``pool``, or by ``workers`` new ones where needed."""
    missing = [config for config in configs if _read(cache_dir / f"{shape_key(config)}.json") is None]
    if len(missing) < 2 or (workers <= 1 and pool is None):
        costs: Iterator[ShapeCost] = (shape_cost(config, cache_dir) for config in configs)
        yield from _told(configs, costs, progress)
    elif pool is not None:
        yield from _told(configs, pool.map(shape_cost, configs, [cache_dir] * len(configs)), progress)
    else:
        with worker_pool(min(workers, len(missing))) as own:
            yield from _told(configs, own.map(shape_cost, configs, [cache_dir] * len(configs)), progress)


def _told(
    configs: Sequence[Config], costs: Iterator[ShapeCost], progress: Progress | None
) -> Iterator[tuple[Config, ShapeCost]]:
    for done, (config, cost) in enumerate(zip(configs, costs, strict=True), 1):
        if progress:
            progress("measure shapes", done, len(configs))
        yield config, cost


def _measure_or_failure(config: Config) -> ShapeCost:
    try:
        return measure_shape(config)
    except (ConfigError, FirmwareError, ModelError) as error:
        # a clip too short for the shape, an operator that the engine does not know, a board without the room
        return ShapeCost(failure=str(error))
    except ValueError as error:  # Keras: a kernel that is longer than what it runs over
        return ShapeCost(failure=f"the model cannot be built: {str(error).splitlines()[0]}")


def measure_shape(config: Config) -> ShapeCost:
    """:func:`measure_bundle` of an untrained model of the configuration's shape.

    Raises:
        ConfigError: the clip is too short for it.
        ModelError, FirmwareError: the engine or the board cannot run it.
    """
    from kws_data.experiments.untrained import untrained_bundle

    bundle, board = untrained_bundle(config), emulated_board(config)
    cost = measure_bundle(bundle, board)
    return cost if config.budget.duty is None else replace(cost, duty=100.0 * _share(bundle, board, cost))


def _share(bundle: ModelBundle, board: BoardSpec, cost: ShapeCost) -> float:
    """Of the core, while it listens."""
    from kws_data.gate.listening import listening_of
    from kws_data.gate.measure import measure_layers

    return listening_of(bundle, cost.cycles, measure_layers(board, bundle)).share


def measure_bundle(bundle: ModelBundle, board: BoardSpec) -> ShapeCost:
    """Compile a bundle into the detector's image and run it once on an emulated board.

    Raises:
        ModelError, FirmwareError: the engine or the board cannot run it.
    """
    from firmware_tools.flashers.emulated import EmulatedFlasher
    from firmware_tools.link.session import open_board
    from kws_data.deploy.images import spotter_image
    from kws_data.gate.island import measure_island
    from kws_data.gate.measure import session_cycles

    with tempfile.TemporaryDirectory(prefix="kws-shape-") as name:
        folder = Path(name)
        image = spotter_image(board, bundle, folder / "image")
        EmulatedFlasher(board, folder).flash(image.bin)
        with open_board(board, None, folder) as session:
            cycles = session_cycles(session, bundle)
        return ShapeCost(
            model_bytes=bundle.tflite_bytes,
            arena_bytes=bundle.arena_bytes,
            island_bytes=measure_island(board, bundle, image, cycles).bytes,
            frontend_cycles=cycles.frontend,
            inference_cycles=cycles.inference,
            decision_cycles=cycles.decision,
            parameters=bundle.parameters,
            macs=bundle.macs,
            clock_hz=cycles.clock_hz,
            streams=bundle.engine == "streaming",
        )


def emulated_board(config: Config) -> BoardSpec:
    """The board that shapes are measured on: the configuration's, or an emulated core in its place."""
    from firmware_tools.boards.spec import load_board
    from kws_data.gate.stand_in import stand_in

    return stand_in(load_board(config.device.board))


def _read(path: Path) -> ShapeCost | None:
    """A cost that was measured before; None when there is none that can be read."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return ShapeCost(**values) if set(values) == {f.name for f in fields(ShapeCost)} else None
    except (OSError, ValueError, TypeError):
        return None
