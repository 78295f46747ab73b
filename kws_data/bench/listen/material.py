"""What bundles listen to, found in folders: words or recordings of keywords, hours without one, noise by its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from kws_data.bundle import ModelBundle
from kws_data.errors import DataError
from kws_data.evaluation.curve import SPEECH
from kws_data.evaluation.folder import audio_files
from kws_data.evaluation.laid_streams import WORD_S, Range
from kws_data.labels import spelt, word_of
from kws_data.progress import Progress, no_progress
from kws_data.release.stream_material import (
    Aside,
    NegativeFile,
    WordFiles,
    find_negatives,
    find_words,
    without_transcript,
)
from kws_data.scores import FIRST_KEYWORD

OTHER_WORDS = "other_words"


@dataclass(frozen=True)
class Wish:
    """What is to be listened to.

    Attributes:
        negatives: folders of recordings in which no keyword is said.
        words: folder ``<word>/<file>`` of keywords that are laid into the speech of the negatives.
        recordings: folder ``<keyword>/<file>`` of recordings that say their keyword once.
        other: folders of recordings of other words.
        noise: folders of noise, told apart by its kind.
        clips: folder ``<word>/<file>`` of clips.
        snr_db: least and most of a word above the speech around it.
        seed: of places, order and SNRs.
        other_spellings: what a word of ``clips`` counts as that is written otherwise than its keyword.
    """

    negatives: tuple[Path, ...]
    words: Path | None = None
    recordings: Path | None = None
    other: tuple[Path, ...] = ()
    noise: tuple[Path, ...] = ()
    clips: Path | None = None
    snr_db: Range = (10.0, 20.0)
    seed: int = 0
    other_spellings: str = "stop"


@dataclass
class Material:
    """What was found.

    Attributes:
        negatives, noise: recordings; the kind of a noise is its sound.
        words, recordings: of keywords, by the names of the bundle's labels.
        set_aside: (file, reason) of what is not listened to.
        notes: what a person should know, a line each.
    """

    negatives: list[NegativeFile] = field(default_factory=list)
    noise: list[NegativeFile] = field(default_factory=list)
    words: WordFiles | None = None
    recordings: WordFiles | None = None
    set_aside: Aside = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def around(self, seed: int) -> list[NegativeFile]:
        """The negatives that words are laid into: speech, as much as the words need; others where there is none."""
        speech = [one for one in self.negatives if one.kind == SPEECH] or self.negatives
        return enough(speech, len(self.words or ()) * WORD_S, seed)


def find_material(wish: Wish, bundle: ModelBundle, progress: Progress = no_progress) -> Material:
    """Look for all that was wished for.

    Raises:
        DataError: a folder is missing, or nothing in it can be used.
    """
    rate_hz, found = bundle.frontend.sample_rate_hz, Material()
    labels = {spelt(label): label for label in bundle.labels[FIRST_KEYWORD:]}
    found.negatives = find_negatives(wish.negatives, labels, found.set_aside, progress)
    if wish.other:
        others = find_negatives(wish.other, labels, found.set_aside, progress)
        found.negatives += [replace(one, kind=OTHER_WORDS, speaker="") for one in others]
    if wish.noise:
        noise = [
            replace(one, kind=one.sound, speaker="") for one in find_negatives(wish.noise, labels, found.set_aside)
        ]
        found.noise = sorted(noise, key=lambda one: (one.kind, str(one.path)))
    if wish.words:
        said = sorted({word for word, _ in _said(wish.words, labels)})
        words = find_words(wish.words, said, rate_hz, found.set_aside, progress)
        found.words = _named(words.files, labels, rate_hz)
    if wish.recordings:
        found.recordings = _named(_said(wish.recordings, labels, found.set_aside), labels, rate_hz)
    found.notes = list(_notes(found, labels.values()))
    return found


def _named(files: Iterable[tuple[str, Path]], labels: Mapping[str, str], rate_hz: int) -> WordFiles:
    return WordFiles(tuple((labels[word], file) for word, file in files), rate_hz)


def _said(folder: Path, keywords: Mapping[str, str], aside: Aside | None = None) -> list[tuple[str, Path]]:
    """(keyword, file) of a folder; files directly in it say the keyword where there is but one.

    Args:
        folder: of ``<keyword>/<file>``.
        keywords: as they are spelt.
        aside: is told (file, reason) of those that lie elsewhere.

    Raises:
        DataError: no such folder, or no file of a keyword in it.
    """
    found = []
    for file in audio_files(folder):
        word = word_of(file.parent.name)
        if word not in keywords and aside is not None and len(keywords) == 1 and file.parent == folder:
            word = next(iter(keywords))
        if word in keywords:
            found.append((word, file))
        elif aside is not None:
            aside.append((str(file), "its folder is named after none of the keywords"))
    if not found:
        raise DataError("no file says a keyword", str(folder), f"expected <keyword>/*, of {', '.join(keywords)}")
    return found


def enough(files: Sequence[NegativeFile], seconds: float, seed: int) -> list[NegativeFile]:
    """As many of the recordings as have so many seconds together, chosen by the seed, in their order; at least one."""
    chosen, have_s = set[int](), 0.0
    for index in np.random.default_rng([seed, 0xE0]).permutation(len(files)):
        if chosen and have_s >= seconds:
            break
        chosen.add(int(index))
        have_s += files[index].seconds
    return [file for index, file in enumerate(files) if index in chosen]


def _notes(found: Material, labels: Iterable[str]) -> Iterable[str]:
    kinds = {one.kind for one in found.negatives}
    if SPEECH not in kinds:
        yield f"no speech among the negatives: words stand in, and rates are of, {', '.join(sorted(kinds))}"
    if count := without_transcript(found.negatives):
        yield f"{count} recordings of speech have no transcript: a keyword said in them counts as a false accept"
    said = {label for files in (found.words, found.recordings) for label, _ in (files.files if files else ())}
    if silent := [label for label in labels if label not in said]:
        yield f"nobody says {', '.join(silent)}: not part of what is found"
