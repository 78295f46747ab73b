import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from firmware_tools.atomic import atomic_path, write_bytes, write_text


def test_file_appears_whole_and_folder_is_made(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b.txt"
    write_text(target, "grüße\n")
    assert target.read_bytes() == "grüße\n".encode()
    write_bytes(target, b"new")
    assert target.read_bytes() == b"new"
    assert [p.name for p in target.parent.iterdir()] == ["b.txt"]


def test_failure_keeps_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "b.bin"
    target.write_bytes(b"old")
    with pytest.raises(ValueError, match="halfway"), atomic_path(target) as temporary:
        temporary.write_bytes(b"half")
        raise ValueError("halfway")
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["b.bin"]


def test_target_is_untouched_until_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "x.npy"
    with atomic_path(target) as temporary:
        temporary.write_bytes(b"data")
        assert not target.exists()
        assert temporary.suffix == ".npy"
    assert target.read_bytes() == b"data"


def test_an_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(OSError, match="there'") as told:
        write_text(tmp_path / "there", "x")
    assert told.value.filename == str(tmp_path / "there")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe.txt", tmp_path / "link.txt"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for named in (pipe, link):
        with ThreadPoolExecutor(1) as reader:
            heard = reader.submit(pipe.read_bytes)
            write_text(named, "through\n")
            assert heard.result(timeout=10) == b"through\n"
    assert stat.S_ISFIFO(pipe.stat().st_mode) and link.is_symlink()
    with pytest.raises(ValueError, match="halfway"), atomic_path(pipe):
        raise ValueError("halfway")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.txt", "pipe.txt"]
