"""The wheel holds all that git tracks of kws, and works in an empty folder without the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[1]
#: Folder of the repository -> its place in the wheel.
PLACES = {"kws_data": "kws_data", "firmware_tools": "firmware_tools", "configs": "kws_configs"}

#: As little of everything as a run can do with.
SMALL = (
    *("data.synth.speakers=12", "data.synth.takes=2", "data.synth.other_words=[maybe,house]"),
    *("data.record_train_clips=0", "data.record_test_clips=4", "split.validation_share=0.3"),
    *("augment.copies=2", "model.channels=8", "model.blocks=1", "train.epochs=2", "export.aware_epochs=2"),
    "device.eval_clips=4",
)

pytestmark = pytest.mark.slow


def tracked() -> list[str]:
    """Files that git tracks, as the working tree has them."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the tracked files alone: an old build folder would lend it files that are gone."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in tracked():
        target = folder / "clone" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*pip, "-w", folder, folder / "clone"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("kws-*.whl")
    return found


def test_the_wheel_holds_what_git_tracks_and_nothing_else(wheel: Path) -> None:
    wanted = set()
    for name in tracked():
        top, _, rest = name.partition("/")
        if top in PLACES:
            wanted.add(f"{PLACES[top]}/{rest}")
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == wanted, f"not in the wheel: {sorted(wanted - names)}; too much: {sorted(names - wanted)}"


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of a fresh environment with the wheel in it, and the libraries of the running one, but not its kws."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    found = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", found, "install", "--no-deps"]
    done = subprocess.run([*pip, "--no-index", wheel], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (packages,) = folder.glob("lib/python*/site-packages")
    # A plain path: .pth files in that folder, the editable kws among them, are not read; all its packages come second.
    borrowed = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (packages / "libraries.pth").write_text("\n".join(borrowed))
    return found


@pytest.fixture
def call(python: Path, tmp_path: Path) -> Callable[..., str]:
    """A program of the environment in an empty folder; gives what it printed."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def calling(program: str, *arguments: str) -> str:
        command = [python.parent / program, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return calling


def test_the_wheel_makes_a_detector_in_an_empty_folder(call: Callable[..., str], python: Path, tmp_path: Path) -> None:
    places = call("python", "-c", "import kws_data, firmware_tools as f; print(kws_data.__file__, f.__file__)").split()
    assert all(Path(place).is_relative_to(python.parents[1]) for place in places), places
    call("kws", "new", "kitchen", "--keywords", "lamp,radio")
    boards = {board["name"] for board in json.loads(call("kws", "boards", "--json"))["boards"]}
    assert boards == {path.stem for path in (ROOT / "configs/boards").glob("*.yaml")}
    sets = [part for setting in SMALL for part in ("--set", setting)]
    report = json.loads(call("kws", "run", "kitchen.yaml", *sets, "--json"))
    assert report["config"] == "kitchen" and report["device"]["agreement"] == 1.0
    assert set(report["host"]["int8"]["per_keyword"]) == {"lamp", "radio"}
    assert (tmp_path / "runs/kitchen/report/report.html").stat().st_size > 10_000


def test_a_configuration_of_kws_is_run_by_its_name(call: Callable[..., str]) -> None:
    sets = ("--set", "data.synth.speakers=4", "--set", "data.synth.takes=1", "--set", "data.synth.other_words=[house]")
    steps = json.loads(call("kws", "run", "demo", *sets, "--until", "collect", "--json"))["steps"]
    assert [step["name"] for step in steps] == ["collect"]
