"""A teacher that is a head on the encoder: its opinion of copies, of made clips, of recordings without labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from encoder_onnx import wave_encoder
from made_folder import make_folder

from kws_data.config.config import Config
from kws_data.dataset.recipe_file import RECIPE_FILE, read_recipe
from kws_data.encoder.copies import heard_copies
from kws_data.encoder.encoders import make_encoder
from kws_data.encoder.pooled import pooled
from kws_data.errors import DataError
from kws_data.features.compute import copies_in_batches, read_clips
from kws_data.features.needed import Wanted, read_wanted
from kws_data.features.store import FeatureStore
from kws_data.training.batches.draw import epoch_batches
from kws_data.training.batches.train_set import load_train_set
from kws_data.training.refit import joined
from kws_data.training.teachers.head import Head
from kws_data.training.teachers.soft_targets import taught
from kws_data.training.teachers.teachers import teachers
from tests.kws_data.dataset.test_unlabelled import built, config, make_wild

pytest.importorskip("onnxruntime")


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    """Two keywords, other people without labels, an encoder whose frames are the samples themselves."""
    make_folder(tmp_path / "data")
    make_wild(tmp_path / "wild", range(12, 16), ("go", "up"))
    (tmp_path / "own.onnx").write_bytes(wave_encoder())
    encoder = {"kind": "moonshine", "model": str(tmp_path / "own.onnx")}
    teacher = {"kind": "encoder", "entropy": 0.3, "unlabelled_share": 0.25}
    made = config(tmp_path, "wild", encoder=encoder, train={"teacher": teacher, "batch": 16})
    built(made, tmp_path / "out")
    return made


def wanted_of(settings: Config, folder: Path) -> dict[str, Wanted]:
    recipe = read_recipe(folder, settings)
    return {one.split: one for one in read_wanted(folder / "manifest.parquet", settings.labels, recipe)}


def test_copies_are_heard_as_the_data_set_has_them(settings: Config, tmp_path: Path) -> None:
    folder, encoder = tmp_path / "out", make_encoder(settings.encoder)
    recipe, wanted = read_recipe(folder, settings), wanted_of(settings, tmp_path / "out")["train"]
    heard = heard_copies(recipe, wanted, settings.encoder, 1)
    clips = read_clips(recipe.audio_at, wanted.keys["audio"], recipe.clip_samples)[1]
    assert heard.shape == (len(wanted), 3, 2 * encoder.width)
    assert np.array_equal(heard[:, 0], pooled(encoder(clips)).astype(np.float16))
    for rows, samples in copies_in_batches(recipe, wanted.keys, clips):
        expected = pooled(encoder(samples)).astype(np.float16).reshape(-1, 2, 2 * encoder.width)
        assert np.array_equal(heard[rows, 1:], expected)
    told: list[int] = []
    fewer = heard_copies(recipe, wanted.first_copies(2), settings.encoder, 1, lambda *done: told.append(done[2]))
    assert np.array_equal(fewer, heard[:, :2]) and told[-1] == len(wanted), "clips as they are were heard again"
    again = heard_copies(recipe, wanted, settings.encoder, 1, lambda *done: pytest.fail("was there"))
    assert np.array_equal(again, heard)


def test_damaged_rows_are_heard_again(settings: Config, tmp_path: Path) -> None:
    recipe, wanted = read_recipe(tmp_path / "out", settings), wanted_of(settings, tmp_path / "out")["train"]
    heard = heard_copies(recipe, wanted, settings.encoder, 1)
    folder = Path(settings.data.recordings) / "features"
    shard = next(folder.glob("encoder-copies-*/*.shard"))
    shard.write_bytes(bytes([shard.read_bytes()[0] ^ 1]) + shard.read_bytes()[1:])
    assert np.array_equal(heard_copies(recipe, wanted, settings.encoder, 1), heard)
    assert FeatureStore.of(settings.data.recordings).parts(), "nothing is in the store"


def test_the_student_gets_an_opinion_of_every_copy_and_of_unlabelled_clips(settings: Config, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    (file,) = teachers(settings, folder)
    written = file.stat().st_mtime_ns
    data = load_train_set(folder, settings)
    told, follow = taught(settings, folder, data, [file])
    assert follow == [] and told.soft is not None and told.said is not None
    assert told.labelled == len(data.y) and len(told.y) == len(data.y) + 8 == len(told.soft) == len(told.x)
    assert told.soft.shape[1:] == (3, len(settings.labels)) == told.said.shape[1:]
    np.testing.assert_allclose(told.soft.sum(axis=-1), 1, rtol=1e-5)
    assert told.weights is not None
    assert told.weights[told.labelled :].sum() / told.weights.sum() == pytest.approx(0.25)
    made = data.y[len(data.words) :]
    usual = told.soft[: len(data.words)][data.y[: len(data.words)] == made[0]].mean(axis=(0, 1))
    np.testing.assert_allclose(told.soft[len(data.words)], np.repeat(usual[None], 3, axis=0), rtol=1e-5)
    assert teachers(settings, folder) == [file] and file.stat().st_mtime_ns == written, "a head was fitted again"


def test_softness_is_the_entropy_that_was_asked_for(settings: Config, tmp_path: Path) -> None:
    (file,) = teachers(settings, tmp_path / "out")
    data = load_train_set(tmp_path / "out", settings)
    soft = taught(settings, tmp_path / "out", data, [file])[0].soft
    assert soft is not None
    clips = np.maximum(soft[: len(data.words)], 1e-12)
    assert np.median(-(clips * np.log(clips)).sum(axis=-1)) == pytest.approx(0.3, abs=0.02)
    assert Head.load(file).temperature != 1


def test_copies_that_are_not_heard_get_the_mean_of_the_others(settings: Config, tmp_path: Path) -> None:
    teacher = settings.train.teacher.model_copy(update={"hears": 1})
    fewer = settings.model_copy(update={"train": settings.train.model_copy(update={"teacher": teacher})})
    data = load_train_set(tmp_path / "out", fewer)
    soft = taught(fewer, tmp_path / "out", data, teachers(fewer, tmp_path / "out"))[0].soft
    assert soft is not None and np.allclose(soft[0, 0], soft[0, 1]) and np.allclose(soft[0, 0], soft[0, 2])


def test_a_head_that_heard_other_copies_is_another_one(settings: Config, tmp_path: Path) -> None:
    def head(**changes: object) -> Path:
        teacher = settings.train.teacher.model_copy(update=changes)
        train = settings.train.model_copy(update={"teacher": teacher})
        return teachers(settings.model_copy(update={"train": train}), tmp_path / "out")[0]

    files = [head(hears=1), head(hears=2), head(entropy=0.5), head()]
    assert len(set(files)) == 4, "what came first decides what a student follows"
    assert head(unlabelled_share=0.5) == files[-1] == head()


def test_batches_take_what_was_said_for_labels_that_nobody_gave(settings: Config, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    told, _ = taught(settings, folder, load_train_set(folder, settings), teachers(settings, folder))
    assert told.said is not None
    marked = replace(told, said=np.full_like(told.said, 1 / told.labels), augment=None)
    train = settings.train.model_copy(update={"label_smoothing": 0.0})
    targets = np.concatenate([b.target for b in epoch_batches(marked, train, 8, np.random.default_rng(0))])
    flat = np.isclose(targets, 1 / told.labels).all(axis=1)
    assert 0.1 < flat.mean() < 0.4 and set(np.unique(targets[~flat])) == {0.0, 1.0}


def test_what_joins_comes_before_the_unlabelled(settings: Config, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    told, _ = taught(settings, folder, load_train_set(folder, settings), teachers(settings, folder))
    assert told.soft is not None
    more = replace(told, x=told.x[:3] + 1, y=told.y[:3], soft=told.soft[:3], weights=np.ones(3), said=None)
    both = joined(told, more)
    assert both.labelled == told.labelled + 3 and np.array_equal(both.x[told.labelled : both.labelled], more.x)
    assert np.array_equal(both.x[both.labelled :], told.x[told.labelled :])


def test_a_data_set_without_its_recipe_is_told(settings: Config, tmp_path: Path) -> None:
    (tmp_path / "out" / RECIPE_FILE).write_text('{"noises": 3}')
    with pytest.raises(DataError, match=r"recipe.json.*kws build"):
        read_recipe(tmp_path / "out", settings)
