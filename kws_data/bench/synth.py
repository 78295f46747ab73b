"""How fast engines speak, from a text to its clip in the catalogue, each beside espeak-ng in the same run."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kws_data.bench.figures import Figure
from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.config.synth import EngineSettings
from kws_data.errors import KwsError
from kws_data.progress import Progress
from kws_data.sources.synth.engines import make_engine
from kws_data.sources.synth.espeak import SynthVoice
from kws_data.sources.synth.people import synth_people

BASELINE = "espeak"
WORDS = ("seven", "marvin")
PEOPLE = 4


@dataclass(frozen=True)
class Pace:
    """What an engine should reach, in clips a second and core (None: nothing is asked), and takes that are timed."""

    floor: float | None
    takes: int


PACES = {
    "espeak": Pace(None, 40),
    "flite": Pace(None, 20),
    "hibari": Pace(60.0, 40),
    "piper": Pace(15.0, 12),
    "kokoro": Pace(None, 2),
}


@dataclass(frozen=True)
class Speed:
    """Clips that were made, and the seconds that they took: on the clock, and of the cores (children's too)."""

    clips: int
    wall_s: float
    cpu_s: float

    @property
    def per_core_s(self) -> float:
        """Clips a second of one core."""
        return self.clips / self.cpu_s

    def less(self, other: Speed) -> Speed:
        """What more than another one it was."""
        return Speed(self.clips - other.clips, self.wall_s - other.wall_s, self.cpu_s - other.cpu_s)


def bench_synth(kinds: Sequence[str], progress: Progress, styles: str | None = None) -> Iterator[Figure]:
    """A figure for each engine, espeak-ng first; ``styles`` are Kokoro's, which come in no package."""
    base: Speed | None = None
    wanted = list(dict.fromkeys((BASELINE, *kinds)))
    for number, kind in enumerate(wanted):
        progress("engines", number, len(wanted))
        started = time.perf_counter()
        engine = EngineSettings(kind=kind, styles=styles if kind == "kokoro" else None)
        try:
            name = _name_of_speaking(engine)
        except KwsError as error:
            yield Figure(kind, _wanted(kind), f"not here: {error}", None, time.perf_counter() - started)
            continue
        speed = measure(engine, PACES[kind].takes)
        base = base or speed
        yield _figure(kind, name, speed, base, time.perf_counter() - started)
    progress("engines", len(wanted), len(wanted))


def measure(engine: EngineSettings, takes: int) -> Speed:
    """Speed of an engine with one worker, without what is done once: starting, loading, opening a catalogue.

    That is the difference of a run with more takes and one with a single take, which is done twice: what the machine
    reads from its disk for the first time counts in neither.
    """
    _run(engine, 1)
    once = _run(engine, 1)
    return _run(engine, 1 + takes).less(once)


def estimate_s(kinds: Sequence[str]) -> float:
    """How long it takes, roughly."""
    return sum({"kokoro": 40.0}.get(kind, 15.0) for kind in {BASELINE, *kinds})


def _run(engine: EngineSettings, takes: int) -> Speed:
    with tempfile.TemporaryDirectory(prefix="kws-bench-") as folder:
        config = _config(engine, takes, Path(folder))
        started = _seconds()
        with Catalog(config.data.recordings) as catalog:
            made = synth_people(catalog, config, workers=1)
        ended = _seconds()
    return Speed(made.added, ended[0] - started[0], ended[1] - started[1])


def _seconds() -> tuple[float, float]:
    """Of the clock, and of the cores by this process and by its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter(), time.process_time() + children.ru_utime + children.ru_stime


def _config(engine: EngineSettings, takes: int, folder: Path) -> Config:
    synth = {"speakers": PEOPLE, "takes": takes, "engine": engine.model_dump()}
    data = {"source": "synthetic", "recordings": str(folder), "synth": synth}
    return Config.model_validate({"name": "bench", "keywords": list(WORDS), "data": data})


def _name_of_speaking(settings: EngineSettings) -> str:
    """Name of an engine that has said a word; raises KwsError when it cannot speak here."""
    with make_engine(settings) as engine:
        engine.say(SynthVoice(engine.accents[0], engine.voices[0]), WORDS[0])
        return engine.name


def _wanted(kind: str) -> str:
    floor = PACES[kind].floor
    return f">= {floor:g} clips a second and core" if floor else "–"


def _figure(kind: str, name: str, speed: Speed, base: Speed, seconds: float) -> Figure:
    ratio = speed.per_core_s / base.per_core_s
    against = "the baseline" if kind == BASELINE else f"{ratio:.2f} of espeak-ng's"
    measured = (
        f"{speed.per_core_s:.3g} clips a second and core, {against}; {speed.clips / speed.wall_s:.3g} by the clock"
    )
    details = {
        "engine": name,
        "clips": speed.clips,
        "clips_per_core_s": speed.per_core_s,
        "clips_per_s": speed.clips / speed.wall_s,
        "baseline": BASELINE,
        "ratio": ratio,
    }
    floor = PACES[kind].floor
    return Figure(kind, _wanted(kind), measured, floor is None or speed.per_core_s >= floor, seconds, details)
