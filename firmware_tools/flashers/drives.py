"""Boards that show themselves as a drive: where drives are mounted, what one says of itself, copying a file onto it."""

from __future__ import annotations

import errno
import getpass
import os
import string
import sys
from collections.abc import Mapping
from pathlib import Path

from firmware_tools.errors import BoardError
from firmware_tools.link.ports import group_of

UF2_INFO = "INFO_UF2.TXT"
_PIECE_BYTES = 64 << 10
_LONGEST_INFO = 4096
_GONE = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ENOTDIR, errno.ESTALE)


def mounted_drives() -> list[Path]:
    """Folders on which drives may be mounted, as this system mounts what is plugged in."""
    if sys.platform == "win32":
        return [Path(f"{letter}:/") for letter in string.ascii_uppercase[2:] if Path(f"{letter}:/").is_dir()]
    if sys.platform == "darwin":
        return _folders_in(Path("/Volumes"))
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = ""
    parents = [Path("/media") / user, Path("/run/media") / user, Path("/media"), Path("/mnt")]
    return [folder for parent in dict.fromkeys(parents) for folder in _folders_in(parent)]


def _folders_in(parent: Path) -> list[Path]:
    try:
        return sorted(path for path in parent.iterdir() if _is_folder(path))
    except OSError:
        return []


def _is_folder(path: Path) -> bool:
    """Whether it is a folder that can be asked; one drive that was pulled out must not hide the others."""
    try:
        return path.is_dir()
    except OSError:
        return False


def drive_label(drive: Path) -> str:
    """Name of a drive: that of its folder; on Windows, where a drive is a letter, what the system says."""
    if sys.platform == "win32":
        import ctypes

        name = ctypes.create_unicode_buffer(64)
        ctypes.windll.kernel32.GetVolumeInformationW(str(drive), name, len(name), None, None, None, None, 0)
        return name.value
    return drive.name


def uf2_info(drive: Path) -> Mapping[str, str] | None:
    """What a boot loader's drive says in INFO_UF2.TXT, ``key: value`` a line; None when it is no such drive."""
    try:
        text = (drive / UF2_INFO).read_bytes()[:_LONGEST_INFO].decode("utf-8", "replace")
    except OSError:
        return None
    pairs = (line.partition(":") for line in text.splitlines())
    return {key.strip(): value.strip() for key, colon, value in pairs if colon}


def copy_to_drive(content: bytes, target: Path) -> None:
    """Copy a file onto a board's drive and see it through to the device.

    A drive that takes leave while the last of it is on its way is no error: so a boot loader ends, and only the board
    can say what came of it.

    Raises:
        BoardError: the drive is read-only, full, forbidden, or was gone before all bytes were handed over.
    """
    done = 0
    try:
        with target.open("wb", buffering=0) as file:
            while done < len(content):  # a drive that is nearly full takes a part of a piece, and then none
                done += file.write(content[done : done + _PIECE_BYTES])
            os.fsync(file.fileno())
    except OSError as error:
        if done < len(content) or error.errno not in _GONE:
            raise _copy_error(error, target, done, len(content)) from None


def _copy_error(error: OSError, target: Path, done: int, size: int) -> BoardError:
    drive, state = str(target.parent), f"{done} of {size} bytes were handed over"
    if error.errno == errno.EROFS:
        return BoardError("drive is read-only", drive, "nothing was written; plug the board in again, check its switch")
    if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        return BoardError("drive is full", drive, f"{state}, remove {target.name} and other files from it, then repeat")
    if error.errno in (errno.EACCES, errno.EPERM):
        group = group_of(drive)
        join = "" if group == "root" else f", or join its group: sudo usermod -aG {group} $USER"
        remedy = f"nothing was written; mount it for your user: sudo mount -o uid=$USER{join}"
        return BoardError("drive may not be written", drive, remedy)
    if error.errno in _GONE:
        remedy = f"{state}; the board waits in its boot loader: plug it in again and repeat"
        return BoardError("drive vanished in the middle of the copy", drive, remedy)
    return BoardError("drive cannot be written", drive, f"{error.strerror or error}; {state}")


def is_there(path: Path) -> bool:
    """Whether a file is still there; one on a drive that was pulled out is not, whatever the system says of it."""
    try:
        return path.exists()
    except OSError:
        return False
