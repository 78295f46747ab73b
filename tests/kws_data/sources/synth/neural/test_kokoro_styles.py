"""Styles and their mixes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kws_data.errors import ConfigError, DataError
from kws_data.sources.synth.neural.kokoro_styles import Styles, parse_mix, people

NAMES = ("af_a", "af_b", "af_c", "am_d", "am_e", "bf_f", "bm_g", "jf_h")


def folder(path: Path, **values: float) -> Path:
    path.mkdir(exist_ok=True)
    for name, value in values.items():
        np.full((510, 1, 256), value, "<f4").tofile(path / f"{name}.bin")
    return path


def test_folder_file_and_archive_are_the_same(tmp_path: Path) -> None:
    bins = folder(tmp_path / "bins", af_a=1.0, am_d=3.0)
    (bins / "README.md").write_text("no style")
    archive = tmp_path / "voices-v1.0.bin"
    with archive.open("wb") as file:
        np.savez(file, af_a=np.full((510, 1, 256), 1.0, np.float32), am_d=np.full((510, 1, 256), 3.0, np.float32))
    for styles in (Styles(bins), Styles(archive)):
        assert styles.names == ("af_a", "am_d")
        assert styles.mixed("am_d").shape == (510, 256)
        assert np.allclose(styles.mixed("af_a+am_d*0.25"), 1.5)
    single = Styles(bins / "am_d.bin")
    assert single.names == ("am_d",)
    assert np.all(single.mixed("am_d") == 3.0)


def test_a_mix_is_as_long_as_the_shortest(tmp_path: Path) -> None:
    bins = folder(tmp_path / "bins", af_a=1.0)
    np.ones((100, 256), "<f4").tofile(bins / "af_b.bin")
    assert Styles(bins).mixed("af_a+af_b*0.5").shape == (100, 256)


def test_weights_of_a_name() -> None:
    assert parse_mix("af_a") == {"af_a": 1.0}
    assert parse_mix("af_a+am_d*0.4+bf_f*0.2") == pytest.approx({"af_a": 0.4, "am_d": 0.4, "bf_f": 0.2})


@pytest.mark.parametrize(
    "name",
    [
        "af_a+am_d",
        "af_a+am_d*",
        "af_a+am_d*0",
        "af_a+am_d*1",
        "af_a+am_d*nan",
        "af_a+am_d*0.6+bf_f*0.4",
        "af_a+af_a*0.5",
    ],
)
def test_names_that_are_no_mix(name: str) -> None:
    with pytest.raises(DataError, match="no mix of styles"):
        parse_mix(name)


def test_styles_that_are_not_there(tmp_path: Path) -> None:
    styles = Styles(folder(tmp_path / "bins", **dict.fromkeys(NAMES, 0.0)))
    for name in ("zf_x", "af_a+zf_x*0.5", ""):
        with pytest.raises(DataError, match=r"Kokoro has no such style: '(zf_x)?'. there are af_a, af_b"):
            styles.mixed(name)


def test_people_are_english_styles_and_mixes_of_them() -> None:
    voices = people(NAMES)
    assert voices[:7] == NAMES[:7]
    assert voices == people(NAMES)
    assert len(set(voices)) == len(voices) > 150
    weights = [parse_mix(name) for name in voices[7:]]
    assert all(2 <= len(mix) <= 3 and "jf_h" not in mix for mix in weights)
    alike = sum(len({name[1] for name in mix}) == 1 for mix in weights)
    assert 0.7 < alike / len(weights) < 1.0
    assert min(min(mix.values()) for mix in weights) >= 0.2
    assert people(("jf_h", "jm_i"), count=0) == ("jf_h", "jm_i")
    assert people(("af_a",)) == ("af_a",)


def test_the_stamp_tells_styles_apart(tmp_path: Path) -> None:
    first = Styles(folder(tmp_path / "bins", af_a=1.0)).stamp
    assert Styles(folder(tmp_path / "same", af_a=1.0)).stamp == first
    assert Styles(folder(tmp_path / "bins", af_a=2.0)).stamp != first


def test_what_holds_no_styles(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "half.npz").write_bytes(b"PK\x05\x06" + bytes(18))
    (tmp_path / "odd name.bin").write_bytes(bytes(1024))
    for name, message in (
        ("none", "styles not found"),
        ("empty", "no styles of Kokoro"),
        ("half.npz", "no styles of Kokoro"),
        ("odd name.bin", "name of a style cannot be used: 'odd name'"),
    ):
        with pytest.raises(ConfigError, match=message):
            Styles(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "0 bytes instead of a multiple of 1024"),
        (bytes(1_000), "1000 bytes instead of a multiple of 1024"),
        (np.full(256, np.nan, "<f4").tobytes(), "numbers that have an end"),
    ],
)
def test_a_style_that_is_none(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "af_a.bin").write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        Styles(tmp_path).mixed("af_a")


@pytest.mark.parametrize(
    "array", [np.zeros((510, 1, 255), np.float32), np.zeros((510, 2, 256)), np.zeros(256, int), np.array("x")]
)
def test_an_archive_of_something_else(tmp_path: Path, array: np.ndarray) -> None:
    np.savez(tmp_path / "styles.npz", af_a=array)
    with pytest.raises(ConfigError, match=r"style cannot be read: '.*af_a'. .* instead of float32"):
        Styles(tmp_path / "styles.npz").mixed("af_a")
