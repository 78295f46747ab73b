"""A newer package in the place of an older one: what a person did there is not lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_bundle import tiny_bundle

from kws_data.cli import run

MARKER = "kws-cmake.json"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A package of a model, beside two bundles: ``small`` is the package's, ``large`` a newer one."""
    tiny_bundle().save(tmp_path / "small")
    tiny_bundle(channels=4).save(tmp_path / "large")
    assert export(tmp_path / "out", "small") == 0
    return tmp_path / "out"


def export(out: Path, bundle: str, *more: str) -> int:
    return run(["export", "--bundle", str(out.parent / bundle), "--to", "cmake", "--out", str(out), *more])


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_changed_file_is_named_and_nothing_is_done(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (out / "README.md").write_text("my own")
    before = files(out)
    assert export(out, "large") == 2
    error = capsys.readouterr().err
    assert "'README.md'" in error and "--force" in error and error.count("\n") == 1
    assert files(out) == before and sorted(path.name for path in out.parent.iterdir()) == ["large", "out", "small"]
    assert export(out, "large", "--force") == 0
    assert files(out)["README.md"] != b"my own"


def test_files_that_only_the_older_package_had_go_and_others_stay(out: Path) -> None:
    note = json.loads((out / MARKER).read_text())
    (out / "src" / "kws_gone.c").write_text("old")
    (out / "mine.txt").write_text("mine")
    (out.parent / "outside").write_text("x")
    listed = note["files"]
    old = "0" * 64
    listed |= {"src/kws_gone.c": old, "../outside": old}
    (out / MARKER).write_text(json.dumps(note))
    assert export(out, "large") == 2  # kws_gone.c is not as the list has it
    assert export(out, "large", "--force") == 0
    found = files(out)
    assert found["mine.txt"] == b"mine" and "src/kws_gone.c" not in found
    assert (out.parent / "outside").read_text() == "x"
    assert set(json.loads(found[MARKER])["files"]) == set(found) - {MARKER, "mine.txt"}


def test_a_folder_whose_note_lists_nothing_loses_nothing(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (out / MARKER).write_text("{}")
    (out / "README.md").write_text("my own")
    (out / "LICENSE").unlink()
    (out / "LICENSE").mkdir()
    assert export(out, "small") == 2
    assert "'LICENSE, README.md'" in capsys.readouterr().err
    assert (out / "README.md").read_text() == "my own"
    assert export(out, "small", "--force") == 2  # a folder is not replaced by a file
    assert "cannot be written" in capsys.readouterr().err


def test_what_was_cut_off_is_ended(out: Path) -> None:
    """Half of the files are the newer package's, and the note is not."""
    before = files(out)
    assert export(out, "large") == 0
    newer = files(out)
    differ = [name for name in newer if before.get(name) != newer[name] and name != MARKER]
    assert len(differ) > 1
    for name in (*differ[1:], MARKER):
        (out / name).write_bytes(before[name])
    assert export(out, "large") == 0
    assert files(out) == newer


def test_force_and_set_without_what_they_change(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(out, "small", "--set", "foo=bar") == 2
    assert "--set changes a CONFIG" in capsys.readouterr().err
    assert run(["export", "x.yaml", "--force"]) == 2
    assert "go with --to" in capsys.readouterr().err
