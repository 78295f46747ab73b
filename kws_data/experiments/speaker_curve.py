"""What more people would bring: the same model trained on a part of the speakers, and the line through the errors.

Each part is trained for as many steps as the whole, without teachers (a teacher has heard all speakers), and
measured as float on the validation clips: whether to record more people is a choice, so the test split stays sealed.
Larger parts contain the smaller ones.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import write_text
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.features.load import FeatureSet, load_features
from kws_data.progress import Progress
from kws_data.system.processes import cores, run_jobs
from kws_data.training.batches.train_set import TrainSet, of_clips, train_set
from kws_data.training.checkpoint import Checkpoint, fit_key
from kws_data.training.curves import power_law, speakers_plot
from kws_data.training.fit import FitRecipe, FitWatch, fit, prepare_tensorflow

SHARES = (0.1, 0.25, 0.5, 1.0)
FEWEST_SPEAKERS = 10
RESULT, PICTURE = "speakers_curve.json", "speakers_curve.svg"


@dataclass(frozen=True)
class ShareJob:
    """One part of the speakers to train on."""

    config: Config
    dataset_dir: Path
    share: float
    folder: Path

    @property
    def result(self) -> Path:
        """Where its figures go."""
        return self.folder / f"share-{round(100 * self.share)}.json"


def speakers_curve(
    config: Config, dataset_dir: Path, model_dir: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """Train on 10, 25, 50 and 100 % of the speakers; writes ``speakers_curve.json`` and ``.svg`` to ``model_dir``.

    Returns:
        Speakers and accuracy of each part, the exponent of the power law, and what twice and four times as many
        speakers would bring if it holds.

    Raises:
        DataError: there are fewer than ten training speakers.
    """
    jobs = [ShareJob(config, dataset_dir, share, model_dir / "speakers") for share in SHARES]
    run_jobs(train_share, jobs, cores(), progress)
    points = [json.loads(job.result.read_text(encoding="utf-8")) for job in jobs]
    amounts, accuracies = [p["speakers"] for p in points], [p["accuracy"] for p in points]
    law = power_law(amounts, [1 - a for a in accuracies])
    expected = {f"{n}x": round(1 - law.error(n * amounts[-1]), 4) for n in (2, 4)}
    document = {"points": points, "exponent": round(law.exponent, 3), "expected_accuracy": expected}
    write_text(model_dir / RESULT, json.dumps(document, indent=1) + "\n")
    write_text(model_dir / PICTURE, speakers_plot(amounts, accuracies, law))
    return document


def train_share(job: ShareJob, progress: Progress) -> None:
    """Train on a part of the speakers and measure on the validation clips."""
    from kws_data.models.float_model import float_scores

    prepare_tensorflow(job.config.seed)
    features = load_features(job.dataset_dir, "train")
    speakers, words = of_clips(job.dataset_dir, features.clip_ids, "speaker", "word")
    chosen = first_speakers(speakers, job.share, job.config.seed)
    part = training_part(job.config, features, words, np.isin(np.asarray(speakers), sorted(chosen)))
    settings = job.config.train
    epochs = round(settings.epochs / job.share)
    longer = settings.without_teachers().model_copy(update={"epochs": epochs, "tensorboard": False, "tries": 1})
    recipe = FitRecipe(job.config.model, longer, job.config.seed, job.config.model.pointwise_bits)
    key = fit_key(part.sha256(), recipe.shape, recipe.settings, recipe.seed)
    checkpoint = Checkpoint(job.folder / f"share-{round(100 * job.share)}.npz", key)
    stage = f"{job.share:.0%} of the speakers"
    model, _ = fit(part, recipe, watch=FitWatch(stage, progress, checkpoint))
    held_out = load_features(job.dataset_dir, "validation")
    right = float_scores(model, np.asarray(held_out.x[:, 0])).argmax(axis=1) == held_out.y
    result = {"speakers": len(chosen), "clips": len(part.y), "accuracy": round(float(right.mean()), 4)}
    write_text(job.result, json.dumps(result) + "\n")
    checkpoint.remove()


def first_speakers(speakers: Sequence[str], share: float, seed: int) -> set[str]:
    """A share of the speakers, drawn so that a larger share contains a smaller one."""
    people = np.array(sorted(set(speakers)))
    if len(people) < FEWEST_SPEAKERS:
        raise DataError("a learning curve needs ten training speakers; there are", len(people), "record more people")
    order = np.random.default_rng([seed, 0x5B]).permutation(len(people))
    return {str(person) for person in people[order[: max(1, round(share * len(people)))]]}


def training_part(config: Config, features: FeatureSet, words: Sequence[str], chosen: NDArray[np.bool_]) -> TrainSet:
    """What is learnt from the chosen clips alone."""
    part = FeatureSet("train", features.x[chosen], features.y[chosen], features.clip_ids[chosen])
    return train_set(part, np.asarray(words)[chosen].tolist(), config)
