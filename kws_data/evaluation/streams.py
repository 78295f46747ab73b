"""Long recordings: what the streaming detector hears in them, when, and how often wrongly.

The same C front end and the same C detector as on the board run over each file; with ``engine="device"`` the file goes
to the flashed image instead. A file may come with the truth: in ``labels.csv`` (``file,label,start_s,end_s``,
one row a keyword) or as transcripts in its ``metadata.csv`` (``file,transcript``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware_tools.spotter.detector import Detection, StreamSpec
from kws_data.audio import read_audio
from kws_data.bundle import ModelBundle
from kws_data.errors import AudioError, DataError
from kws_data.evaluation.detections import detections
from kws_data.evaluation.folder import audio_files
from kws_data.evaluation.intervals import poisson_upper95, wilson
from kws_data.evaluation.on_board import Engine
from kws_data.evaluation.stream_truth import Spoken, Truth, judge, load_truth
from kws_data.progress import Progress

if TYPE_CHECKING:
    from firmware_tools.link.session import BoardSession


@dataclass(frozen=True)
class Heard:
    """What was detected in one file: seconds from its start, label, probability, and whether it was right."""

    file: str
    time_s: float
    label: str
    score: float
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {**vars(self)}


def evaluate_stream(
    bundle: ModelBundle,
    folder: Path | str,
    engine: Engine = "host",
    session: BoardSession | None = None,
    stream: StreamSpec | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The stream block: detections with times, hours heard, false accepts per hour, FRR where the truth is known.

    ``upper95`` bounds the rate of false accepts from above (one-sided 95 %, Poisson). Without any truth every
    detection is a false accept. A file whose transcript has a keyword in it does not count that keyword against the
    detector, as the transcript does not tell when it was said.

    Raises:
        DataError: the folder is missing or holds no audio that can be used.
    """
    folder = Path(folder)
    files = audio_files(folder)
    truth = load_truth(folder, bundle.labels)
    heard: list[Heard] = []
    spoken: list[Spoken] = []
    set_aside: list[dict[str, str]] = []
    samples_heard = 0
    for done, file in enumerate(files, 1):
        name = str(file.relative_to(folder))
        try:
            samples = read_audio(file, bundle.frontend.sample_rate_hz)
        except AudioError as error:
            set_aside.append({"file": name, "reason": error.what})
        else:
            found = detections(bundle, samples, engine, session, stream)
            samples_heard += len(samples)
            rows, words = judged(bundle, name, found, truth)
            heard += rows
            spoken += words
        if progress:
            progress("listen", done, len(files))
    if not samples_heard:
        raise DataError("folder holds no audio that can be used", str(folder), f"{len(set_aside)} files were set aside")
    hours = samples_heard / bundle.frontend.sample_rate_hz / 3_600
    return {**summary(heard, spoken, hours), "engine": engine, "set_aside": set_aside}


def judged(
    bundle: ModelBundle, name: str, found: Sequence[Detection], truth: Truth
) -> tuple[list[Heard], list[Spoken]]:
    """Detections in one file with their verdicts, and the keywords said in it."""
    rate = bundle.frontend.sample_rate_hz
    times = [detection.sample / rate for detection in found]
    labels = [bundle.labels[detection.label] for detection in found]
    verdicts, words = judge(truth, name, times, labels)
    rows = [
        Heard(name, round(time, 3), label, (detection.score + 128) / 256, verdict)
        for time, label, detection, verdict in zip(times, labels, found, verdicts, strict=True)
    ]
    return rows, words


def summary(heard: Sequence[Heard], spoken: Sequence[Spoken], hours: float) -> dict[str, Any]:
    """Rates and bounds. ``frr`` is None where no label says when keywords were said."""
    false = sum(row.verdict == "false" for row in heard)
    missed = sum(not word.heard for word in spoken)
    return {
        "hours": hours,
        "false_accepts": false,
        "false_accepts_per_hour": false / hours,
        "upper95": poisson_upper95(false) / hours,
        "keywords_said": len(spoken),
        "frr": missed / len(spoken) if spoken else None,
        "frr_ci95": list(wilson(missed, len(spoken))) if spoken else None,
        "detections": [row.to_dict() for row in heard],
    }
