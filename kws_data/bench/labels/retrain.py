"""What wrong labels cost a model of 16 KB, and how much comes back when kws audit's findings are applied.

The shape and front end of ``configs/gsc9.yaml`` (:data:`SHAPE`), trained for :data:`EPOCHS` epochs without teachers:
shorter than what ships, the same for all three. One fifth of the speakers is tested; neither the model nor the audit
hears them, and no error is planted among them. Accuracies are compared seed by seed.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from kws_data.bench.figures import Figure
from kws_data.bench.labels.material import LabelsBench, words_of
from kws_data.bench.labels.swaps import swapped
from kws_data.bench.labels.wrong_words import config_of, shared_catalogue
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import RELABEL
from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.config.model import ModelSettings
from kws_data.config.training import TrainSettings
from kws_data.labels import UNKNOWN
from kws_data.models.float_model import as_input
from kws_data.models.mel_axis import mel_axis
from kws_data.quality.label_errors import LABEL_ERROR, find_label_errors
from kws_data.quality.out_of_fold import JudgeSettings, out_of_fold
from kws_data.quality.own_votes import own_features
from kws_data.quality.speaker_folds import speaker_folds
from kws_data.system.processes import worked_through
from kws_data.training.batches.spec_augment import SpecAugment
from kws_data.training.batches.train_set import TrainSet
from kws_data.training.fit import FitRecipe, fit, prepare_tensorflow

SHAPE = ModelSettings(
    family="tenet", channels=27, blocks=3, kernel=9, expansion=2, branches=(), pointwise_bits=4
)  # fmt: skip
EPOCHS, QUICK_EPOCHS = 20, 2
SHARES = (0.05, 0.20)
SEEDS, QUICK_SEEDS, TESTED = 3, 1, 5
WANTED = 0.5
CLEAN = "clean"


@dataclass(frozen=True)
class Training:
    """One model: its name, seed and the label of each clip; -1 where a clip is not learnt from."""

    name: str
    seed: int
    labels: NDArray[np.int64]


def figures(bench: LabelsBench) -> list[Figure]:
    """A row for each share of wrong labels: how much of the lost accuracy comes back."""
    started = time.perf_counter()
    seeds = list(range(bench.seed, bench.seed + (QUICK_SEEDS if bench.quick else SEEDS)))
    with Catalog(shared_catalogue(bench)) as catalog:
        config, clips = config_of(bench, catalog), words_of(catalog)
        tested = speaker_folds(clips, TESTED, bench.seed) == 0
        trainings = list[Training]()
        for seed in seeds:
            trainings += _trainings(bench, catalog, config, clips, tested, seed)
        features = own_features(catalog, clips, config)
    truth = labels_of(config, [clip.word for clip in clips])
    accuracies = _trained(bench, config, features, truth, tested, trainings)
    seconds = time.perf_counter() - started
    return [_figure(share, seeds, accuracies, seconds) for share in SHARES]


def labels_of(config: Config, words: Sequence[str]) -> NDArray[np.int64]:
    """Label of each word: 0 for another word, then the keywords."""
    names = [UNKNOWN, *config.keywords]
    return np.array([names.index(word) if word in config.keywords else 0 for word in words], np.int64)


def _trainings(
    bench: LabelsBench, catalog: Catalog, config: Config, clips: Sequence[Clip], tested: NDArray[np.bool_], seed: int
) -> list[Training]:
    """Of one seed: all labels right, and of each share wrong and set right."""
    learnt = [clip for clip, held in zip(clips, tested, strict=True) if not held]
    made = [Training(CLEAN, seed, labels_of(config, [clip.word for clip in clips]))]
    for share in SHARES:
        rng = np.random.default_rng([bench.seed, seed, *b"retrain", round(1_000 * share)])
        wrong = swapped(learnt, config.keywords, rng, share)
        told = [replace(clip, word=wrong.get(clip.id, clip.word)) for clip in learnt]
        found = out_of_fold(catalog, told, JudgeSettings.here(config, bench.workers), progress=bench.progress)
        applied = {
            one.clip_id: one.suggestion if one.action == RELABEL else ""
            for one in find_label_errors(found)
            if one.reason == LABEL_ERROR
        }
        noisy = {clip.id: clip.word for clip in told}
        for name, words in ((f"wrong {share}", noisy), (f"set right {share}", noisy | applied)):
            said = [words.get(clip.id, clip.word) for clip in clips]
            labels = labels_of(config, said)
            labels[[not word for word in said]] = -1
            made.append(Training(name, seed, labels))
    return made


def _trained(
    bench: LabelsBench,
    config: Config,
    features: NDArray[np.int8],
    truth: NDArray[np.int64],
    tested: NDArray[np.bool_],
    trainings: Sequence[Training],
) -> Mapping[tuple[str, int], float]:
    """Accuracy of each model on people who are tested, by name and seed."""
    accuracies = {}
    with TemporaryDirectory(prefix="kws-retrain-") as folder:
        for name, array in (("x", features), ("truth", truth), ("tested", tested)):
            np.save(Path(folder) / f"{name}.npy", array)
        work = partial(_one, config, QUICK_EPOCHS if bench.quick else EPOCHS, folder)
        for done, (key, accuracy) in enumerate(worked_through(work, trainings, bench.workers)):
            accuracies[key] = accuracy
            bench.progress("retrain", done + 1, len(trainings))
    return accuracies


def _one(config: Config, epochs: int, folder: str, training: Training) -> tuple[tuple[str, int], float]:
    x, truth, tested = (np.load(Path(folder) / f"{name}.npy", mmap_mode="r") for name in ("x", "truth", "tested"))
    learnt = ~tested & (training.labels >= 0)
    prepare_tensorflow(training.seed)
    data = TrainSet(
        np.asarray(x[learnt]), training.labels[learnt], len(config.keywords) + 1, None, mel_axis(config.frontend),
        SpecAugment(),
    )  # fmt: skip
    settings = TrainSettings(epochs=epochs, learning_rate=0.02)
    model, _ = fit(data, FitRecipe(SHAPE, settings, training.seed, SHAPE.pointwise_bits))
    said = np.asarray(model(as_input(np.asarray(x[tested])[:, 0]), training=False)).argmax(axis=1)
    return (training.name, training.seed), float((said == truth[tested]).mean())


def _figure(share: float, seeds: Sequence[int], accuracies: Mapping[tuple[str, int], float], seconds: float) -> Figure:
    clean, wrong, right = (
        np.array([accuracies[name, seed] for seed in seeds]) for name in (CLEAN, f"wrong {share}", f"set right {share}")
    )
    lost, back = clean - wrong, right - wrong
    recovered = float(back.mean() / lost.mean()) if lost.mean() > 0 else None
    words = "nothing was lost" if recovered is None else f"{recovered:.0%} of"
    measured = (
        f"{words} {_interval(lost)} points lost: {clean.mean():.1%} clean, {wrong.mean():.1%} wrong,"
        f" {right.mean():.1%} set right; {len(seeds)} seeds"
    )
    details = {"clean": clean.tolist(), "wrong": wrong.tolist(), "set right": right.tolist(), "epochs": EPOCHS}
    passed = None if recovered is None else recovered >= WANTED
    return Figure(
        f"model trained on {share:.0%} wrong labels, then set right", f"≥ {WANTED:.0%} of the loss back", measured,
        passed, seconds, details,
    )  # fmt: skip


def _interval(points: NDArray[np.float64]) -> str:
    """Mean in points and Student's 95 % interval over seeds."""
    from scipy.stats import t

    if len(points) < 2:
        return f"{100 * points.mean():.1f}"
    half = float(t.ppf(0.975, len(points) - 1) * points.std(ddof=1) / len(points) ** 0.5)
    return f"{100 * points.mean():.1f} [{100 * (points.mean() - half):.1f}, {100 * (points.mean() + half):.1f}]"
