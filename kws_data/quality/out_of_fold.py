"""What a model says of each clip that has learnt from other people's clips only: the basis of judging labels.

With the extra ``encoder`` a head on what frozen encoders hear; without it the family of the configuration's own model,
trained once for each part (:mod:`kws_data.quality.own_votes`). A second round learns without the clips whose labels the
first has doubted: wrong labels then no longer teach the judge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.config.encoder import EncoderSettings
from kws_data.dataset.groups import Same
from kws_data.errors import DataError
from kws_data.progress import Progress
from kws_data.quality.clip_vectors import Vectors, clip_vectors, encoders_here, names_of
from kws_data.quality.head_votes import Chances, head_votes
from kws_data.quality.speaker_folds import speaker_folds
from kws_data.quality.word_classes import WordClasses, word_classes

FOLDS = 5
DOUBTED = 0.5  # a lead of another class by which the next round does not learn from a clip


@dataclass(frozen=True)
class JudgeSettings:
    """How clips are judged.

    Attributes:
        config: length of clips, front end, model, keywords; whose encoder comes first.
        encoders: whose features are heard; none: models of the configuration's family.
        folds: parts by speaker, with encoders.
        rounds: how often it is learnt; each without what the one before doubted.
        seed: of the parts and the models.
        workers: processes.
    """

    config: Config
    encoders: tuple[EncoderSettings, ...]
    folds: int = FOLDS
    rounds: int = 2
    seed: int = 0
    workers: int = 2

    @classmethod
    def here(cls, config: Config, workers: int = 2, *, encoder: bool = True) -> JudgeSettings:
        """With all encoders that are installed, or none of them."""
        return cls(config, encoders_here(config.encoder) if encoder else (), seed=config.seed, workers=workers)


@dataclass(frozen=True)
class OutOfFold:
    """What is said of clips by models that did not learn from them.

    Attributes:
        clip_ids: of the clips.
        classes: names of the classes; ``_unknown_`` stands for words that are too few to be classes.
        probabilities: float32 ``[clips, classes]``.
        embeddings: float16 ``[clips, values]`` of the encoders, None where there is none.
        by: who says it.
        given: int ``[clips]``, the class of the word that each clip has.
        folds: int ``[clips]``, parts by speaker.
    """

    clip_ids: tuple[str, ...]
    classes: tuple[str, ...]
    probabilities: Chances
    embeddings: Vectors | None
    by: str
    given: NDArray[np.int64]
    folds: NDArray[np.int64]


def out_of_fold(
    catalog: Catalog,
    clips: Sequence[Clip],
    settings: JudgeSettings,
    same: Same = (),
    progress: Progress | None = None,
) -> OutOfFold:
    """Class probabilities of clips that have words, each by a model that has heard other people only.

    Args:
        catalog: where their audio is.
        clips: with words; clips without a label are not for here.
        settings: how they are judged.
        same: groups of ids of clips that are the same recording; they are never in two parts.
        progress: told how far it is.

    Raises:
        DataError: fewer than two classes, too few speakers, or audio that is missing or damaged.
        ConfigError: an encoder cannot be opened.
    """
    classes = word_classes([clip.word for clip in clips], settings.config.keywords)
    if len(classes.names) < 2:
        raise DataError("labels of one word only cannot be judged", ", ".join(classes.names), "import other words too")
    if settings.encoders:
        return _heard(catalog, clips, classes, settings, same, progress)
    from kws_data.quality.own_votes import OWN_FOLDS, OwnJudges, own_features, own_votes

    folds = speaker_folds(clips, OWN_FOLDS, settings.seed, same)
    features = own_features(catalog, clips, settings.config)
    judges = OwnJudges(settings.config.frontend, len(classes.names), settings.seed)

    def asked(trusted: NDArray[np.bool_]) -> Chances:
        return own_votes(features, classes.given, folds, trusted, judges, settings.workers, progress)

    votes = in_rounds(asked, classes.given, settings.rounds)
    by = f"models on the front end of {settings.config.name}, out of fold"
    return OutOfFold(_ids(clips), classes.names, votes, None, by, classes.given, folds)


def _heard(
    catalog: Catalog,
    clips: Sequence[Clip],
    classes: WordClasses,
    settings: JudgeSettings,
    same: Same,
    progress: Progress | None,
) -> OutOfFold:
    folds = speaker_folds(clips, settings.folds, settings.seed, same)
    audio = [clip.audio_sha256 for clip in clips]
    samples = settings.config.clip_samples
    vectors = clip_vectors(catalog.folder, settings.encoders, audio, samples, settings.workers, progress)

    def asked(trusted: NDArray[np.bool_]) -> Chances:
        return head_votes(vectors, classes.given, len(classes.names), folds, trusted, settings.seed, progress)

    votes = in_rounds(asked, classes.given, settings.rounds)
    by = f"head on {names_of(settings.encoders)}, out of fold"
    return OutOfFold(_ids(clips), classes.names, votes, vectors, by, classes.given, folds)


def _ids(clips: Sequence[Clip]) -> tuple[str, ...]:
    return tuple(clip.id for clip in clips)


def in_rounds(asked: Callable[[NDArray[np.bool_]], Chances], given: NDArray[np.int64], rounds: int) -> Chances:
    """Probabilities of the last round; each learns without the labels that the one before doubted.

    Args:
        asked: out-of-fold probabilities by models that learn from the clips that are trusted, bool ``[clips]``.
        given: class of each clip.
        rounds: one or more.
    """
    votes = asked(np.ones(len(given), np.bool_))
    for _ in range(rounds - 1):
        votes = asked(lead(votes, given) < DOUBTED)
    return votes


def lead(probabilities: Chances, given: NDArray[np.int64]) -> NDArray[np.float32]:
    """By how much the likeliest other class leads the given one: -1 to 1, float32 ``[clips]``."""
    rows = np.arange(len(given))
    own, others = probabilities[rows, given], probabilities.copy()
    others[rows, given] = -1.0
    return np.asarray(others.max(axis=1) - own, np.float32)
