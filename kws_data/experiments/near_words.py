"""Near words: how often a run's detector takes a word that is no keyword for one, said by people it has never heard.

The clips are those of folders with labels. Whoever trains the run, fixes its threshold or is heard in it without labels
is left out, and so is each recording that the run has under another name. Folds train a run for each part of the
people of the further folders, so that everybody is measured by a run that has not heard them from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kws_data.audio import fit_length
from kws_data.bundle import ModelBundle
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import folder_id
from kws_data.config.config import Config
from kws_data.config.data import PeopleFold
from kws_data.dataset.clip_pool import fold_of
from kws_data.dataset.manifest import load_dataset, read_columns
from kws_data.errors import DataError
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.inference import int8_scores
from kws_data.evaluation.metrics import metrics
from kws_data.evaluation.sealed import test_split_hash
from kws_data.features.load import load_features
from kws_data.labels import word_of
from kws_data.progress import Progress
from kws_data.scores import decide
from kws_data.sources.imports.find_layout import import_layout
from kws_data.statistics.intervals import measured_mean, measured_share, wilson

FIGURES = ("accuracy", "tpr", "fpr")


@dataclass(frozen=True)
class Taken:
    """One word: how many clips of how many people, and as which keyword how many of them are detected."""

    word: str
    people: frozenset[str] = frozenset()
    clips: int = 0
    taken_for: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Taken) -> Taken:
        return Taken(self.word, self.people | other.people, self.clips + other.clips, self.taken_for + other.taken_for)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the share with Wilson's 95 % interval, and the keywords, the most frequent first."""
        taken = self.taken_for.total()
        return {
            "word": self.word,
            "clips": self.clips,
            "people": len(self.people),
            "taken": taken,
            "share": measured_share(taken, self.clips),
            "ci95": list(wilson(taken, self.clips)),
            "taken_for": dict(sorted(self.taken_for.items(), key=lambda pair: (-pair[1], pair[0]))),
        }


@dataclass(frozen=True)
class NearWords:
    """What a run's detector makes of near words, and what it is worth on the run's own test.

    Attributes:
        words: in the order in which they were asked for.
        heard: people of the folders who are left out because the run has heard them.
        test: accuracy, TPR, FPR, threshold and clips.
    """

    words: tuple[Taken, ...]
    heard: frozenset[str]
    test: Mapping[str, Any]


def import_words(catalog: Catalog, config: Config, folders: Sequence[str], progress: Progress) -> list[Clip]:
    """Clips of words of folders in the configuration's layout, taken into the catalogue, each once.

    Raises:
        DataError: none is named, one is not there, or holds no audio in this layout.
    """
    if not folders:
        remedy = "name a folder with --folder, or data.more_folders or data.unlabelled"
        raise DataError("no folder of near words", config.name, remedy)
    clips: dict[str, Clip] = {}
    for folder in dict.fromkeys(folders):
        import_layout(catalog, config.data.layout, folder, progress)
        clips |= {clip.id: clip for clip in catalog.clips(folder=folder_id(folder))}
    return [clips[identity] for identity in sorted(clips) if clips[identity].word[0] not in "_("]


def chosen_words(config: Config, clips: Iterable[Clip], asked: Sequence[str] = ()) -> list[str]:
    """The words that are asked for, or all that are no keywords.

    Raises:
        DataError: one is a keyword, or nobody says it.
    """
    said = Counter(word_of(clip.word) for clip in clips)
    for word in map(word_of, asked):
        if word in config.keywords:
            raise DataError("a near word is a keyword", word, "name words that the detector has to pass over")
        if word not in said:
            there = ", ".join(sorted(set(said) - set(config.keywords))[:20]) or "none"
            raise DataError("nobody says this near word", word, f"words of the folders: {there}")
    return list(dict.fromkeys(map(word_of, asked))) or sorted(set(said) - set(config.keywords))


def near_words(
    config: Config, catalog: Catalog, clips: Sequence[Clip], words: Sequence[str], fold: PeopleFold | None = None
) -> NearWords:
    """Measure the run of a configuration, which is trained and exported, at its frozen threshold.

    Args:
        config: whose run it is.
        catalog: with the audio of the clips.
        clips: of the folders.
        words: whose clips are measured.
        fold: only people of this fold, whom the run has left out.

    Raises:
        DataError: no run, or its model was trained on another data set.
        BundleError: no model.
        CatalogError: stored audio is missing or damaged.
    """
    dataset_dir = config.run_dir / "dataset"
    bundle = _bundle_of(dataset_dir, config.run_dir / "model")
    heard, audio = _heard(dataset_dir)
    asked = [clip for clip in clips if word_of(clip.word) in words and _is_in(clip, fold)]
    new = [clip for clip in asked if clip.speaker not in heard and clip.audio_sha256 not in audio]
    found = {word: Taken(word) for word in words}
    for clip, keyword in zip(new, _detected(bundle, catalog, new), strict=True):
        taken = Counter([keyword] if keyword else [])
        found[word_of(clip.word)] += Taken(clip.word, frozenset([clip.speaker]), 1, taken)
    people = frozenset(clip.speaker for clip in asked) - frozenset(clip.speaker for clip in new)
    test = _own_test(bundle, dataset_dir)
    sha256, why = test_split_hash(dataset_dir), "beside near words"
    catalog.looks.record(sha256, config.name, bundle.model_sha256, "bench near", why)
    return NearWords(tuple(found.values()), people, test)


def _is_in(clip: Clip, fold: PeopleFold | None) -> bool:
    return fold is None or fold_of(clip.speaker, fold.folds) == fold.without


def _bundle_of(dataset_dir: Path, model_dir: Path) -> ModelBundle:
    bundle, dataset = ModelBundle.load(model_dir), load_dataset(dataset_dir)
    if bundle.dataset_version != dataset.version:
        remedy = "call kws train and kws export again"
        raise DataError("the model was trained on another data set", str(model_dir), remedy)
    return bundle


def _heard(dataset_dir: Path) -> tuple[set[str], set[str]]:
    """People and audio hashes of all that the run learns from or fixes its threshold on."""
    columns = read_columns(dataset_dir, "split", "word", "speaker", "audio_sha256")
    rows = list(zip(*columns.values(), strict=True))
    speakers = {speaker for split, word, speaker, _ in rows if split != "test" and not word.startswith("_")}
    return speakers, {audio for split, _, _, audio in rows if split != "test"}


def _detected(bundle: ModelBundle, catalog: Catalog, clips: Sequence[Clip]) -> list[str]:
    """The keyword that is detected in each clip, or an empty text."""
    if not clips:
        return []
    samples = np.stack([fit_length(catalog.load(clip), bundle.clip_samples) for clip in clips])
    found = decide(HostDetector(bundle).scores(samples).values, bundle.threshold)
    return [bundle.labels[label] if label >= 0 else "" for label in found]


def _own_test(bundle: ModelBundle, dataset_dir: Path) -> dict[str, Any]:
    test = load_features(dataset_dir, "test")
    scores, _ = int8_scores(bundle.tflite, np.asarray(test.x[:, 0]))
    found = metrics(scores, test.y, bundle.threshold, bundle.labels)
    return {name: getattr(found, name) for name in (*FIGURES, "threshold", "clips")}


def fold_configs(config: Config, folds: int) -> list[Config]:
    """A configuration for each fold of the people of further folders, with a run of its own."""
    return [
        config.model_copy(
            update={
                "name": f"{config.name}_without_{fold}_of_{folds}",
                "data": config.data.model_copy(update={"more_people": PeopleFold(folds=folds, without=fold)}),
            }
        )
        for fold in range(folds)
    ]


def report(config: Config, folders: Sequence[str], results: Sequence[NearWords]) -> dict[str, Any]:
    """One document of the run, or of the runs of all folds: counts are added, figures of the test are means.

    Raises:
        DataError: nobody is left to be measured.
    """
    words = results[0].words
    for other in results[1:]:
        words = tuple(one + more for one, more in zip(words, other.words, strict=True))
    total = sum(words, Taken("all"))
    heard = frozenset[str]().union(*(one.heard for one in results)) - total.people
    if not total.clips:
        remedy = "name folders of others, or measure in folds: --folds 3"
        raise DataError("nobody says near words whom the run has not heard", f"{len(heard)} people", remedy)
    return {
        "config": config.name,
        "folders": list(folders),
        "words": [word.to_dict() for word in words],
        "all": total.to_dict(),
        "people_left_out": len(heard),
        "test": {name: measured_mean([one.test[name] for one in results]) for name in FIGURES},
        "runs": [dict(one.test) for one in results],
    }
