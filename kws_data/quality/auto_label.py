"""Labels by machine: where a head on the encoder is sure, somebody is heard to speak, and the run's model agrees.

All others get the head's opinion with the confidence that it has, as a suggestion for whoever labels them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.levels import find_speech
from kws_data.audio import fit_length
from kws_data.bundle import ModelBundle
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.opinions import NewOpinion
from kws_data.config.config import Config
from kws_data.config.encoder import EncoderSettings
from kws_data.encoder.encoders import check_installed
from kws_data.errors import DataError
from kws_data.labelling.machine_words import words_of_machines
from kws_data.labels import label_of
from kws_data.progress import Progress
from kws_data.quality.clip_vectors import clip_vectors, names_of
from kws_data.quality.head_votes import chances, fitted_head
from kws_data.quality.out_of_fold import JudgeSettings, out_of_fold
from kws_data.quality.selection.of_catalog import parted
from kws_data.quality.trusted_votes import MOST_WRONG, Trust, trust

JUST_BELOW = 0.001  # under the stated confidence: a suggestion is never taken over as an automatic label
_AT_ONCE = 512


@dataclass(frozen=True)
class AutoLabels:
    """What machines say of clips without a label.

    Attributes:
        opinions: to be given, automatic ones with at least the stated confidence.
        automatic: how many have it.
        quiet: clips in which nobody is heard to speak; they get no opinion.
        disputed: clips of which the run's model says something else; suggestions.
        trust: what is known of the head's labels from clips that have one.
        with_model: whether a model of the run was asked.
    """

    opinions: tuple[NewOpinion, ...]
    automatic: int
    quiet: int
    disputed: int
    trust: Trust
    with_model: bool


def auto_labels(
    catalog: Catalog,
    config: Config,
    confidence: float = 0.95,
    *,
    most_wrong: float = MOST_WRONG,
    pool: Collection[str] | None = None,
    bundle: ModelBundle | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> AutoLabels:
    """Labels for clips that have none; nothing is written. What machines labelled before is not learnt from.

    Args:
        catalog: clips with and without labels.
        config: keywords, encoder, length of clips, seed.
        confidence: share that must be right of what is said so surely.
        most_wrong: share of all automatic labels that may be wrong.
        pool: ids of clips that count as without a label, beside those that have none.
        bundle: the run's model, which must agree; not asked when None.
        workers: processes.
        progress: told how far it is.

    Raises:
        MissingPackagesError: no encoder is installed.
        DataError: no clips without a label, or too few words or people with one.
    """
    settings = JudgeSettings.here(config, workers)
    if not settings.encoders:
        check_installed(EncoderSettings())
    told, without = parted(catalog.clips(with_set_aside=True), pool)
    if not without:
        raise DataError("every clip has a label", len(told), "import clips without labels, or name a --pool")
    ours = words_of_machines(catalog)  # a machine that learns from its own labels, or is measured on them, is too good
    told = [clip for clip in told if clip.id not in ours]
    if not told:
        remedy = "label some with kws label, or import clips of known words; kws select chooses which"
        raise DataError("no clip has a label to learn from", len(without), remedy)
    found = out_of_fold(catalog, told, settings, progress=progress)
    sure, said = found.probabilities.max(axis=1).astype(np.float64), found.probabilities.argmax(axis=1)
    known = trust(sure, said == found.given, found.folds, most_wrong)

    audio = [clip.audio_sha256 for clip in without]
    vectors = clip_vectors(catalog.folder, settings.encoders, audio, config.clip_samples, workers, progress)
    head = fitted_head(
        np.asarray(found.embeddings), found.given, len(found.classes), np.random.default_rng(config.seed)
    )
    asked = chances(head, vectors)
    words = [found.classes[n] for n in asked.argmax(axis=1).tolist()]
    sure = asked.max(axis=1).astype(np.float64)
    return _decided(catalog, config, without, words, sure, known, confidence, bundle, giver_of(settings.encoders))


def giver_of(encoders: Sequence[EncoderSettings]) -> str:
    """Who gives these labels: the encoders, and a hash of their versions and files."""
    hashed = hashlib.sha256(names_of(encoders).encode()).hexdigest()[:8]
    return f"auto: head on {'+'.join(one.kind for one in encoders)}@{hashed}"


def _decided(
    catalog: Catalog,
    config: Config,
    clips: Sequence[Clip],
    words: Sequence[str],
    sure: NDArray[np.float64],
    known: Trust,
    confidence: float,
    bundle: ModelBundle | None,
    giver: str,
) -> AutoLabels:
    stated = known.confidence(sure)
    opinions, automatic, quiet, disputed = list[NewOpinion](), 0, 0, 0
    for start in range(0, len(clips), _AT_ONCE):
        batch = clips[start : start + _AT_ONCE]
        samples = [catalog.load(clip) for clip in batch]
        heard = None if bundle is None else _model_says(bundle, samples)
        for offset, clip in enumerate(batch):
            place = start + offset
            if find_speech(samples[offset], config.frontend.sample_rate_hz).start is None:
                quiet += 1
                continue
            agrees = heard is None or heard[offset] == label_of(words[place], config.keywords)
            holds = bool(sure[place] >= known.limit and stated[place] >= confidence)
            disputed += holds and not agrees
            automatic += holds and agrees
            share = float(stated[place]) if holds and agrees else min(float(stated[place]), confidence - JUST_BELOW)
            note = "" if agrees else f"the run's model says {heard[offset] if heard else ''}"
            opinions.append(NewOpinion(clip.id, "model", giver, words[place], round(max(0.0, share), 4), note))
    return AutoLabels(tuple(opinions), automatic, quiet, disputed, known, bundle is not None)


def _model_says(bundle: ModelBundle, samples: Sequence[NDArray[np.int16]]) -> list[str]:
    """The label that the run's model gives each clip."""
    from kws_data.evaluation.inference import host_features, int8_scores

    clips = np.stack([fit_length(one, bundle.clip_samples) for one in samples])
    scores, _ = int8_scores(bundle.tflite, host_features(bundle, clips))
    return [bundle.labels[n] for n in scores.argmax(axis=1).tolist()]
