"""Several models of one recipe: the best on validation clips stays, whatever the number of processes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kws_data.config.config import Config
from kws_data.features.load import load_features
from kws_data.models.float_model import float_scores, load_float
from kws_data.training import tries as module
from kws_data.training.run import train
from kws_data.training.tries import TRIES_FILE, TRIES_FOLDER, try_seed
from tests.kws_data.training.test_resume import TEACHER, config
from tests.kws_data.training.test_run import write_dataset


def with_tries(folder: Path, count: int, **changes: object) -> Config:
    return config(folder, tries=count, epochs=2, **changes)


@pytest.mark.slow
def test_the_best_on_validation_is_kept_and_is_what_its_seed_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "cores", lambda: 1)  # one after the other: no process of its own loads TensorFlow
    write_dataset(tmp_path)
    wise = TEACHER.model_copy(update={"sees": "stored"})
    settings = with_tries(tmp_path, 3, teacher=wise)
    lines: list[str] = []
    train(settings, tmp_path, tmp_path / "best", say=lines.append)
    found = json.loads((tmp_path / "best" / TRIES_FILE).read_text())
    losses = [one["log_loss"] for one in found["tries"]]
    assert len(set(losses)) == 3 and found["kept"] == int(np.argmin(losses))
    assert sum(line.endswith("kept") for line in lines) == 1 and len(lines) == 3
    assert not (tmp_path / "best" / TRIES_FOLDER).exists()
    validation = load_features(tmp_path, "validation")
    scores = float_scores(load_float(tmp_path / "best/model_float.keras"), np.asarray(validation.x[:, 0]))
    assert -np.log(scores[np.arange(len(scores)), validation.y]).mean() == pytest.approx(min(losses), abs=1e-4)
    alone = with_tries(tmp_path, 1, teacher=wise).model_copy(update={"seed": try_seed(settings.seed, found["kept"])})
    teachers_of = alone.train.teacher.model_copy(update={"seed": settings.seed})
    alone = alone.model_copy(update={"train": alone.train.model_copy(update={"teacher": teachers_of})})
    train(alone, tmp_path, tmp_path / "alone")
    assert (tmp_path / "alone/model_float.keras").read_bytes() == (tmp_path / "best/model_float.keras").read_bytes()


@pytest.mark.slow
def test_a_try_that_is_done_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dataset(tmp_path)
    settings, seen = with_tries(tmp_path, 2), []
    real = module.train_try

    def interrupted(job: module.Try, progress: module.Progress) -> None:
        seen.append(job.number)
        if len(seen) == 2:
            raise KeyboardInterrupt
        real(job, progress)

    monkeypatch.setattr(module, "train_try", interrupted)
    monkeypatch.setattr(module, "cores", lambda: 1)
    with pytest.raises(KeyboardInterrupt):
        train(settings, tmp_path, tmp_path / "model")
    train(settings, tmp_path, tmp_path / "model")
    assert seen == [0, 1, 1]
    monkeypatch.undo()
    train(settings, tmp_path, tmp_path / "two")  # in processes of their own
    assert (tmp_path / "two/model_float.keras").read_bytes() == (tmp_path / "model/model_float.keras").read_bytes()
