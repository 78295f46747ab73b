"""What teachers say of stored copies is asked once, side by side, and kept beside each of them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from kws_data.config.config import Config
from kws_data.training.batches.train_set import load_train_set
from kws_data.training.teachers import keras_teachers
from kws_data.training.teachers.soft_targets import KEPT, opinion, soft_targets, taught
from kws_data.training.teachers.teachers import teachers
from tests.kws_data.training.test_resume import TEACHER, config
from tests.kws_data.training.test_run import write_dataset


def two_teachers(folder: Path, **changes: object) -> Config:
    return config(folder, teacher=TEACHER.model_copy(update={"count": 2, "sees": "stored", **changes}))


@pytest.mark.slow
def test_what_they_say_is_their_mean_and_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dataset(tmp_path)
    settings = two_teachers(tmp_path)
    monkeypatch.setattr(keras_teachers, "cores", lambda: 1)  # trained here; only who is asked is side by side
    files = teachers(settings, tmp_path)
    data = load_train_set(tmp_path, settings)
    asked: list[int] = []
    told, follow = taught(settings, tmp_path, data, files, lambda stage, done, total: asked.append(done))
    assert follow == [] and told.soft is not None and told.soft.shape == (*data.x.shape[:2], data.labels)
    np.testing.assert_allclose(told.soft.sum(axis=-1), 1.0, rtol=1e-5)
    alone = [opinion(file, data, settings.train.teacher.temperature, lambda *_: None) for file in files]
    np.testing.assert_allclose(told.soft, (alone[0] + alone[1]) / 2, atol=1e-6)
    count = len(asked)
    again = soft_targets(files, settings, tmp_path, data, lambda stage, done, total: asked.append(done))
    np.testing.assert_array_equal(again, told.soft)
    assert len(asked) == count, "teachers were asked a second time"
    other_seed = settings.model_copy(update={"seed": 5})
    assert load_train_set(tmp_path, other_seed).sha256() == data.sha256(), "seeds do not share what was said"


@pytest.mark.slow
def test_other_temperatures_are_asked_for_and_old_opinions_go(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    settings = two_teachers(tmp_path, count=1)
    (file,) = teachers(settings, tmp_path)
    data = load_train_set(tmp_path, settings)
    for age in range(KEPT + 2):
        old = file.parent / f"said-{age:02d}.npy"
        np.save(old, np.zeros(1))
        os.utime(old, (1_000 + age, 1_000 + age))
    warm, hot = (
        soft_targets([file], two_teachers(tmp_path, count=1, temperature=t), tmp_path, data) for t in (1.0, 8.0)
    )
    assert warm.max() > hot.max() + 0.05
    kept = sorted(path.name for path in file.parent.glob("said-*.npy"))
    assert len(kept) == KEPT and "said-03.npy" not in kept and "said-04.npy" in kept
