"""A configuration is checked where it enters, and a wrong one says what to mend."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kws_data.config.load import load_config
from kws_data.errors import ConfigError

ROOT = Path(__file__).resolve().parents[3]
MINIMAL = "name: tiny\nkeywords: [go, left]\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "tiny.yaml"
    path.write_text(text)
    return path


def test_keywords_have_one_spelling(tmp_path: Path) -> None:
    text = 'name: tiny\nkeywords: [" hey  jarvis", "u\u0308ber", go]\n'
    assert load_config(write(tmp_path, text)).keywords == ["hey_jarvis", "über", "go"]


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ("[Go, go]", "'Go' and 'go' are one word"),
        ("[hey jarvis, hey-jarvis]", "'hey_jarvis' and 'hey-jarvis' are one word"),
        ("[u\u0308ber, über]", "stands twice"),
        ("[a/b]", "slash"),
        ("['!']", "only signs"),
        ("[_go]", "starts with _"),
        ("[(speech)]", "is (speech)"),
    ],
)
def test_keywords_that_cannot_be_told_apart_or_named(keywords: str, expected: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, f"name: tiny\nkeywords: {keywords}\n"))
    assert expected in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["CON", "nul.txt", "a.", "a b", "-a", "ünique", "x" * 101, "a/b"])
def test_a_name_that_is_no_folder_everywhere_says_so_in_words(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, f"name: {name!r}\nkeywords: [go]\n"))
    assert "digits" in str(caught.value) or "Windows" in str(caught.value)
    assert "^" not in str(caught.value), "no pattern to decipher"


def test_labels_are_silence_unknown_then_keywords_in_order(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, MINIMAL)).labels == ["_silence_", "_unknown_", "go", "left"]


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda p: p.name)
def test_every_shipped_configuration_loads(path: Path) -> None:
    config = load_config(path, ["data.folder=somewhere"])
    assert config.name == path.stem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MINIMAL + "trian: {epochs: 3}\n", ["tiny.yaml", "trian", "did you mean train?"]),
        (MINIMAL + "train: {epocs: 3}\n", ["train.epocs", "did you mean epochs?"]),
        (MINIMAL + "frontend: {kidn: mfcc}\n", ["frontend.kidn", "did you mean kind?"]),
        (MINIMAL + "data: {synth: {speekers: 5}}\n", ["data.synth.speekers", "did you mean speakers?"]),
        (MINIMAL + "frontend: {hop_samples: 9999}\n", ["hop_samples", "9999"]),
        (MINIMAL + "train: {epochs: many}\n", ["train.epochs", "many"]),
        (MINIMAL + "augment: {gain_db: [3, -3]}\n", ["augment.gain_db", "first value"]),
        (MINIMAL + "data: {source: folder}\n", ["data.folder", "--set data.folder=PATH"]),
        ("name: tiny\n", ["keywords", "missing"]),
        ("name: tiny\nkeywords: []\n", ["keywords"]),
        ("name: tiny\nkeywords: ['']\n", ["empty"]),
        ("name: tiny\nkeywords: [go, go]\n", ["twice"]),
        ("name: tiny\nkeywords: [_silence_]\n", ["_silence_"]),
        ("name: tiny\nkeywords: [yes, no]\n", ["keywords.0", "quotes"]),
        ("name: ../up\nkeywords: [go]\n", ["name", "../up"]),
        ("keywords: [go\n", ["not YAML", "line 2"]),
        (MINIMAL + "train: {epochs: 2}\ntrain: {batch: 16}\n", ["train stands twice, in lines 3 and 4"]),
        (MINIMAL + "train: {epochs: 2, epochs: 3}\n", ["epochs stands twice"]),
        (MINIMAL + "seed: 010\n", ["line 3", "YAML reads 010 as 8"]),
        ("just text", ["no settings"]),
        ("", ["no settings"]),
    ],
)
def test_a_wrong_configuration_is_one_clear_line(tmp_path: Path, text: str, expected: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, text))
    line = str(caught.value)
    assert "\n" not in line
    for part in expected:
        assert part in line


def test_missing_file_and_binary_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not found"):
        load_config(tmp_path / "none.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(bytes(range(256)))
    with pytest.raises(ConfigError):
        load_config(binary)
    with pytest.raises(ConfigError):
        load_config(tmp_path)


@pytest.mark.parametrize("name", ["demo", "configs/demo.yaml"])
def test_a_configuration_of_kws_is_there_in_an_empty_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config(name, ["train.epochs=3"]).keywords == ["yes", "no", "go", "stop"]
    (tmp_path / "demo").mkdir()
    assert load_config(name).name == "demo", "a folder of that name is no configuration"
    (tmp_path / "demo").rmdir()
    own = tmp_path / name
    own.parent.mkdir(exist_ok=True)
    own.write_text(MINIMAL)
    assert load_config(name).name == "tiny", "a file comes first"


@pytest.mark.parametrize("name", ["none.yaml", "demo.yaml", "elsewhere/demo.yaml", "../configs/demo.yaml"])
def test_a_missing_file_says_what_comes_with_kws_and_how_to_make_one(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        load_config(name)
    assert all(part in str(caught.value) for part in (name, "kws new NAME", "demo, gsc9")), str(caught.value)


def test_overrides_reach_nested_settings_and_are_checked(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL)
    config = load_config(path, ["train.epochs=3", "data.folder=a/b", "augment.gain_db=[-3, 3]"])
    assert (config.train.epochs, config.data.folder, config.augment.gain_db) == (3, "a/b", (-3.0, 3.0))
    for wrong in ("train.epochs", "=3", "name.x=3", "train.nothing=1"):
        with pytest.raises(ConfigError):
            load_config(path, [wrong])


def test_the_hash_follows_the_named_sections_only(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL)
    one, other = load_config(path), load_config(path, ["train.epochs=3"])
    assert one.sha256("model") == other.sha256("model")
    assert one.sha256("train") != other.sha256("train")
    assert one.sha256() != other.sha256()


@pytest.mark.parametrize("text", ["train: {epochs: yes}", "train: {learning_rate: true}", "data: {folder: ''}"])
def test_truth_values_are_no_numbers_and_empty_texts_no_paths(text: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(f"name: c\nkeywords: [go]\n{text}\n")
    with pytest.raises(ConfigError, match=r"a number is wanted|a path is wanted"):
        load_config(path)


def test_a_path_with_a_nul_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text('name: c\nkeywords: [go]\ndata: {source: folder, folder: "a\\0b"}\n')
    with pytest.raises(ConfigError, match=r"NUL|0x00"):
        load_config(path)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("stream.snr_db=[20,10]", "the least comes first: write [10, 20]"),
        ("stream.snr_db=[-500,900]", "-30 or more is wanted"),
        ("stream.average=true", "auto, or a whole number from 1 to 64, is wanted here"),
        ("stream.average=1.5", "auto, or a whole number from 1 to 64, is wanted here"),
        ("stream.average=0", "auto, or a whole number from 1 to 64, is wanted here"),
        ("stream.hours_of_proof=-3", "auto, or more than 0"),
        ("stream.hours_of_proof=true", "a number is wanted, not true"),
    ],
)
def test_a_wish_for_streams_that_cannot_be_is_told(setting: str, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        load_config("demo", [setting])
