"""One logit, three labels: the keyword is its sigmoid, exactly, after training and in int8 too."""

from __future__ import annotations

import numpy as np
import pytest

from kws_data.config.model import ModelSettings
from kws_data.errors import ConfigError
from kws_data.models.float_model import as_input, load_float, save_float
from kws_data.models.one_score import has_one_score
from kws_data.models.registry import build_model

FAMILIES = ("tenet", "temporal_dscnn", "ds_cnn", "tiny_conv")


def small(family: str = "tenet", one_score: bool = True) -> ModelSettings:
    return ModelSettings(family=family, channels=8, blocks=1, kernel=5, one_score=one_score)


def clips(count: int = 16) -> np.ndarray:
    return np.random.default_rng(0).integers(-128, 128, (count, 98, 40)).astype(np.int8)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_keyword_is_the_sigmoid_of_the_one_output(family: str) -> None:
    import keras

    model = build_model(small(family), (98, 1, 40), 3)
    z = np.asarray(keras.Model(model.input, model.get_layer("score").output)(as_input(clips())))[:, 0]
    scores = np.asarray(model(as_input(clips())))
    np.testing.assert_allclose(scores[:, 2], 1 / (1 + np.exp(-z.astype(np.float64))), rtol=1e-5)
    assert np.array_equal(scores[:, 0], scores[:, 1])


def test_other_models_do_not_have_it_and_other_labels_are_refused() -> None:
    assert not has_one_score(build_model(small(one_score=False), (98, 1, 40), 3))
    with pytest.raises(ConfigError, match="needs exactly one keyword: 2"):
        build_model(small(), (98, 1, 40), 4)


def test_nothing_that_learns_moves_the_fixed_layers(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """A step by matrices, quantisation-aware training, saving: the three labels stay tied."""
    from kws_data.config.training import TrainSettings
    from kws_data.models.calibration import representative
    from kws_data.training.quantisation_aware import plain_model, rounding_model
    from kws_data.training.step import learner, logits_model, make_optimizer, make_step

    model = build_model(small(), (98, 1, 40), 3)
    assert learner(logits_model(model))[1], "no product of matrices for it"
    x = clips()
    target = np.eye(3, dtype=np.float32)[np.arange(16) % 3]
    rounding = rounding_model(model, representative(x, 0))
    for net in (model, rounding):
        before = [np.array(weight) for weight in net.get_layer("score").get_weights()]
        settings = TrainSettings()
        step = make_step(net, make_optimizer(net, settings, 10), settings, [])
        loss, hits = step(as_input(x), target, np.zeros((16, 3), np.float32))
        assert np.isfinite(float(loss))
        assert 0.3 < float(hits) < 0.7, "silence and other words, or the keyword, are hit: a third or two"
        assert not np.array_equal(before[0], net.get_layer("score").get_weights()[0])
    plain = plain_model(rounding, model)
    save_float(plain, tmp_path / "model.keras")
    for net in (model, plain, load_float(tmp_path / "model.keras")):
        kernel, bias = net.get_layer("logits").get_weights()
        assert kernel.tolist() == [[0.0, 0.0, 1.0]]
        np.testing.assert_allclose(bias, [0.0, 0.0, np.log(2.0)], rtol=1e-6)


def test_the_int8_file_has_one_dense_output_before_the_three_labels() -> None:
    from firmware_tools.tflite.graph import read_tflite
    from kws_data.config.export import ExportSettings
    from kws_data.evaluation.inference import int8_scores
    from kws_data.export.convert import exported_tflite

    tflite = exported_tflite(build_model(small(), (98, 1, 40), 3), clips(), ExportSettings())
    graph = read_tflite(tflite)
    assert [operator.kind for operator in graph.operators[-3:]] == ["FULLY_CONNECTED", "FULLY_CONNECTED", "SOFTMAX"]
    assert graph.tensors[graph.operators[-3].output].shape == (1, 1)
    scores, _ = int8_scores(tflite, clips())
    assert np.array_equal(scores[:, 0], scores[:, 1])
