"""What each engine made of each clip of a run: ``runs/<name>/report/predictions.parquet``, one row a clip and engine.

The columns, for pandas and any other reader of Parquet:

======================  ================================================================================================
``clip_id``             the clip, as in ``dataset/manifest.parquet``, which knows its speaker, word, source and device
``split``               ``test``; of the host's engines also ``validation``
``label``               what was said: ``_silence_``, ``_unknown_`` or a keyword
``engine``              ``float``, ``int8`` (the file that ships, in TensorFlow Lite Micro), ``c`` (that file in the C
                        that runs on the board), ``device`` (that C on the flashed board); after a refit also
                        ``before_refit`` (the int8 file that has not learnt from the validation people)
``detected``            keyword detected at the bundle's threshold; empty where none was
``score_<label>``       probability of each label, float32; of int8 engines it is exactly ``(score + 128) / 256``
======================  ================================================================================================

The threshold was fixed on validation clips, and after a refit ``int8`` has learnt from them: only test rows are held
out. *evaluate* and *device-eval* write a part each; *report* joins them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path
from kws_data.bundle import ModelBundle
from kws_data.errors import DataError
from kws_data.evaluation.metrics import Metrics, checked, metrics
from kws_data.scores import Scores, decide, probabilities

FILE, HOST_PART, DEVICE_PART = "predictions.parquet", "predictions-host.parquet", "predictions-device.parquet"
FLOAT, INT8, BEFORE_REFIT, DEVICE = "float", "int8", "before_refit", "device"
ENGINE_C = "c"
_SCORE = "score_"
_TEXTS = ("clip_id", "split", "label", "engine", "detected")


@dataclass(frozen=True)
class Predictions:
    """Rows of the table, a column an attribute.

    Attributes:
        labels: ``_silence_``, ``_unknown_``, keywords.
        clip_ids, splits, engines: texts ``[rows]``.
        y: true label, int64 ``[rows]``, index into the labels.
        detected: detected label, int64 ``[rows]``, -1 where nothing was.
        scores: probabilities, float32 ``[rows, labels]``.
    """

    labels: tuple[str, ...]
    clip_ids: NDArray[np.str_]
    splits: NDArray[np.str_]
    engines: NDArray[np.str_]
    y: NDArray[np.int64]
    detected: NDArray[np.int64]
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.y)

    def of(self, engine: str, split: str = "test") -> Predictions:
        """Rows of one engine and split, in the order of the data set."""
        return self._rows((self.engines == engine) & (self.splits == split))

    def metrics(self, threshold: float, speakers: Sequence[str] | None = None) -> Metrics:
        """METRICS of all rows at a threshold, with the speaker of each where known; DataError when there are none."""
        return metrics(self.scores, self.y, threshold, self.labels, speakers)

    def _rows(self, chosen: NDArray[np.bool_]) -> Predictions:
        return Predictions(
            self.labels,
            self.clip_ids[chosen],
            self.splits[chosen],
            self.engines[chosen],
            self.y[chosen],
            self.detected[chosen],
            self.scores[chosen],
        )


def predicted(
    bundle: ModelBundle, engine: str, split: str, clip_ids: NDArray[np.str_], y: NDArray[Any], scores: Scores
) -> Predictions:
    """Rows of one engine, decided on at the bundle's threshold.

    Args:
        bundle: whose labels and threshold hold.
        engine: who made the scores.
        split: where the clips stand.
        clip_ids: of the clips.
        y: their true labels.
        scores: int8 or probabilities [clips, labels].

    Raises:
        DataError: scores, labels and clips do not fit.
    """
    truth = checked(scores, y, bundle.labels)
    return Predictions(
        labels=bundle.labels,
        clip_ids=np.asarray(clip_ids, np.str_),
        splits=np.full(len(truth), split),
        engines=np.full(len(truth), engine),
        y=truth,
        detected=decide(scores, bundle.threshold),
        scores=probabilities(scores).astype(np.float32),
    )


def joined(parts: Sequence[Predictions]) -> Predictions:
    """All rows of some parts, one after the other; raises DataError when they are of different labels."""
    labels = parts[0].labels
    for part in parts:
        if part.labels != labels:
            remedy = "call kws run, which measures again what is not of this model"
            raise DataError("predictions are of different labels", [labels, part.labels], remedy)
    columns = ("clip_ids", "splits", "engines", "y", "detected", "scores")
    return Predictions(labels, *(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


def write_predictions(path: Path, rows: Predictions) -> None:
    """Write Parquet, whole or not at all, the same bytes for the same rows; raises OSError."""
    import pyarrow
    from pyarrow import parquet

    names = [*rows.labels, ""]  # the last, nothing detected, is the empty text
    columns = {
        "clip_id": pyarrow.array(rows.clip_ids.tolist(), pyarrow.string()),
        "split": _few_texts(*np.unique(rows.splits, return_inverse=True)),
        "label": _few_texts(names, rows.y),
        "engine": _few_texts(*np.unique(rows.engines, return_inverse=True)),
        "detected": _few_texts(names, np.where(rows.detected < 0, len(rows.labels), rows.detected)),
    }
    columns |= {f"{_SCORE}{label}": pyarrow.array(rows.scores[:, k]) for k, label in enumerate(rows.labels)}
    with atomic_path(path) as temporary:
        parquet.write_table(pyarrow.table(columns), temporary, compression="zstd")


def _few_texts(texts: Sequence[str] | NDArray[np.str_], index: NDArray[np.integer]) -> Any:
    """A column of strings of which there are few: by their numbers, which is ten times as fast at a million rows."""
    import pyarrow

    encoded = pyarrow.DictionaryArray.from_arrays(pyarrow.array(index), pyarrow.array([str(text) for text in texts]))
    return encoded.cast(pyarrow.string())


def read_predictions(path: Path, made_by: str) -> Predictions:
    """Read what :func:`write_predictions` wrote; DataError names the verb that makes it."""
    from pyarrow import ArrowException, parquet

    try:
        # Few different texts stand in millions of rows: they are read as numbers into a list of them.
        table = parquet.read_table(path, read_dictionary=list(_TEXTS[1:]))
        labels = tuple(name.removeprefix(_SCORE) for name in table.column_names if name.startswith(_SCORE))
        number = {label: k for k, label in enumerate(labels)} | {"": -1}
        (splits, split), (said, label), (engines, engine), (heard, found) = (
            _texts_and_index(table.column(name)) for name in _TEXTS[1:]
        )
        scores = np.stack([table.column(f"{_SCORE}{label}").to_numpy() for label in labels], axis=1)
        if not np.isfinite(scores).all():
            raise ValueError("a score is no number")
        return Predictions(
            labels=labels,
            clip_ids=np.array(table.column(_TEXTS[0]).to_numpy(), np.str_),
            splits=np.array(splits, np.str_)[split],
            engines=np.array(engines, np.str_)[engine],
            y=np.array([number[one] for one in said], np.int64)[label],
            detected=np.array([number[one] for one in heard], np.int64)[found],
            scores=scores,
        )
    except FileNotFoundError:
        raise DataError("a result is missing", str(path), f"call kws {made_by} first") from None
    except (ArrowException, OSError, KeyError, ValueError):
        raise DataError("a result is damaged", str(path), "remove it and call kws run") from None


def _texts_and_index(column: Any) -> tuple[list[str], NDArray[np.int64]]:
    """The different texts of a column, and which of them stands in each row."""
    encoded = column.unify_dictionaries().combine_chunks()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64)
