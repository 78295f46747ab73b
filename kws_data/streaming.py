"""Long recordings: what the streaming detector hears in them, when, and how often wrongly.

The same C front end and the same C detector as on the board run over each file; with ``engine="device"`` the file goes
to the flashed image instead. A file may come with the truth: in ``labels.csv`` (``file,label,start_s,end_s``,
one row a keyword) or as transcripts in its ``metadata.csv`` (``file,transcript``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.spotter.detector import Detection, HostDetector, StreamSpec
from kws_data.audio import read_audio
from kws_data.bundle import ModelBundle
from kws_data.errors import AudioError, DataError
from kws_data.evaluate import Engine, host_features, int8_scores, need
from kws_data.folder import audio_files
from kws_data.metrics import poisson_upper95, wilson
from kws_data.stream_truth import Spoken, Truth, judge, load_truth

if TYPE_CHECKING:
    from firmware_tools.link.session import BoardSession

Progress = Callable[[str, int, int], None]
Samples = NDArray[np.int16]
DEVICE_BLOCK_SAMPLES = 4_096


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


def detections(
    bundle: ModelBundle,
    samples: Samples,
    engine: Engine = "host",
    session: BoardSession | None = None,
    stream: StreamSpec | None = None,
) -> list[Detection]:
    """Detections in one recording."""
    if engine == "device":
        return device_detections(need(session), bundle, samples)
    scores, ends = stream_scores(bundle, samples, (stream or StreamSpec()).stride_frames)
    rate = bundle.frontend.sample_rate_hz
    detector = HostDetector(len(bundle.labels), bundle.streaming_int8, stream, sample_rate_hz=rate)
    return detector.run(scores, (int(end) for end in ends))


def stream_scores(
    bundle: ModelBundle, samples: Samples, stride_frames: int
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Scores of the windows of a recording: int8 [windows, labels], and after how many samples each was made.

    The first window ends with frame ``bundle.frames``, as on the board; there are none in a shorter recording.
    """
    spec = bundle.frontend
    if spec.frames(len(samples)) < bundle.frames:
        return np.zeros((0, len(bundle.labels)), np.int8), np.zeros(0, np.int64)
    frames = host_features(bundle, samples[np.newaxis])[0]
    starts = np.arange(0, len(frames) - bundle.frames + 1, stride_frames)
    windows = np.lib.stride_tricks.sliding_window_view(frames, bundle.frames, axis=0)[starts]
    scores, _ = int8_scores(bundle.tflite, np.ascontiguousarray(windows.transpose(0, 2, 1)))
    return scores, (starts + bundle.frames - 1) * spec.hop_samples + spec.window_samples


def device_detections(session: BoardSession, bundle: ModelBundle, samples: Samples) -> list[Detection]:
    """Detections that the flashed image makes in a recording sent over the serial port."""
    from firmware_tools.spotter.client import StreamDetection
    from firmware_tools.spotter.client import stream as send

    session.require("spotter", bundle.bundle_hash)
    blocks = (samples[i : i + DEVICE_BLOCK_SAMPLES] for i in range(0, len(samples), DEVICE_BLOCK_SAMPLES))
    return [event for event in send(session.link, blocks) if isinstance(event, StreamDetection)]
