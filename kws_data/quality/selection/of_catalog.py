"""Clips of a catalogue to be labelled next: those without a label, by what those with one teach."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Finding
from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.config.encoder import EncoderSettings
from kws_data.encoder.encoders import check_installed
from kws_data.errors import DataError
from kws_data.labelling.labels import WITHOUT_LABEL
from kws_data.labelling.take_over import NOT_LABELLED
from kws_data.labels import UNKNOWN
from kws_data.progress import Progress
from kws_data.quality.clip_vectors import clip_vectors, encoders_here
from kws_data.quality.head_votes import chances, fitted_head
from kws_data.quality.selection.choose import Chosen, Material, choose
from kws_data.quality.selection.slice_weights import slice_weights
from kws_data.quality.word_classes import WordClasses, word_classes
from kws_data.slices.record_next import RecordNext

VERB, REASON = "select", "selected"
LEAST_TOLD = 3  # clips of a word that is no keyword, from which a head may guess it


@dataclass(frozen=True)
class Selection:
    """What was chosen: findings in their order, how many clips have labels and how many wait for one, and whether
    those that have one are enough to guess what the others are."""

    findings: tuple[Finding, ...]
    labelled: int
    pool: int
    guessed: bool


def select_clips(
    catalog: Catalog,
    config: Config,
    by: str,
    budget: int,
    *,
    pool: Collection[str] | None = None,
    wanted: Sequence[RecordNext] = (),
    workers: int = 2,
    progress: Progress | None = None,
) -> Selection:
    """The clips that are to be labelled next.

    Args:
        catalog: clips with and without labels.
        config: keywords, encoder, length of clips, seed.
        by: a strategy of :data:`kws_data.quality.selection.choose.STRATEGIES`.
        budget: how many, at most.
        pool: ids of clips that count as without a label, beside those that have none; None: only those.
        wanted: slices that fail or are thin, for ``slices``.
        workers: processes.
        progress: told how far it is.

    Raises:
        MissingPackagesError: no encoder is installed.
        DataError: nothing to choose from, an unknown id in the pool, or too few labels for the strategy.
    """
    encoders = encoders_here(config.encoder)
    if not encoders:
        check_installed(EncoderSettings())
    told, without = parted(catalog.clips(with_set_aside=True), pool)
    clips = [*told, *without]
    classes = word_classes([clip.word for clip in told], config.keywords, LEAST_TOLD)
    audio = [clip.audio_sha256 for clip in clips]
    if not clips:
        raise DataError("no clip is there", str(catalog.folder), "import, record or collect some first")
    if not without:
        raise DataError("every clip has a label", len(told), "import clips without labels, or name a --pool")
    vectors = clip_vectors(catalog.folder, encoders, audio, config.clip_samples, workers, progress)
    material = Material(vectors, np.arange(len(told)), classes.given, max(1, len(classes.names)))
    guesses = _guesses(material, classes)
    if by == "slices":
        words = [word for word, _ in guesses]
        material = Material(
            vectors, material.known, material.given, material.classes, slice_weights(clips, words, wanted)
        )
    chosen = choose(material, by, budget, config.seed)
    guessed = any(word for word, _ in guesses)
    return Selection(tuple(_finding(clips, guesses, one) for one in chosen), len(told), len(without), guessed)


def parted(clips: Sequence[Clip], pool: Collection[str] | None) -> tuple[list[Clip], list[Clip]]:
    """Clips that have labels, and those that have none."""
    ids = set(pool or ())
    clips = [clip for clip in clips if clip.reasons in ("", NOT_LABELLED)]
    unknown = ids - {clip.id for clip in clips}
    if unknown:
        raise DataError("no such clip, or it is set aside", min(unknown), "name ids of kws catalog, one a line")
    without = [c for c in clips if c.word in WITHOUT_LABEL or c.reasons or c.id in ids]
    told = [c for c in clips if c.id not in ids and not c.reasons and not c.word.startswith(("_", "("))]
    return told, without


def _guesses(material: Material, classes: WordClasses) -> list[tuple[str, float]]:
    """What a head takes each clip for, and how surely; nothing where labels are too few for one."""
    if len(np.unique(material.given)) < 2:
        return [("", 0.0)] * len(material.vectors)
    head = fitted_head(material.vectors[material.known], material.given, material.classes, np.random.default_rng(0))
    said = chances(head, material.vectors)
    best = said.argmax(axis=1)
    return [(classes.names[n], float(said[place, n])) for place, n in enumerate(best.tolist())]


def _finding(clips: Sequence[Clip], guesses: Sequence[tuple[str, float]], one: Chosen) -> Finding:
    word, sure = guesses[one.place]
    named = "" if not word else "another word" if word == UNKNOWN else f'"{word}"'
    detail = f"{one.why}; sounds like {named} ({sure:.0%})" if named else one.why
    return Finding(clips[one.place].id, REASON, "look", one.value, "" if word == UNKNOWN else word, detail)
