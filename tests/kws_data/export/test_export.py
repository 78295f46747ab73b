"""Export: the better way to int8, the same bytes from every engine, C for TensorFlow Lite Micro."""

from __future__ import annotations

import ctypes
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_bundle import tiny_bundle

from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.tflite.graph import SUPPORTED, read_tflite
from firmware_tools.tflite.slim import slim
from firmware_tools.toolchain.compile import compile_host
from kws_data.cli.export import choice_lines, layer_lines, parity_lines
from kws_data.config.export import ExportSettings
from kws_data.config.model import ModelSettings
from kws_data.deploy.tflm import RESOLVER_NAMES, write_tflm_files
from kws_data.export.parity import layer_errors, litert_scores, parity_table
from kws_data.export.quantize import quantise
from kws_data.models.calibration import representative
from kws_data.models.float_model import as_input, float_scores
from kws_data.training.quantisation_aware import plain_model, rounding_model
from tests.kws_data.models.test_families import SMALL, some_features, trained_a_little
from tests.kws_data.training.test_run import CONFIG, patterns, write_dataset


@pytest.mark.slow
@pytest.mark.parametrize("name", ["temporal_dscnn", "branches", "ds_cnn"])
def test_the_rounding_model_rounds_as_the_int8_file_does(name: str) -> None:
    model = trained_a_little(ModelSettings(**SMALL[name]))
    x = some_features(64)
    rounding = rounding_model(model, representative(x, 0))
    exact = float_scores(model, x)
    felt = np.asarray(rounding(as_input(x), training=False))
    tflite = slim(quantise(model, x))
    measured = (litert_scores(tflite, x[:, :, None, :]).astype(float) + 128) / 256
    errors = np.abs(felt - exact).mean(), np.abs(measured - exact).mean()
    assert 0.3 < errors[0] / errors[1] < 3 and errors[0] > 0
    back = plain_model(rounding, model)
    assert np.abs(float_scores(back, x) - exact).max() < 1e-5


@pytest.mark.slow
def test_every_layer_and_every_engine_is_compared() -> None:
    model = trained_a_little(ModelSettings(**SMALL["temporal_dscnn"]))
    x = some_features(32)
    tflite = slim(quantise(model, x))
    y = float_scores(model, x).argmax(axis=1)
    table = {row["engine"]: row for row in parity_table(model, tflite, x, y)}
    assert table["C engine"]["same_bytes"] and table["float"]["accuracy"] == 1.0
    assert not table["float"]["same_bytes"] and 0 < table["float"]["largest_difference"] < 0.1
    layers = layer_errors(model, tflite, x)
    assert layers[0]["layer"].startswith("0 conv_2d") and len(layers) > 6
    assert all(15 < row["sqnr_db"] < 70 for row in layers[:-1])
    coarse = trained_a_little(ModelSettings(**SMALL["temporal_dscnn"]))
    kernel = coarse.layers[1].get_weights()[0]
    kernel[0, 0, 0, :] = 60 * np.abs(kernel).max()  # one large weight a channel: the others lose their bits
    coarse.layers[1].set_weights([kernel])
    worse = layer_errors(coarse, slim(quantise(coarse, x)), x)
    assert worse[0]["sqnr_db"] < layers[0]["sqnr_db"] - 3


@pytest.mark.slow
@pytest.mark.parametrize(("method", "bits"), [("post", 8), ("auto", 4)])
def test_the_better_way_is_taken(tmp_path: Path, method: Any, bits: Any) -> None:
    from kws_data.export.export import export_model
    from kws_data.training.run import train

    write_dataset(tmp_path)
    settings = ExportSettings(quantise=method, aware_epochs=1)
    model = CONFIG.model.model_copy(update={"pointwise_bits": bits})
    config = CONFIG.model_copy(
        update={"export": settings, "model": model, "train": CONFIG.train.model_copy(update={"epochs": 3})}
    )
    train(config, tmp_path, tmp_path / "model")
    bundle = export_model(config, tmp_path, "sha256:1", tmp_path / "model")
    report = json.loads((tmp_path / "model/export.json").read_text())
    methods = [one["method"] for one in report["candidates"]]
    assert sorted(methods) == (["aware", "post"] if method == "auto" else [method])
    assert report["method"] == methods[0] and report["tflite_bytes"] == bundle.tflite_bytes
    assert ("INT4" in {tensor.dtype for tensor in read_tflite(bundle.tflite).tensors}) == (bits == 4)
    ranks = [(-one["accuracy"], one["log_loss"]) for one in report["candidates"]]
    assert ranks == sorted(ranks)
    lines = [*choice_lines(report), *parity_lines(report), *layer_lines(report)]
    assert any("pp against" in line for line in lines) == (method == "auto")
    assert any(line.endswith("lowest") for line in lines) and any("C engine" in line for line in lines)


def test_one_scale_for_all_labels_is_smaller() -> None:
    model = trained_a_little(ModelSettings(**SMALL["tiny_conv"]))
    x, _ = patterns(16)
    x = x[:, 0, :, :20]
    assert len(slim(quantise(model, x))) < len(slim(quantise(model, x, dense_per_channel=True)))


def test_the_files_for_tflm_hold_the_model(tmp_path: Path) -> None:
    bundle = tiny_bundle(labels=("_silence_", "_unknown_", 'say "yes"', "grün"))
    write_tflm_files(bundle, tmp_path)
    library = ctypes.CDLL(str(compile_host([tmp_path / "model_data.c"], headers=_headers(tmp_path), name="model_data")))
    data = (ctypes.c_ubyte * bundle.tflite_bytes).in_dll(library, "kws_model_data")
    assert bytes(data) == bundle.tflite and ctypes.addressof(data) % 16 == 0
    operators = json.loads((tmp_path / "ops.json").read_text())["operators"]
    resolver = (tmp_path / "kws_op_resolver.h").read_text()
    assert operators == ["CONV_2D", "FULLY_CONNECTED", "MEAN", "SOFTMAX"]
    assert "MicroMutableOpResolver<4>" in resolver and "resolver.AddFullyConnected();" in resolver
    settings = (tmp_path / "kws_model_settings.h").read_text()
    assert "#define KWS_ARENA_BYTES 4000" in settings and '"say \\"yes\\""' in settings


def _headers(folder: Path) -> dict[str, str]:
    return {"model_data.h": (folder / "model_data.h").read_text()}


def test_the_settings_header_is_c(tmp_path: Path) -> None:
    write_tflm_files(tiny_bundle(labels=("_silence_", "_unknown_", "grün", 'a"b')), tmp_path)
    source = (
        '#include "kws_model_settings.h"\nconst char *const labels[KWS_LABEL_COUNT] = KWS_LABELS;\n'
        "int first_threshold(void);\nint first_threshold(void) { return KWS_THRESHOLD_INT8; }\n"
    )
    header = {"kws_model_settings.h": (tmp_path / "kws_model_settings.h").read_text()}
    library = ctypes.CDLL(str(compile_host([source], headers=header, name="settings")))
    labels = (ctypes.c_char_p * 4).in_dll(library, "labels")
    assert [bytes(label or b"").decode() for label in labels][2:] == ["grün", 'a"b'] and library.first_threshold() == 0


@pytest.mark.parametrize(
    ("stream", "sums"),
    [(StreamSpec(), [-60] * 4), (StreamSpec(2, 8, 750, (0, 0, 611, -40)), [0, 0, 611, -40])],
)
def test_the_settings_header_has_what_decides_in_a_stream(tmp_path: Path, stream: StreamSpec, sums: list[int]) -> None:
    write_tflm_files(replace(tiny_bundle(threshold_int8=-20), stream=stream), tmp_path)
    source = (
        '#include <stdint.h>\n#include "kws_model_settings.h"\nconst int16_t sums[KWS_LABEL_COUNT] = KWS_STREAM_SUMS;\n'
        "const int stream[] = {KWS_STREAM_STRIDE_FRAMES, KWS_STREAM_AVERAGE, KWS_STREAM_REFRACTORY_SAMPLES};\n"
    )
    text = (tmp_path / "kws_model_settings.h").read_text()
    library = ctypes.CDLL(str(compile_host([source], headers={"kws_model_settings.h": text}, name="stream_settings")))
    assert list((ctypes.c_int16 * 4).in_dll(library, "sums")) == sums
    expected = [stream.stride_frames, stream.average, stream.refractory_ms * 16]
    assert list((ctypes.c_int * 3).in_dll(library, "stream")) == expected
    assert ("KWS_STREAM_THRESHOLD_INT8 (-20)" in text) == (stream.sums is None)


def test_every_operator_of_the_engine_has_its_name_in_tflm() -> None:
    assert set(RESOLVER_NAMES) == set(SUPPORTED)
