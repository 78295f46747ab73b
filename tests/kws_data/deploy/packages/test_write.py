"""``kws export --to``: what is written, what is replaced, what is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from packages import ANN, NOBODY, chatty_bundle, written
from tiny_bundle import tiny_bundle

from kws_data.cli import run
from kws_data.deploy.packages import write
from kws_data.deploy.packages.check import CHECKS, check_package
from kws_data.deploy.packages.maker import Maker
from kws_data.deploy.packages.write import ALL_KINDS, KINDS, marker_of


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    tiny_bundle().save(tmp_path / "model")
    return tmp_path / "model"


def export(bundle: Path, kind: str, out: Path) -> int:
    return run(["export", "--bundle", str(bundle), "--to", kind, "--out", str(out)])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_package_holds_what_its_framework_asks(
    kind: str, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "deep" / kind
    assert run(["export", "--bundle", str(bundle), "--to", kind, "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["name"] == "kws_tiny" and told["kind"] == kind
    assert sorted(contents(out)) == told["files"]
    assert check_package(kind, out) == []
    readme = (out / "README.md").read_text()
    assert "yes, no" in readme and "| 2 | yes | 0 |" in readme and "bytes" in readme and "not known here" in readme
    assert "Apache License" in (out / "LICENSE").read_text()
    assert set(ALL_KINDS) == set(CHECKS)


def test_the_same_bundle_gives_the_same_bytes_and_what_else_lies_there_stays(bundle: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert export(bundle, "cmake", out) == 0
    first = contents(out)
    (out / "build").mkdir()
    (out / "build" / "notes.txt").write_text("mine")
    assert export(bundle, "cmake", out) == 0
    assert contents(out) == first | {"build/notes.txt": b"mine"}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_in_use_is_left_alone(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert export(bundle, "arduino", out) == 0
    before = contents(out)
    assert export(bundle, "zephyr", out) == 2 and "holds something else" in capsys.readouterr().err
    assert contents(out) == before
    (tmp_path / "file").write_text("a file")
    assert export(bundle, "zephyr", tmp_path / "file") == 2
    assert (tmp_path / "file").read_text() == "a file"


def test_nothing_is_left_of_a_package_that_could_not_be_written(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(write, "check_package", lambda kind, folder: ["a key is missing"])
    assert export(bundle, "cmake", tmp_path / "out") == 2
    assert "a key is missing" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--to", "ardiuno", "--out", "out", "--bundle", "model"], "did you mean arduino?"),
        (["--to", "esp_idf", "--out", "out", "--bundle", "model"], "did you mean esp-idf?"),
        (["--to", "qqq", "--out", "out", "--bundle", "model"], "use one of arduino, platformio"),
        (["--to", "cmake", "--out", "out", "--bundle", "nowhere"], "bundle is missing"),
        (["--to", "cmake", "--out", "out"], "either --bundle or CONFIG"),
        (["--to", "cmake", "--bundle", "model"], "--out"),
        (["--bundle", "model"], "--to"),
        (["--to", "cmake", "--out", "out", "--bundle", "model", "--layers"], "--layers"),
        ([], "CONFIG"),
    ],
)
def test_a_wrong_call_is_one_line(
    arguments: list[str],
    expected: str,
    bundle: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(bundle.parent)
    assert run(["export", *arguments]) == 2
    caught = capsys.readouterr().err
    assert expected in caught and len(caught.strip().splitlines()) == 1
    assert [path.name for path in bundle.parent.iterdir()] == ["model"]


@pytest.mark.parametrize("damage", ["cut", "text", "other"])
def test_a_damaged_bundle_is_refused(
    damage: str, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if damage == "other":
        (bundle / "model.tflite").write_bytes(tiny_bundle(channels=4).tflite)
    else:
        text = (bundle / "bundle.json").read_text()
        (bundle / "bundle.json").write_text(text[:100] if damage == "cut" else "[]")
    assert export(bundle, "cmake", tmp_path / "out") == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1 and not (tmp_path / "out").exists()


def test_words_and_names_that_are_not_plain_do_not_break_the_files(tmp_path: Path) -> None:
    labels = ("_silence_", "_unknown_", 'say "hi"', "größe\\|", "a: b # c")
    for kind in KINDS:
        folder = written(kind, tmp_path / kind, replace(tiny_bundle(labels), config='My "Config": 2/3'))
        assert check_package(kind, folder) == []
        assert json.loads((folder / marker_of(kind)).read_text())["name"] == "kws_my_config_2_3"


def tool(name: str) -> str:
    """Path of a framework's own tool; the test is skipped where it is not at hand."""
    import os

    found = shutil.which(name, path=os.pathsep.join(filter(None, [os.environ.get("KWS_TOOLS"), os.environ["PATH"]])))
    if found is None:
        pytest.skip(f"{name} is not installed (KWS_TOOLS may name a folder with it)")
    return found


@pytest.mark.parametrize("maker", [NOBODY, ANN])
def test_compote_takes_the_esp_idf_component(tmp_path: Path, maker: Maker) -> None:
    compote = tool("compote")
    folder = written("esp-idf", tmp_path / "kws_tiny", chatty_bundle(), maker)
    done = subprocess.run(
        [compote, "component", "pack", "--name", "kws_tiny"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (folder / "dist").glob("*.tgz")} >= {"kws_tiny_0.1.0.tgz"}


@pytest.mark.parametrize("maker", [NOBODY, ANN])
def test_platformio_takes_the_library(tmp_path: Path, maker: Maker) -> None:
    pio = tool("pio")
    folder = written("platformio", tmp_path / "kws_tiny", chatty_bundle(), maker)
    done = subprocess.run(
        [pio, "pkg", "pack", "-o", str(tmp_path / "packed.tar.gz"), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and (tmp_path / "packed.tar.gz").stat().st_size > 10_000, done.stderr
