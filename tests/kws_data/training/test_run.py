import json
from pathlib import Path

import numpy as np
import pytest

from firmware_tools.errors import ModelError
from firmware_tools.tflite.tflm import TflmInterpreter, available
from kws_data.config.config import Config
from kws_data.config.model import ModelSettings
from kws_data.config.training import TrainSettings
from kws_data.dataset.manifest_rows import write_manifest
from kws_data.errors import ConfigError, DataError
from kws_data.evaluation.metrics import metrics
from kws_data.features.load import FeatureSet
from kws_data.training.average import WeightAverage
from kws_data.training.batches.draw import batches, draw_batch
from kws_data.training.batches.draw_weights import draw_weights
from kws_data.training.batches.train_set import TrainSet, of_clips, train_set
from kws_data.training.fit import FitRecipe, fit, prepare_tensorflow
from kws_data.training.run import train

LABELS = ["_silence_", "_unknown_", "yes", "no"]
SHAPE = ModelSettings(channels=8, blocks=1, kernel=5)
QUICK = TrainSettings(epochs=12, batch=16, learning_rate=0.02)
CONFIG = Config(name="t", keywords=["yes", "no"], model=SHAPE, train=QUICK)


def patterns(clips: int = 96, copies: int = 2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Features that are easy to tell apart: each label raises its own coefficients at its own time."""
    rng = np.random.default_rng(seed)
    y = np.arange(clips) % 4
    x = rng.integers(-20, 20, (clips, copies, 49, 40))
    for i, label in enumerate(y):
        x[i, :, 10 * label : 10 * label + 12, 8 * label : 8 * label + 8] += 60
    return np.clip(x, -128, 127).astype(np.int8), y.astype(np.int64)


def write_dataset(folder: Path, tested: bool = True) -> None:
    """Features and manifest, without those of the test split unless it is to be ``tested``."""
    tests = (("test", 2),) if tested else ()
    for split, seed in (("train", 0), ("validation", 1), *tests):
        x, y = patterns(seed=seed)
        np.save(folder / f"features-{split}-x.npy", x)
        np.save(folder / f"features-{split}-y.npy", y.astype(np.int32))
        np.save(folder / f"features-{split}-ids.npy", np.array([f"{split}{i}" for i in range(len(y))]))
    words = ["_silence_", "dog", "yes", "no"]
    rows = [
        {
            "clip_id": f"{split}{i}",
            "split": split,
            "label": LABELS[i % 4],
            "word": words[i % 4],
            "speaker": f"{split}{i // 4}",
            "audio_sha256": f"{split}{i}",
        }
        for split in ("train", *(split for split, _ in tests))
        for i in range(96)
    ]
    write_manifest(folder / "manifest.parquet", rows)
    noise = np.random.default_rng(3).integers(-500, 500, (96, 16_000)).astype(np.int16)
    np.save(folder / "audio-validation.npy", noise)


def test_each_clip_is_drawn_as_often_as_its_weight_says() -> None:
    weights = np.array([1.0] * 50 + [3.0] * 50)
    drawn = np.concatenate(batches(weights, 50, 400, np.random.default_rng(0)))
    times = np.bincount(drawn, minlength=100)
    assert drawn.shape == (20_000,)
    assert abs(times[:50].mean() - 100) < 2 and abs(times[50:].mean() - 300) < 2


def test_labels_keep_their_share_and_rare_words_are_favoured() -> None:
    y = np.array([0] * 10 + [1] * 110 + [2] * 40)
    words = ["s"] * 10 + ["cat"] * 100 + ["dog"] * 10 + ["yes"] * 40
    weights = draw_weights(y, words, np.array([10.0, 50.0, 40.0]))
    assert np.bincount(y, weights).tolist() == pytest.approx([10, 50, 40])
    assert weights[115] / weights[20] == pytest.approx(10**0.35)


def test_a_batch_holds_copies_of_its_clips() -> None:
    x, y = patterns()
    data = TrainSet(x, y, 4)
    settings = TrainSettings(label_smoothing=0.0)
    given, target = draw_batch(data, np.arange(8), settings, np.random.default_rng(0))
    assert given.shape == (8, 49, 1, 40) and given.min() >= -1 and given.max() <= 127 / 128
    for i in range(8):
        assert any(np.array_equal(given[i, :, 0] * 128, copy) for copy in x[i])
    assert np.array_equal(target.argmax(axis=1), y[:8]) and set(np.unique(target)) == {0.0, 1.0}


def test_smoothing_and_mixup_leave_shares_that_add_up() -> None:
    x, y = patterns()
    settings = TrainSettings(label_smoothing=0.1, mixup=0.5)
    _, target = draw_batch(TrainSet(x, y, 4), np.arange(32), settings, np.random.default_rng(0))
    assert np.allclose(target.sum(axis=1), 1) and target.min() == pytest.approx(0.025)


def test_a_data_set_of_other_labels_or_features_is_refused() -> None:
    x, y = patterns(8)
    for clips, labels in ((x, y + 3), (x[..., :13], y), (x[:0], y[:0])):
        ids = np.array([str(i) for i in range(len(labels))])
        with pytest.raises(DataError, match="kws build"):
            train_set(FeatureSet("train", clips, labels.astype(np.int32), ids), ["yes"] * len(ids), CONFIG)


def test_pseudo_words_do_not_raise_the_share_of_unknown() -> None:
    x, y = patterns(40)
    said = ["_silence_", "dog", "yes", "no"] * 10
    data = train_set(FeatureSet("train", x, y.astype(np.int32), np.array(said)), said, CONFIG)
    assert data.weights is not None and len(data.weights) == len(data.y) > 40
    shares = np.bincount(data.y, data.weights)
    assert shares == pytest.approx([shares[0]] * 4) and (data.y[40:] == 1).all()


def test_a_clip_that_is_not_in_the_manifest_is_noticed(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    assert of_clips(tmp_path, np.array(["train1", "train2"]), "word") == (["dog", "yes"],)
    with pytest.raises(DataError, match="manifest"):
        of_clips(tmp_path, np.array(["other"]), "word")


def test_an_unknown_family_names_the_nearest() -> None:
    from kws_data.models.registry import build_model

    with pytest.raises(ConfigError, match="temporal_dscnn"):
        build_model(ModelSettings(family="temporal_dscn"), (49, 1, 40), 4)


@pytest.mark.slow
def test_from_features_to_a_bundle_that_has_learnt(tmp_path: Path) -> None:
    from kws_data.evaluation.people import speakers_of
    from kws_data.evaluation.run_clips import run_on_host
    from kws_data.export.export import export_model
    from kws_data.export.quantize import check_ends
    from kws_data.features.load import load_features

    write_dataset(tmp_path)
    stages: list[tuple[str, int, int]] = []
    history = train(CONFIG, tmp_path, tmp_path / "model", lambda *stage: stages.append(stage))
    assert stages[-1] == ("train", 12, 12) and history.loss[-1] < history.loss[0] / 2
    assert len(json.loads((tmp_path / "model" / "history.json").read_text())["loss"]) == 12

    bundle = export_model(CONFIG, tmp_path, "sha256:1", tmp_path / "model")
    check_ends(bundle.tflite)
    assert bundle.tflite_bytes == (tmp_path / "model" / "model.tflite").stat().st_size < 10_000
    assert bundle.macs > 0 and bundle.arena_bytes > 49 * 40 and bundle.parameters > 900

    host = run_on_host(bundle, tmp_path / "model", tmp_path).evaluations(bundle.threshold, tmp_path)
    quantised, exact = host["int8"].metrics, host["float"].metrics
    assert quantised.accuracy > 0.95 and abs(quantised.accuracy - exact.accuracy) < 0.05
    if available():
        test = load_features(tmp_path, "test")
        scores = TflmInterpreter(bundle.tflite)(np.asarray(test.x[:, 0])[:, :, None, :])
        speakers = speakers_of(tmp_path, test.clip_ids)
        assert metrics(scores, test.y, bundle.threshold, LABELS, speakers) == quantised


@pytest.mark.slow
def test_the_same_seed_trains_the_same_weights_and_another_does_not() -> None:
    x, y = patterns()
    data, settings = TrainSet(x, y, 4), TrainSettings(epochs=1, batch=16, ema=0.9)
    prepare_tensorflow(0)
    one, two, three = (fit(data, FitRecipe(SHAPE, settings, seed))[0].get_weights() for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, three, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("family", ["temporal_dscnn", "ds_cnn", "tiny_conv"])
def test_every_family_becomes_int8(family: str) -> None:
    from firmware_tools.tflite.slim import slim
    from kws_data.export.quantize import quantise
    from kws_data.models.registry import build_model

    model = build_model(ModelSettings(family=family, channels=6, blocks=1, kernel=4), (49, 1, 40), 4)
    x, _ = patterns(32)
    tflite = slim(quantise(model, x[:, 0]))
    if available():
        scores = TflmInterpreter(tflite)(x[:, 0][:, :, None, :])
        assert np.allclose((scores.astype(float) + 128).sum(axis=1) / 256, 1, atol=0.02)


def test_a_missing_float_model_says_what_to_do(tmp_path: Path) -> None:
    from kws_data.models.float_model import load_float

    with pytest.raises(ModelError, match="kws train"):
        load_float(tmp_path / "model_float.keras")


def test_calibration_without_clips_is_refused() -> None:
    from kws_data.models.calibration import representative

    with pytest.raises(ModelError):
        representative(np.zeros((0, 49, 40), np.int8), 0)
    inputs = representative(np.zeros((3, 49, 40), np.int8), 0)
    assert inputs.min() == -1.0 and inputs.max() == 127 / 128


def test_the_weight_average_follows_and_is_put_back() -> None:
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    average = WeightAverage(model, 0.99)
    model.set_weights([np.array([[1.0]], np.float32), np.array([2.0], np.float32)])
    for _ in range(50):
        average.update()
    first = average.mean[0].item()
    again = WeightAverage(model, 0.99)
    again.restore(average.mean, average.steps)
    for _ in range(600):
        again.update()
    assert 0.9 < first < 1.0 and average.steps == 50
    again.apply()
    kernel, bias = model.get_weights()
    assert kernel.item() == pytest.approx(1.0, abs=1e-3) and bias.item() == pytest.approx(2.0, abs=2e-3)
