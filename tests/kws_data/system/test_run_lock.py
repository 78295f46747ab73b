"""Two calls never mix in one run, and none that was killed stands in the way of the next."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kws_data.errors import DataError
from kws_data.system.run_lock import FILE, alone_in

HOLD = (
    "import sys, time; from pathlib import Path; from kws_data.system.run_lock import alone_in\n"
    "with alone_in(Path(sys.argv[1])):\n"
    "    print('held', flush=True); time.sleep(30)\n"
)


def test_the_second_is_refused_in_one_line_and_a_killed_first_blocks_nobody(tmp_path: Path) -> None:
    first = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "demo")], stdout=subprocess.PIPE)
    try:
        assert first.stdout is not None and first.stdout.readline() == b"held\n"
        words = r"another kws works here: .*demo.*--set name=OTHER"
        with pytest.raises(DataError, match=words), alone_in(tmp_path / "demo"):
            pass
        with alone_in(tmp_path / "other"):
            pass
    finally:
        first.kill()
        first.communicate()
    with alone_in(tmp_path / "demo"):
        (tmp_path / "demo" / "result").touch()
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == [FILE, "result"]


def test_a_folder_in_which_nothing_came_about_is_gone_again(tmp_path: Path) -> None:
    with pytest.raises(ValueError), alone_in(tmp_path / "runs" / "demo"):
        raise ValueError
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "runs" / "there").mkdir(parents=True)
    with alone_in(tmp_path / "runs" / "there"):
        pass
    assert (tmp_path / "runs" / "there").is_dir(), "it was there before"


def test_a_file_in_its_place_is_told_as_the_system_does(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    with pytest.raises(OSError, match="runs"), alone_in(tmp_path / "runs" / "demo"):
        pass
