"""Long recordings: what the streaming detector hears in them, when, and how often wrongly.

On the host the same C front end and the same C detector as on the board run over each file; a board is sent the file
over its serial port. A file may come with the truth: in ``labels.csv`` (``file,label,start_s,end_s``, one row a
keyword) or a label track of Audacity beside it, or as transcripts in its ``metadata.csv`` (``file,transcript,kind``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path

import numpy as np

from firmware_tools.spotter.detector import Detection
from kws_data.audio import read_audio
from kws_data.bundle import ModelBundle
from kws_data.decoding import duration_s
from kws_data.errors import AudioError, DataError
from kws_data.evaluation.detector import Detector
from kws_data.evaluation.ears import ear_of
from kws_data.evaluation.folder import audio_files
from kws_data.evaluation.listening import in_order
from kws_data.evaluation.stream_evaluation import Heard, KindHeard, ResponseTimes, SetAside, StreamEvaluation
from kws_data.evaluation.stream_truth import ALL, Spoken, Truth, judge
from kws_data.evaluation.written_truth import load_truth
from kws_data.progress import Progress
from kws_data.scores import probability
from kws_data.statistics.intervals import wilson


def evaluate_stream(detector: Detector, folder: Path | str, progress: Progress | None = None) -> StreamEvaluation:
    """The stream block: detections with times, hours heard, false accepts per hour, FRR where the truth is known.

    Without any truth every detection is a false accept. A file whose transcript has a keyword in it does not count that
    keyword against the detector, as the transcript does not tell when it was said.

    Raises:
        DataError: the folder is missing or holds no audio that can be used; what is written of it cannot be true.
    """
    folder = Path(folder)
    bundle, files = detector.bundle, audio_files(folder, "long recordings, .wav or .flac")
    names = {file.relative_to(folder).as_posix(): file for file in files}
    truth = load_truth(folder, bundle.labels, list(names), lambda name: _length_s(names[name]))
    heard: list[Heard] = []
    spoken: list[Spoken] = []
    set_aside: list[SetAside] = []
    samples_heard: Counter[str] = Counter()
    ear = ear_of(detector)
    for done, (name, file) in enumerate(names.items(), 1):
        try:
            samples = read_audio(file, bundle.frontend.sample_rate_hz)
        except AudioError as error:
            set_aside.append(SetAside(name, error.what))
        else:
            samples_heard[truth.kind(name)] += len(samples)
            rows, words = judged(bundle, name, ear.detections(name, samples, truth), truth)
            heard += rows
            spoken += words
        if progress:
            progress("listen", done, len(files))
    if not samples_heard:
        raise DataError("folder holds no audio that can be used", str(folder), f"{len(set_aside)} files were set aside")
    hours = {kind: count / bundle.frontend.sample_rate_hz / 3_600 for kind, count in in_order(samples_heard).items()}
    kinds = {name: truth.kind(name) for name in names}
    return ear.curved(summary(heard, spoken, hours, detector.engine, set_aside, truth.notes, kinds))


def _length_s(file: Path) -> float:
    """Seconds of a file; infinite of one that cannot be read, which is set aside later."""
    try:
        return duration_s(file)
    except AudioError:
        return inf


def judged(
    bundle: ModelBundle, name: str, found: Sequence[Detection], truth: Truth
) -> tuple[list[Heard], list[Spoken]]:
    """Detections in one file with their verdicts, and the keywords said in it."""
    rate = bundle.frontend.sample_rate_hz
    times = [detection.sample / rate for detection in found]
    labels = [bundle.labels[detection.label] for detection in found]
    verdicts, words = judge(truth, name, times, labels)
    rows = [
        Heard(name, round(time, 3), label, probability(detection.score), verdict)
        for time, label, detection, verdict in zip(times, labels, found, verdicts, strict=True)
    ]
    return rows, words


def summary(
    heard: Sequence[Heard],
    spoken: Sequence[Spoken],
    hours: Mapping[str, float],
    engine: str,
    set_aside: Sequence[SetAside] = (),
    notes: Sequence[str] = (),
    kinds: Mapping[str, str] | None = None,
) -> StreamEvaluation:
    """Rates and bounds of what one engine heard, in so many hours of each kind; ``kinds`` are those of the files."""
    wrong = [row for row in heard if row.verdict == "false"]
    missed = sum(not word.heard for word in spoken)
    by_kind = {kind: Counter[str]() for kind in hours}
    for row in wrong:
        by_kind[(kinds or {}).get(row.file, ALL)][row.label] += 1
    whole = KindHeard(sum(hours.values()), len(wrong))
    return StreamEvaluation(
        hours=whole.hours,
        false_accepts=whole.false_accepts,
        false_accepts_per_hour=whole.per_hour,
        upper95=whole.upper95,
        keywords_said=len(spoken),
        frr=missed / len(spoken) if spoken else None,
        frr_ci95=wilson(missed, len(spoken)) if spoken else None,
        detections=tuple(heard),
        engine=engine,
        set_aside=tuple(set_aside),
        notes=tuple(notes),
        negatives={
            kind: KindHeard(heard_h, by_kind[kind].total(), dict(sorted(by_kind[kind].items())))
            for kind, heard_h in hours.items()
        },
        response_ms=_response(spoken),
    )


def _response(spoken: Sequence[Spoken]) -> ResponseTimes | None:
    """From the end of each word to its detection, by the samples of the recording; None where no word was said."""
    times = [late for word in spoken if (late := word.response_ms) is not None]
    if not spoken:
        return None
    p50, p95 = np.percentile(times, (50, 95)) if times else (0.0, 0.0)
    return ResponseTimes(round(float(p50), 1), round(float(p95), 1), len(times), len(spoken))
