"""Names of folders and files that look like something else: markup, options, line ends, blanks, quotes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kws_data.audio import write_flac
from kws_data.cli import run

WORDS = ("[red]", "[bold]x", "a\nb", "it's", '"so"', "--json", "\x1b[31mred", "x" * 200)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder that is called like an option, with words of all those names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")
    for number, word in enumerate(WORDS):
        sound = np.arange(16_000, dtype=np.int16) + number
        write_flac(Path("--help", word, f"p{number}_nohash_0.flac"), sound, 16_000)
    Path("--help", WORDS[2], "no\n[red].wav").write_text("no audio")
    return "--help"


def test_odd_names_are_imported_shown_and_split_as_they_are(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "speech-commands", "--recordings", "my [red] 'rec'", "--", folder]) == 0
    said = capsys.readouterr()
    assert "no\\n[red].wav" in said.err
    for by in (("word",), ("word", "source"), ("source", "word"), ("word", "source", "level")):
        calls = [part for name in by for part in ("--by", name)]
        assert run(["catalog", "--recordings", "my [red] 'rec'", *calls, "--set-aside"]) == 0
        shown = capsys.readouterr().out
        for word in WORDS:
            plain = word.replace("\n", "\\n").replace("\x1b", "\\x1b")
            assert plain in shown or by == ("source", "word"), (plain, shown)
    assert run(["catalog", "--recordings", "my [red] 'rec'", "--json", "--by", "word"]) == 0
    assert {row[0] for row in json.loads(capsys.readouterr().out)["counts"]} >= {"[red]", "--json"}


def test_home_is_found_in_options_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    write_flac(tmp_path / "home" / "data" / "go" / "p_nohash_0.flac", np.arange(16_000, dtype=np.int16), 16_000)
    assert run(["import", "speech-commands", "~/data", "--recordings=~/rec"]) == 0
    assert (tmp_path / "home" / "rec" / "catalog.sqlite").is_file()
    assert run(["new", "x", "--keywords", "go", "--data", "~/data"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "x.yaml"]
