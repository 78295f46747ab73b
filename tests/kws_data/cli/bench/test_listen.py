"""``kws bench listen`` as a person calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from levels_heard import NO, YES, Ears, save_bundles, write_speech, write_words
from made_negatives import make_negatives

from kws_data.cli import run


@pytest.fixture
def call(tmp_path: Path) -> list[str]:
    speech = write_speech(tmp_path / "speech", 40.0)
    words = write_words(tmp_path / "words", takes=2, yes=YES, no=NO)
    bundles = map(str, save_bundles(tmp_path))
    return ["bench", "listen", *bundles, "--negatives", str(speech), "--words", str(words), "--snr", "20"]


def test_the_table_is_read_by_people(
    call: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Ears({}).install(monkeypatch)
    assert run([*call, "--noise", str(tmp_path / "speech"), "--clips", str(tmp_path / "words")]) == 0
    shown = capsys.readouterr()
    lines = [" ".join(line.split()) for line in shown.out.splitlines()]
    assert "2 keywords: yes, no" in lines
    assert "at most 1 an hour of speech not known: 0.02 h of speech heard, 1 an hour needs 1 h" in lines
    assert any(line.startswith("as frozen (next table) 100.0 % [51.0, 100.0]") for line in lines)
    assert any(line.startswith("speech 0.022 1 45.0 ") for line in lines)
    assert any(line.startswith("all 0.022 1 45.0 ") and line.endswith(" 80 1 1.2 % [0.2, 6.7]") for line in lines)
    assert "TPR, as frozen 100.0 % [51.0, 100.0]" in lines and "FPR, as frozen not measured" in lines
    assert "a keyword is said in it" in shown.err and "c.flac" in shown.err


def test_a_model_is_really_run(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*call, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["found"]["words"]["said"] == 4 and found["times_real_time"]["mean"] > 1
    assert found["bytes"]["mean"] == (Path(call[2]) / "model.tflite").stat().st_size


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"--words": None}, "nothing to find: name --words or --recordings"),
        ({"--negatives": None}, "Missing option '--negatives'"),
        ({"--negatives": "nowhere"}, "folder not found"),
        ({"--negatives": "only_keywords"}, "a keyword is said in it: yes"),
        ({"--words": "speech"}, "no file says a keyword"),
        ({"--words": "nowhere"}, "folder not found"),
        ({"--noise": "nowhere"}, "folder not found"),
        ({"--recordings": "speech"}, "no file says a keyword"),
        ({"--clips": "nowhere"}, "folder not found"),
        ({"--snr": "20,10"}, "has the least after the most"),
    ],
)
def test_bad_input_is_one_line(
    changed: dict[str, str | None], told: str, call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_negatives(tmp_path / "only_keywords", people=1, noises=0, said="yes she said")
    options = dict(zip(call[3::2], call[4::2], strict=True))
    for option, place in changed.items():
        options[option] = place if place is None or option == "--snr" else str(tmp_path / place)
    given = [part for option, value in options.items() if value is not None for part in (option, value)]
    assert run([*call[:3], *given]) == 2
    assert told in capsys.readouterr().err.splitlines()[-1]


def test_a_picture_is_drawn_with_an_earlier_result_and_peers(
    call: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Ears({}).install(monkeypatch)
    assert run([*call, "--json"]) == 0
    (tmp_path / "earlier.json").write_text(capsys.readouterr().out)
    (tmp_path / "peers.csv").write_text("name,false_accepts_per_hour,missed_percent\nmicro,10.5,4.3\n")
    picture = tmp_path / "a.svg"
    beside = ["--with", str(tmp_path / "earlier.json"), "--beside", str(tmp_path / "peers.csv")]
    assert run([*call, "--json", "--plot", str(picture), *beside]) == 0
    shown, text = capsys.readouterr(), picture.read_text()
    assert json.loads(shown.out)["runs"] == 1, "stdout is the document alone"
    assert f"picture: {picture}" in shown.err
    assert text.count("4 words at 20 dB, 0.02 h of speech") >= 2 and "micro" in text


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--plot", "a.jpg"], "a.jpg is no picture: name a file that ends with .svg or .png"),
        (["--plot", "svg"], "svg is no picture"),
        (["--plot", "folder.svg"], "folder.svg is no picture"),
        (["--beside", "peers.csv"], "--with and --beside are drawn: name the picture, --plot FILE.svg"),
        (["--with", "a.json"], "--with and --beside are drawn"),
        (["--plot", "a.svg", "--with", "a.json"], "earlier result cannot be read"),
        (["--plot", "a.svg", "--beside", "peers.csv"], "peers.csv"),
    ],
)
def test_a_picture_that_cannot_be_drawn_is_told_before_anything_is_heard(
    options: list[str],
    told: str,
    call: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "folder.svg").mkdir()
    monkeypatch.chdir(tmp_path)
    assert run([*call, *options]) == 2
    shown = capsys.readouterr()
    assert told in shown.err and len(shown.err.splitlines()) == 1 and not shown.out
