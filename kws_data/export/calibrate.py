"""A run's thresholds for a stated wish: chosen on its validation people, held again by each later export.

The wish stays in ``model/calibration.json`` (:mod:`kws_data.evaluation.stated_wish`), which is part of *export*'s key:
a run without it is the run that its configuration describes. What *export* itself had chosen stays in ``export.json``
under ``calibration``, so that it can be put back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from firmware_tools.atomic import write_text
from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.bundle import ModelBundle, model_hash
from kws_data.config.config import Config
from kws_data.dataset.negative_streams import has_negatives
from kws_data.errors import DataError
from kws_data.evaluation.calibrate_clips import ClipCalibration, calibrate_clips
from kws_data.evaluation.calibrate_stream import calibrate_stream, raised_for
from kws_data.evaluation.choose_stream import LEAST_INT8
from kws_data.evaluation.fair_int8 import fair_int8
from kws_data.evaluation.inference import int8_scores
from kws_data.evaluation.known_audio import KnownAudio
from kws_data.evaluation.lowest_threshold import LEAST_HOURS
from kws_data.evaluation.stated_negatives import stated_folders
from kws_data.evaluation.stated_wish import Stated
from kws_data.evaluation.stream_calibration import StreamCalibration
from kws_data.evaluation.stream_trial import SplitStreams
from kws_data.evaluation.sweep import hours_by_kind
from kws_data.evaluation.tail import hours_of_proof
from kws_data.evaluation.validation_streams import validation_streams
from kws_data.export.micro_wake_word import as_its_runtime_decides
from kws_data.export.on_negatives import SPOKEN
from kws_data.features.load import load_features
from kws_data.progress import Progress
from kws_data.run_folder import CALIBRATION_FILE, EXPORT_FILE, read_json


@dataclass(frozen=True)
class Calibration:
    """Thresholds for what was stated.

    Attributes:
        stated: what for.
        bundle: with the thresholds.
        before: what *export* itself had chosen, as export.json keeps it.
        clips: of the clip threshold; None where nothing is wished of clips.
        stream: of streams; None where nothing is wished of them, or there are no negatives.
        notes: what to know beside what those say.
        set_aside: (file, reason) of stated negatives that could not be read.
    """

    stated: Stated
    bundle: ModelBundle
    before: dict[str, Any]
    clips: ClipCalibration | None
    stream: StreamCalibration | None
    notes: tuple[str, ...] = ()
    set_aside: tuple[tuple[str, str], ...] = ()

    @property
    def problems(self) -> list[str]:
        """Why the wish is not met on validation; none where it is."""
        return [line for part in (self.clips, self.stream) if part is not None for line in part.problems]

    def lines(self) -> list[str]:
        """All there is to know, problems first."""
        return [
            *self.problems,
            *self.notes,
            *(line for part in (self.stream, self.clips) if part for line in part.notes),
        ]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "wish": self.stated.wishes.to_dict(),
            "per_keyword": self.stated.per_keyword,
            "negatives": list(self.stated.negatives),
            "met": not self.problems,
            "clips": self.clips and self.clips.to_dict(),
            "stream": self.stream and self.stream.to_dict(),
            "set": self.stated.overrides(),
            "problems": self.problems,
            "notes": self.lines()[len(self.problems) :],
            "set_aside": [{"file": file, "reason": reason} for file, reason in self.set_aside],
            "bundle_hash": self.bundle.bundle_hash,
        }

    def save(self, model_dir: Path) -> None:
        """Write calibration.json, export.json and, last, the bundle; each whole or not at all. Raises OSError."""
        report, found = read_json(model_dir / EXPORT_FILE, "export"), self.to_dict()
        kept = {key: found[key] for key in ("wish", "per_keyword", "negatives", "met", "notes", "clips")}
        report["calibration"] = {**kept, "before": self.before}
        if self.stream is not None:
            rate = self.stated.wishes.false_accepts_per_hour
            wish = None if rate is None else {"false_accepts_per_hour": rate, "hours_of_proof": hours_of_proof(rate)}
            report["stream"] = {**found["stream"], "wish": wish}
        elif self.before["chosen"] is not None:
            report["stream"] = self.before["chosen"]
        write_text(model_dir / CALIBRATION_FILE, json.dumps(self.stated.to_dict(), indent=1) + "\n")
        write_text(model_dir / EXPORT_FILE, json.dumps(report, indent=1) + "\n")
        self.bundle.save(model_dir)


def calibrate(
    bundle: ModelBundle,
    config: Config,
    stated: Stated,
    dataset_dir: Path,
    model_dir: Path,
    progress: Progress | None = None,
) -> Calibration:
    """Thresholds for a wish, chosen on validation people and negatives; test clips play no part. Writes nothing.

    After a refit, which learnt from the validation people, they are chosen with the file before it, and where false
    accepts are limited they are as high as the refitted file needs, too.

    Raises:
        DataError: the data set or a folder is missing, or has nothing to choose on.
    """
    kept = chosen_by_export(bundle, model_dir)
    stated_folders(stated.negatives, bundle, config).check()
    bundle = _with(bundle, kept)
    fair = fair_int8(bundle, model_dir)
    before = replace(bundle, tflite=fair, model_sha256=model_hash(fair))
    validation = load_features(dataset_dir, "validation")
    scores, _ = int8_scores(fair, np.asarray(validation.x[:, 0]))
    clips = calibrate_clips(scores, validation.y, stated.wishes)
    notes, stream, aside = list[str](), None, list[tuple[str, str]]()
    if stated.wishes.false_accepts_per_hour is not None or stated.wishes.floor:
        stream = _stream(before, bundle, config, stated, dataset_dir, notes, aside, progress)
    made = bundle if clips is None else replace(bundle, threshold_int8=clips.threshold_int8)
    made = made if stream is None else replace(made, stream=stream.spec)
    return Calibration(stated, as_its_runtime_decides(made), kept, clips, stream, tuple(notes), tuple(aside))


def chosen_by_export(bundle: ModelBundle, model_dir: Path) -> dict[str, Any]:
    """Thresholds of *export*: those of the bundle, or those that a calibration has replaced.

    Raises:
        DataError: export.json is missing or damaged.
    """
    report = read_json(model_dir / EXPORT_FILE, "export")
    before: dict[str, Any] | None = report.get("calibration", {}).get("before")
    own = {"threshold_int8": bundle.threshold_int8, "stream": bundle.stream.to_dict(), "chosen": report.get("stream")}
    return own if before is None else before


def _with(bundle: ModelBundle, kept: dict[str, Any]) -> ModelBundle:
    return replace(bundle, threshold_int8=kept["threshold_int8"], stream=StreamSpec.from_dict(kept["stream"]))


def calibrated_export(model_dir: Path) -> dict[str, Any]:
    """export.json of a calibrated run.

    Raises:
        DataError: the run is not calibrated, or export.json is missing or damaged.
    """
    report: dict[str, Any] = read_json(model_dir / EXPORT_FILE, "export")
    if "calibration" not in report:
        raise DataError("the run is not calibrated", str(model_dir), "its thresholds are those of kws export already")
    return report


def uncalibrated(bundle: ModelBundle, model_dir: Path) -> ModelBundle:
    """Put back what *export* itself had chosen, and remove the wish. Returns the bundle, which is saved.

    Raises:
        DataError: the run is not calibrated.
    """
    path, report = model_dir / CALIBRATION_FILE, calibrated_export(model_dir)
    kept = chosen_by_export(bundle, model_dir)
    del report["calibration"]
    if kept["chosen"] is None:
        report.pop("stream", None)
    else:
        report["stream"] = kept["chosen"]
    before = _with(bundle, kept)
    path.unlink(missing_ok=True)
    before.save(model_dir)
    write_text(model_dir / EXPORT_FILE, json.dumps(report, indent=1) + "\n")
    return before


def _stream(
    before: ModelBundle,
    ships: ModelBundle,
    config: Config,
    stated: Stated,
    dataset_dir: Path,
    notes: list[str],
    aside: list[tuple[str, str]],
    progress: Progress | None,
) -> StreamCalibration | None:
    """What is chosen for streams; None, noted, where a TPR is wished and no negatives are there to hear keywords in."""
    settings = stated.settings(config).model_copy(update={"stride_frames": before.stream.stride_frames})
    if stated.wishes.floor and stated.wishes.false_accepts_per_hour is None:  # a keyword's own floor is asked for only
        settings = settings.model_copy(update={"per_keyword": bool(stated.per_keyword)})
    folders, limited = [Path(one) for one in stated.negatives], stated.wishes.false_accepts_per_hour is not None
    none = "stream: there are no negatives to hear keywords in, so its thresholds stay: name --negatives FOLDER"
    if not limited and not folders and not has_negatives(dataset_dir):
        notes.append(none)
        return None

    known = KnownAudio.of(dataset_dir, before.labels, before.frontend.sample_rate_hz) if folders else None

    def heard_by(bundle: ModelBundle) -> SplitStreams:
        own = replace(stated_folders(stated.negatives, bundle, config), known=known)
        recordings, snr_db = config.data.recordings, settings.snr_db
        found = validation_streams(bundle, dataset_dir, recordings, own, snr_db, settings.stride_frames, progress)
        notes.extend(line for line in own.notes if line not in notes)
        aside.extend(one for one in own.set_aside if one not in aside)
        return found

    streams = heard_by(before)
    if not limited and not (streams.laid and streams.negatives):
        notes.append(none)
        return None
    least = _least(before, streams)
    found = calibrate_stream(before, streams, settings, stated.wishes, least)
    if found is None or not limited or before.model_sha256 == ships.model_sha256:
        return found
    sums = (found.spec.sums or ())[2:]
    offsets = tuple(one - min(sums) for one in sums)
    fixed = settings.model_copy(update={"average": found.spec.average})
    again = calibrate_stream(ships, heard_by(ships), fixed, stated.wishes, least, offsets)
    return found if again is None else raised_for(found, again)


def _least(bundle: ModelBundle, streams: SplitStreams) -> int:
    """No average score below it is a detection: where nobody speaks in the negatives, none below what clips need."""
    hours = hours_by_kind(streams.negatives, bundle.frontend.sample_rate_hz)
    return LEAST_INT8 if sum(hours.get(kind, 0.0) for kind in SPOKEN) >= LEAST_HOURS else bundle.streaming_int8


def problems_line(problems: Sequence[str]) -> str:
    """For a run that goes on all the same."""
    return f"the wish of {CALIBRATION_FILE} is not met by this model: {'; '.join(problems)}"
