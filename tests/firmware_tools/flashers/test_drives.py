"""Where drives are looked for, on the systems that people have."""

from __future__ import annotations

import errno
import resource
import sys
from pathlib import Path

import pytest

from firmware_tools.errors import BoardError
from firmware_tools.flashers import drives


@pytest.mark.parametrize(("system", "parent"), [("linux", "/media/ada"), ("darwin", "/Volumes")])
def test_a_drive_that_was_pulled_out_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, parent: str
) -> None:
    for name in ("RPI-RP2", "gone"):
        (tmp_path / name).mkdir()
    (tmp_path / "a file").write_text("")
    plain, there = Path.is_dir, list(tmp_path.iterdir())

    def is_dir(path: Path) -> bool:
        if path.name == "gone":
            raise OSError(errno.EIO, "Input/output error")
        return plain(path)

    asked: list[str] = []

    def iterdir(path: Path) -> list[Path]:
        asked.append(str(path))
        return there if str(path) == parent else []

    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr("getpass.getuser", lambda: "ada")
    monkeypatch.setattr(Path, "is_dir", is_dir)
    monkeypatch.setattr(Path, "iterdir", iterdir)
    assert drives.mounted_drives() == [tmp_path / "RPI-RP2"]
    assert asked == (["/Volumes"] if system == "darwin" else ["/media/ada", "/run/media/ada", "/media", "/mnt"])


def test_what_a_drive_says_of_itself(tmp_path: Path) -> None:
    assert drives.uf2_info(tmp_path) is None
    (tmp_path / drives.UF2_INFO).write_bytes(
        b"UF2 Bootloader 0.6.1\r\nModel: XIAO\r\nSoftDevice: S140 7.3.0\r\nDate: 1:2\r\n"
    )
    assert drives.uf2_info(tmp_path) == {"Model": "XIAO", "SoftDevice": "S140 7.3.0", "Date": "1:2"}


def test_nobody_is_told_to_join_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    for group, joins in (("root", False), ("plugdev", True)):
        monkeypatch.setattr(drives, "group_of", lambda _, group=group: group)
        with pytest.raises(BoardError, match="mount it for your user") as error:
            drives.copy_to_drive(b"x", tmp_path / "kws.uf2")
        assert ("join its group" in str(error.value)) == joins


def test_a_drive_that_takes_a_part_only_is_full(tmp_path: Path) -> None:
    """The system takes what there is room for, and says so only when it is asked for more."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, old[1]))
    try:
        with pytest.raises(BoardError, match=r"drive is full: .*16384 of 25000 bytes were handed over, remove kws.uf2"):
            drives.copy_to_drive(bytes(25_000), tmp_path / "kws.uf2")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
