"""The wheel holds all that git tracks of kws, and works in an empty folder without the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[1]
#: Folder of the repository -> its place in the wheel.
PLACES = {"kws_data": "kws_data", "firmware_tools": "firmware_tools", "configs": "kws_configs"}

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
