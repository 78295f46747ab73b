"""What a data set wants of the feature store, read from its manifest in batches: a few bytes a clip, not objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.config.split import NEGATIVES_SPLIT, SPLITS, UNLABELLED_SPLIT
from kws_data.features.compute import AUDIO, COPIES, PLAIN, WORK, Work, plain_keys
from kws_data.features.recipe import Recipe
from kws_data.features.shard import KEY, Keys
from kws_data.features.store import FeatureStore, short_keys
from kws_data.labels import SILENCE, UNLABELLED

BATCH_ROWS = 16_384
NO_LABEL = -1  # in the place of the number of a label
_COLUMNS = ("clip_id", "audio_sha256", "label", "split")


@dataclass(frozen=True)
class Wanted:
    """Clips of one split, in the order of the manifest.

    Attributes:
        split: train, validation, test, unlabelled, or negatives.
        copies: of each clip, with the one that is as it was.
        ids: clip ids, S16 ``[clips]``.
        labels: index into the labels, int32 ``[clips]``; ``NO_LABEL`` for all that are unlabelled.
        keys: of the augmented copies; of a split without any, only ``audio`` means something.
    """

    split: str
    copies: int
    ids: NDArray[np.bytes_]
    labels: NDArray[np.int32]
    keys: Keys

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def keeps_audio(self) -> bool:
        """Whether the samples themselves belong to the data set: where models are measured."""
        return self.split not in ("train", UNLABELLED_SPLIT, NEGATIVES_SPLIT)

    @property
    def plain_keys(self) -> Keys:
        """Keys of the clips as they are."""
        return plain_keys(self.keys["audio"])

    def first_copies(self, most: int | None) -> Wanted:
        """The same clips with no more copies than ``most``, the clip as it is among them."""
        if most is None or most >= self.copies:
            return self
        keys = self.keys.copy()
        keys["copies"] = most - 1
        return replace(self, copies=most, keys=keys)

    def without(self, audio: set[bytes]) -> Wanted:
        """The clips whose audio is not among these hashes."""
        kept = np.array([sha256.tobytes() not in audio for sha256 in self.keys["audio"]], bool)
        return Wanted(self.split, self.copies, self.ids[kept], self.labels[kept], self.keys[kept])


def read_wanted(manifest: Path, labels: Sequence[str], recipe: Recipe) -> list[Wanted]:
    """What each split of a manifest wants, and the clips without labels if it has some. Only a batch of rows is in
    memory at once.

    A column ``repeat`` numbers the times a clip stands in a split; each time has other copies.

    Raises:
        OSError, ArrowException: the manifest cannot be read.
    """
    batches: dict[str, list[tuple[Any, ...]]] = {split: [] for split in (*SPLITS, UNLABELLED_SPLIT)}
    for batch in _batches(manifest):
        for split in batches:
            chosen = np.flatnonzero(batch["split"] == split)
            if len(chosen):
                batches[split].append(_columns({name: column[chosen] for name, column in batch.items()}, labels))
    return [_joined(split, parts, recipe) for split, parts in batches.items() if parts or split in SPLITS]


def _batches(manifest: Path) -> Iterator[dict[str, NDArray[Any]]]:
    from pyarrow import parquet

    with parquet.ParquetFile(manifest) as file:
        columns = [name for name in (*_COLUMNS, "repeat") if name in file.schema_arrow.names]
        for batch in file.iter_batches(BATCH_ROWS, columns=columns):
            yield {name: batch.column(name).to_numpy(zero_copy_only=False) for name in columns}


def _columns(batch: dict[str, NDArray[Any]], labels: Sequence[str]) -> tuple[Any, ...]:
    """ids, label numbers, audio hashes, whether a word is said, and repeats of one batch."""
    number = {label: index for index, label in enumerate(labels)} | {UNLABELLED: NO_LABEL}
    audio = np.frombuffer(bytes.fromhex("".join(batch["audio_sha256"])), "V32")
    y = np.array([number[label] for label in batch["label"]], np.int32)
    words = batch["label"] != SILENCE
    repeat = batch["repeat"].astype(np.uint32) if "repeat" in batch else np.zeros(len(y), np.uint32)
    return batch["clip_id"].astype("S16"), y, audio, words, repeat


def _joined(split: str, parts: list[tuple[Any, ...]], recipe: Recipe) -> Wanted:
    empty = (np.empty(0, "S16"), np.empty(0, np.int32), np.empty(0, "V32"), np.empty(0, bool), np.empty(0, np.uint32))
    return wanted_of(split, tuple(np.concatenate(column) for column in zip(*(parts or [empty]), strict=True)), recipe)


def wanted_of(split: str, columns: tuple[NDArray[Any], ...], recipe: Recipe) -> Wanted:
    """Clips of a split from their ids, label numbers, audio hashes, whether a word is said, and repeats."""
    ids, labels, audio, words, repeat = columns
    copies = recipe.augment.copies if split in recipe.copied else 1
    keys = np.zeros(len(ids), KEY)
    keys["audio"], keys["word"], keys["copies"] = audio, words, copies - 1
    keys["first"] = 1 + repeat * (copies - 1)
    if copies > 1 and recipe.voices:
        keys["voice"] = _voices(audio, recipe)
    return Wanted(split, copies, ids, labels, keys)


def _voices(audio: NDArray[np.void], recipe: Recipe) -> NDArray[np.void]:
    """The voice that each clip hears in the background: its slot follows from its own hash."""
    slots = audio.view(np.uint8).reshape(len(audio), -1)[:, -1].astype(np.intp) % len(recipe.voices)
    voices = np.frombuffer(b"".join(bytes.fromhex(sha256)[:16] for sha256 in recipe.voices), "V16")
    return np.asarray(voices[slots])


def parts_of(wanted: Wanted, recipe: Recipe) -> list[tuple[str, int]]:
    """Each part that a split needs: its name, and its bit in the work."""
    if not len(wanted):
        return []
    parts = [(recipe.plain_part(spec), PLAIN) for spec in recipe.frontends]
    if wanted.copies > 1:
        parts += [(recipe.copies_part(spec), COPIES) for spec in recipe.frontends]
    if wanted.keeps_audio:
        parts += [(recipe.audio_part, AUDIO)]
    return parts


def missing_work(wanted: Sequence[Wanted], recipe: Recipe, store: FeatureStore) -> Work:
    """Work on all clips of which something is not in the store; one part's index is in memory at a time."""
    todo = [np.zeros(len(split), np.uint8) for split in wanted]
    for part in sorted({part for split in wanted for part, _ in parts_of(split, recipe)}):
        index = store.index(part)
        for split, bits in zip(wanted, todo, strict=True):
            bit = dict(parts_of(split, recipe)).get(part)
            if bit:
                keys = split.keys if bit == COPIES else split.plain_keys
                bits[index.locate(keys).missing & first_of_each(keys)] |= bit
    counts = [np.count_nonzero(bits) for bits in todo]
    work, start = np.zeros(sum(counts), WORK), 0
    for split, bits, count in zip(wanted, todo, counts, strict=True):
        chosen = np.flatnonzero(bits)
        work["key"][start : start + count], work["parts"][start : start + count] = split.keys[chosen], bits[chosen]
        start += int(count)
    return work


def first_of_each(keys: Keys) -> NDArray[np.bool_]:
    """False where the same key stood before: it is computed once."""
    _, first = np.unique(short_keys(keys), return_index=True)
    unique = np.zeros(len(keys), bool)
    unique[first] = True
    return unique
