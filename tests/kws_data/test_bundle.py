import json
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_bundle import tiny_bundle

from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.bundle import ModelBundle
from kws_data.errors import BundleError


def test_a_bundle_comes_back_as_it_was(tmp_path: Path) -> None:
    bundle = tiny_bundle()
    bundle.save(tmp_path)
    loaded = ModelBundle.load(tmp_path)
    assert loaded == bundle and loaded.tflite == bundle.tflite
    assert loaded.bundle_hash == bundle.bundle_hash
    assert (tmp_path / "labels.txt").read_text().split() == list(bundle.labels)
    assert (tmp_path / "model.tflite").read_bytes() == bundle.tflite


def test_everything_that_changes_a_decision_changes_the_hash() -> None:
    bundle = tiny_bundle()
    others = [
        replace(bundle, threshold_int8=1),
        replace(bundle, labels=("_silence_", "_unknown_", "no", "yes")),
        replace(bundle, frontend=replace(bundle.frontend, hop_samples=160)),
        replace(bundle, dataset_version="sha256:1"),
        replace(bundle, stream=StreamSpec(average=4)),
        replace(bundle, stream=StreamSpec(sums=(0, 0, 90, 90))),
        replace(bundle, stream=StreamSpec(sums=(0, 0, 90, 91))),
    ]
    assert len({bundle.bundle_hash, *(other.bundle_hash for other in others)}) == 8


def test_bundles_from_before_a_stream_was_chosen_keep_their_hash() -> None:
    bundle = tiny_bundle()
    assert bundle.bundle_hash == "41cd657e3e27aca74fb41cf0ad1ee57c1f4521ba46c5e58ce2650f7b7fb26829"
    assert "stream" not in bundle.to_dict()
    assert ModelBundle.from_dict(bundle.to_dict(), bundle.tflite).stream == StreamSpec()


def test_a_chosen_stream_comes_back(tmp_path: Path) -> None:
    bundle = replace(tiny_bundle(), stream=StreamSpec(2, 8, 750, (0, 0, 611, -40)))
    bundle.save(tmp_path)
    loaded = ModelBundle.load(tmp_path)
    assert loaded == bundle and loaded.stream.sums == (0, 0, 611, -40)


@pytest.mark.parametrize("key", ["average", "sums", "stride_frames"])
@pytest.mark.parametrize("value", ["x", -1, [1, 2.5, 3, 4], [0, 0, 99_999, 0], [0, 0, 5], {}])
def test_settings_of_a_stream_that_cannot_be_are_one_line(tmp_path: Path, key: str, value: object) -> None:
    replace(tiny_bundle(), stream=StreamSpec(average=8)).save(tmp_path)
    values = json.loads((tmp_path / "bundle.json").read_text())
    values["stream"][key] = value
    (tmp_path / "bundle.json").write_text(json.dumps(values))
    with pytest.raises(BundleError, match=r"(stream: |thresholds on sums).*kws export") as caught:
        ModelBundle.load(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_missing_bundle_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="kws export"):
        ModelBundle.load(tmp_path / "nowhere")


def test_another_model_in_the_folder_is_noticed(tmp_path: Path) -> None:
    tiny_bundle().save(tmp_path)
    (tmp_path / "model.tflite").write_bytes(tiny_bundle(channels=4).tflite)
    with pytest.raises(BundleError, match="model is not the one"):
        ModelBundle.load(tmp_path)


def test_a_threshold_changed_by_hand_is_noticed(tmp_path: Path) -> None:
    tiny_bundle().save(tmp_path)
    values = json.loads((tmp_path / "bundle.json").read_text())
    (tmp_path / "bundle.json").write_text(json.dumps({**values, "threshold_int8": 5}))
    with pytest.raises(BundleError, match="by hand"):
        ModelBundle.load(tmp_path)


@pytest.mark.parametrize("text", ["{}", "[]", "not json", '{"schema": 1}'])
def test_a_damaged_bundle_is_one_clear_line(tmp_path: Path, text: str) -> None:
    tiny_bundle().save(tmp_path)
    (tmp_path / "bundle.json").write_text(text)
    with pytest.raises(BundleError) as caught:
        ModelBundle.load(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_model_file_or_a_run_in_place_of_a_bundle(tmp_path: Path) -> None:
    tiny_bundle().save(tmp_path / "demo" / "model")
    with pytest.raises(BundleError, match=r"is a folder with bundle.json.*this is a file"):
        ModelBundle.load(tmp_path / "demo/model/model.tflite")
    with pytest.raises(BundleError, match=r"it lies in .*demo/model"):
        ModelBundle.load(tmp_path / "demo")


@pytest.mark.parametrize("value", [None, "x", [[1]], 7, {"a": float("nan")}])
@pytest.mark.parametrize("key", ["labels", "frontend", "train_settings", "threshold_int8", "stream"])
def test_values_of_other_types_are_one_line(key: str, value: object) -> None:
    bundle = tiny_bundle()
    with pytest.raises(BundleError):
        ModelBundle.from_dict({**bundle.to_dict(), key: value}, bundle.tflite)


def test_json_too_deep_for_python(tmp_path: Path) -> None:
    tiny_bundle().save(tmp_path)
    (tmp_path / "bundle.json").write_text("[" * 200_000)
    with pytest.raises(BundleError, match="cannot be read"):
        ModelBundle.load(tmp_path)
