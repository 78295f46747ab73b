"""A training that is killed goes on and ends with the same bytes; teachers are trained once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from kws_data.config.config import Config
from kws_data.config.model import ModelSettings
from kws_data.config.training import TeacherSettings, TrainSettings
from kws_data.models.float_model import load_float
from kws_data.system.processes import run_jobs
from kws_data.training.batches.train_set import TrainSet
from kws_data.training.checkpoint import Checkpoint
from kws_data.training.fit import FitRecipe, FitWatch, fit
from kws_data.training.pace import Pace, settled
from kws_data.training.run import train
from kws_data.training.teachers.cache import forget_oldest, forget_teachers, valid
from kws_data.training.teachers.keras_teachers import KERAS_FILE, planned
from kws_data.training.teachers.keras_teachers import keras_teachers as teachers
from tests.kws_data.training.test_run import LABELS, SHAPE, patterns, write_dataset

RECIPE = TrainSettings(epochs=6, batch=16, learning_rate=0.02, ema=0.9)
TEACHER = TeacherSettings(count=1, epochs=3, models=(ModelSettings(channels=8, blocks=1, kernel=3),))


def config(folder: Path, **train_settings: object) -> Config:
    recipe = RECIPE.model_copy(update=train_settings)
    data = {"recordings": str(folder / "recordings")}
    return Config(name="t", keywords=LABELS[2:], model=SHAPE, train=recipe, data=data)  # type: ignore[arg-type]


def stop_after(epochs: int) -> object:
    def watcher(state: object) -> None:
        if len(state.history.loss) == epochs + 1:  # type: ignore[attr-defined]
            raise KeyboardInterrupt

    return watcher


@pytest.mark.slow
def test_an_interrupted_fit_ends_with_the_same_weights(tmp_path: Path) -> None:
    x, y = patterns()
    data = TrainSet(x, y, 4)
    recipe = FitRecipe(SHAPE.model_copy(update={"dropout": 0.3}), RECIPE, 3)
    whole, told = fit(data, recipe)
    checkpoint = Checkpoint(tmp_path / "c.npz", "key")
    for epochs in (1, 4):
        with pytest.raises(KeyboardInterrupt):
            stopped = FitWatch(checkpoint=checkpoint, watchers=[stop_after(epochs)])  # type: ignore[list-item]
            fit(data, recipe, watch=stopped)
    seen: list[int] = []
    told_of = FitWatch(progress=lambda stage, done, total: seen.append(done), checkpoint=checkpoint)
    resumed, again = fit(data, recipe, watch=told_of)
    assert 1 < seen[0] <= 5 and seen[-1] == 6
    assert all(np.array_equal(a, b) for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True))
    assert told == again


def test_a_checkpoint_of_other_settings_or_damaged_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    Checkpoint(path, "one").save([np.arange(3)], {"epoch": 2})
    found = Checkpoint(path, "one").load()
    assert found is not None and found[1] == {"epoch": 2} and found[0][0].tolist() == [0, 1, 2]
    assert Checkpoint(path, "two").load() is None
    path.write_bytes(path.read_bytes()[:40])
    assert Checkpoint(path, "one").load() is None
    assert Checkpoint(tmp_path / "none.npz", "one").load() is None


CHILD = """
import sys
from pathlib import Path
from kws_data.config.config import Config
import kws_data.training.pace
from kws_data.training.run import train
kws_data.training.pace.CHECKPOINT_COST = 1.0  # after nearly every epoch, short as they are
config, folder, out = Config.model_validate_json(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
train(config, folder, out, lambda stage, done, total: print(stage, done, flush=True))
"""


def start_training(settings: Config, folder: Path, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, settings.model_dump_json(), str(folder), str(out)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_a_killed_training_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    settings = config(tmp_path, epochs=40, teacher=TEACHER)
    out = tmp_path / "model"
    child = start_training(settings, tmp_path, out)
    assert child.stdout is not None
    for line in child.stdout:
        if line.split()[:2] == ["train", "12"]:
            break
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert not (out / "model_float.keras").exists()
    resumed = start_training(settings, tmp_path, out).communicate()[0].split()
    assert resumed[0] == "train" and int(resumed[1]) > 6
    start_training(settings, tmp_path, tmp_path / "whole").communicate()
    for name in ("model_float.keras", "history.json", "learning_curve.svg"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert not (out / "checkpoint.npz").exists()


@pytest.mark.slow
def test_teachers_are_trained_once_side_by_side_and_checked_by_their_hash(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    settings = config(tmp_path, teacher=TEACHER.model_copy(update={"count": 2}))
    stages: list[str] = []
    files = teachers(settings, tmp_path, lambda stage, done, total: stages.append(stage))
    assert set(stages) == {"teacher 1 of 2", "teacher 2 of 2"}
    first, second = (file.read_bytes() for file in files)
    assert first != second
    stages.clear()
    longer = settings.model_copy(update={"train": settings.train.model_copy(update={"epochs": 99})})
    assert teachers(longer, tmp_path, lambda *told: stages.append("again")) == files and not stages
    files[0].write_bytes(first[:-1])
    assert not valid(files[0].parent, KERAS_FILE)
    teachers(settings, tmp_path)
    assert valid(files[0].parent, KERAS_FILE)


def test_the_key_of_a_teacher_holds_what_shapes_it_and_no_more(tmp_path: Path) -> None:
    write_dataset(tmp_path)

    def key(run_seed: int = 0, **changes: object) -> str:
        own = config(tmp_path, teacher=TEACHER.model_copy(update=changes)).model_copy(update={"seed": run_seed})
        return planned(own, tmp_path)[0].key

    assert key() == key(soft_share=0.5) == key(temperature=4.0)
    assert len({key(), key(epochs=4), key(run_seed=1), key(models=(ModelSettings(channels=9),))}) == 4
    assert key(label_smoothing=0.1) != key() == key(label_smoothing=0.0)
    assert key(run_seed=1) != key(run_seed=2) and key(run_seed=1, seed=7) == key(run_seed=2, seed=7)


def test_old_teachers_leave_the_cache(tmp_path: Path) -> None:
    for age, name in enumerate(("old", "middle", "new")):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (1_000 + age, 1_000 + age))
    forget_oldest(tmp_path, keep=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["middle", "new"]


def test_teachers_are_forgotten_with_a_person(tmp_path: Path) -> None:
    (tmp_path / "teachers" / "key").mkdir(parents=True)
    forget_teachers(tmp_path)
    forget_teachers(tmp_path)
    assert not list(tmp_path.iterdir())


def note(item: tuple[Path, int], progress: object) -> None:
    folder, number = item
    if number < 0:
        from kws_data.errors import DataError

        raise DataError("no such number", number, "use another")
    (folder / str(number)).write_text(str(os.getpid()))


def test_jobs_run_in_processes_of_their_own_and_their_errors_come_back(tmp_path: Path) -> None:
    from firmware_tools.errors import KwsError

    run_jobs(note, [(tmp_path, n) for n in range(3)], 2)
    assert len({path.read_text() for path in tmp_path.iterdir()} | {str(os.getpid())}) == 4
    with pytest.raises(KwsError, match=r"no such number: -1\. use another"):
        run_jobs(note, [(tmp_path, -1), (tmp_path, 5)], 2)


@pytest.mark.slow
def test_students_may_follow_what_teachers_said_of_stored_copies(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    told = {}
    for sees in ("stored", "augmented"):
        history = train(config(tmp_path, teacher=TEACHER.model_copy(update={"sees": sees})), tmp_path, tmp_path / sees)
        told[sees] = history.loss[-1]
    assert told["stored"] != told["augmented"] and abs(told["stored"] - told["augmented"]) < 1.0


@pytest.mark.slow
@pytest.mark.parametrize("sees", ["stored", "augmented"])
def test_students_follow_teachers_that_tell_unknown_words_apart(tmp_path: Path, sees: str) -> None:
    write_dataset(tmp_path)
    apart = config(tmp_path, teacher=TEACHER.model_copy(update={"sees": sees, "words_apart": 0.05}))
    train(apart, tmp_path, tmp_path / sees)
    (teacher,) = teachers(apart, tmp_path)
    assert (
        load_float(teacher).output_shape[-1]
        > len(apart.labels)
        == load_float(tmp_path / sees / "model_float.keras").output_shape[-1]
    )


def test_early_stop_waits_for_a_smoothed_loss_that_no_longer_falls() -> None:
    falling = list(np.linspace(2, 1, 40))
    assert not settled(falling, 0) and not settled(falling, 5)
    assert settled([*falling, *[1.0] * 20], 10)
    assert not settled([1.0] * 9, 5)


def test_checkpoints_are_spaced_by_what_they_cost() -> None:
    pace = Pace()
    assert pace.due()
    time.sleep(0.05)
    pace.saved()
    assert not pace.due()


@pytest.mark.slow
def test_tensorboard_reads_the_logs(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    write_dataset(tmp_path)
    lines: list[str] = []
    train(config(tmp_path, tensorboard=True), tmp_path, tmp_path / "m", say=lines.append)
    assert lines[0].startswith("  epoch 1/6, loss ") and lines[-1].endswith("0:00 left") and "validation" in lines[0]
    events = EventAccumulator(str(tmp_path / "m" / "tensorboard"))
    events.Reload()
    assert {"loss", "accuracy", "validation_accuracy"} <= set(events.Tags()["tensors"])
    assert [event.step for event in events.Tensors("loss")] == [1, 2, 3, 4, 5, 6]
    history = json.loads((tmp_path / "m" / "history.json").read_text())
    assert len(history["validation"]) == 6
