"""Anything for the firmware's C under the sanitizers, until time is up: samples, commands, networks, damaged models."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from firmware_tools.atomic import write_bytes
from firmware_tools.engine.streaming.host import stream_sources
from firmware_tools.errors import KwsError, ModelError
from firmware_tools.firmware import SOURCE_DIR
from firmware_tools.tflite.graph import read_tflite
from kws_data.bench.damaged.make import make_case
from kws_data.bench.graphs.draw import draw_graph
from kws_data.bench.graphs.library import Network, plan_network
from kws_data.bench.sanitized.compiler import build_objects, run_program
from kws_data.bench.sanitized.networks import networks_program
from kws_data.bench.sanitized.programs import APPS, BUNDLES, app_program, drawn_bundle, listener_program
from kws_data.progress import Progress

NETWORKS, DAMAGED = 25, 60  # in one program, of which many damaged ones are refused before
STEPS, TURNS = 400, 20_000  # of listeners, of apps, in one run
MOST_BYTES, MOST_MACS = 1 << 20, 5_000_000  # of a damaged model that is compiled and run
BUILDS = ((), ("-DKWS_DSP=1",), ("-DKWS_SHORT_MULTIPLY=1",))

Part = Callable[[int, Path], Iterator[tuple[str, str, bytes]]]


@dataclass(frozen=True)
class SanitizedBench:
    """How long, or how many rounds of all parts, from which seed on."""

    seconds: float = 600.0
    rounds: int | None = None
    seed: int = 0
    keep: Path | None = None


@dataclass(frozen=True)
class Finding:
    """What a sanitizer, or a comparison, said of one run."""

    part: str
    seed: int
    said: str

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dict(vars(self))


@dataclass
class Sanitized:
    """Runs of each part, and what was wrong."""

    runs: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"runs": dict(self.runs), "findings": [finding.to_dict() for finding in self.findings]}


def bench_sanitized(bench: SanitizedBench, progress: Progress) -> Sanitized:
    """Round after round, each with the next seed; networks that failed go to ``bench.keep``.

    Raises:
        FirmwareError: no compiler has the sanitizers, or one refuses our C.
        OSError: a file cannot be kept.
    """
    found, until = Sanitized(), time.monotonic() + bench.seconds
    with tempfile.TemporaryDirectory(prefix="kws-sanitized-") as folder:
        parts = _Programs(Path(folder))
        for turn in itertools.count() if bench.rounds is None else range(bench.rounds):
            for part in (parts.listeners, parts.apps, parts.networks, parts.damaged):
                for name, said, tflite in part(bench.seed + turn):
                    found.runs[name] += 1
                    if said:
                        found.findings.append(Finding(name, bench.seed + turn, said))
                        if tflite and bench.keep is not None:
                            write_bytes(bench.keep / f"{name}-{bench.seed + turn}-{found.runs[name]}.tflite", tflite)
                    progress("programs under the sanitizers", sum(found.runs.values()), 0)
                if time.monotonic() > until:
                    return found
    return found


class _Programs:
    """Programs that are built once, and those that are built for each round. Each part gives its name, what was said
    of a run, and the network that it was about."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._built: dict[str, Path] = {}
        self._made: dict[str, list[Path]] = {}

    def listeners(self, seed: int) -> Iterator[tuple[str, str, bytes]]:
        """Streaming and windowed listeners hear the same: of some bundles, and of one with any front end."""
        for number, bundle in enumerate((*BUNDLES, drawn_bundle(seed))):
            heard = []
            for streaming in (False, True):
                which = str(number) if number < len(BUNDLES) else f"drawn-{seed}"
                name = f"listener-{which}-{'streaming' if streaming else 'windowed'}"
                build = partial(listener_program, bundle, streaming)
                out, said = run_program(self._once(name, build), seed, STEPS)
                heard.append(out)
                if streaming and not said and heard[0] != out:
                    said = f"hears {out.strip()}, by windows {heard[0].strip()}"
                yield "listeners", f"{name}: {said}" if said else "", b""

    def apps(self, seed: int) -> Iterator[tuple[str, str, bytes]]:
        """Commands and noise."""
        for app in APPS:
            _, said = run_program(self._once(app, partial(app_program, app)), seed, TURNS)
            yield "apps", f"{app}: {said}" if said else "", b""

    def networks(self, seed: int) -> Iterator[tuple[str, str, bytes]]:
        """Random networks, a third of the rounds each with one way of multiplying."""
        drawn = [draw_graph(seed, number).tflite for number in range(NETWORKS)]
        yield from self._run_all("networks", drawn, seed)

    def damaged(self, seed: int) -> Iterator[tuple[str, str, bytes]]:
        """Those of many damaged models that are read and planned all the same."""
        yield from self._run_all("damaged", [make_case("tflite", seed, n).data for n in range(DAMAGED)], seed)

    def _run_all(self, name: str, models: Sequence[bytes], seed: int) -> Iterator[tuple[str, str, bytes]]:
        planned = [(model, network) for model in models if (network := _planned(model)) is not None]
        said = self._said([network for _, network in planned], seed)
        for model, network in planned:
            alone = self._said([network], seed) if said else ""
            yield name, alone, model

    def _said(self, networks: list[Network], seed: int) -> str:
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            try:
                return run_program(networks_program(networks, seed, Path(folder), self._kernels(seed)))[1]
            except KwsError as error:
                return str(error)

    def _portable(self) -> list[Path]:
        return self._objects("portable", sorted(SOURCE_DIR.glob("*.c")), ())

    def _kernels(self, seed: int) -> list[Path]:
        flags = BUILDS[seed % len(BUILDS)]
        return self._objects("kernels" + "".join(flags), stream_sources(), flags)

    def _objects(self, name: str, sources: Sequence[Path], flags: Sequence[str]) -> list[Path]:
        if name not in self._made:
            self._made[name] = build_objects(sources, self._folder / name, flags)
        return self._made[name]

    def _once(self, name: str, build: Callable[[Path, list[Path]], Path]) -> Path:
        if name not in self._built:
            self._built[name] = build(self._folder / name, self._portable())
        return self._built[name]


def _planned(tflite: bytes) -> Network | None:
    """None where it is refused, with one line, or too large to be tried."""
    try:
        network = plan_network(read_tflite(tflite))
    except ModelError:
        return None
    sizes = (len(tflite), network.plan.total_bytes, network.stream.state_bytes if network.stream else 0)
    return network if max(sizes) <= MOST_BYTES and network.graph.total_macs <= MOST_MACS else None
