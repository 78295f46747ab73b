"""The last net: what the system refuses, and faults of kws itself, in one line each."""

from __future__ import annotations

import errno
import os
import traceback
from pathlib import Path

from firmware_tools.errors import KwsError

TRACEBACK = "KWS_TRACEBACK"
_MEMORY = ("not enough memory", "close other programs, or use fewer --workers")
_ALLOWED = ("not allowed", "change its owner or mode, or name another place")
_NO_FOLDER = ("a file lies where a folder is wanted", "move it away, or name another place")
_ROOM = ("the disk is full", "make room and call it again: what is done stays")
_FILES = ("too many files are open", "use fewer --workers, or raise the limit: ulimit -n 4096")
_DISK = ("the disk does not answer", "is it unplugged or damaged?")
_NETWORK = ("no connection", "is the network there? call it again")
#: What the system says -> what happened, and what to do.
_REFUSALS = {
    errno.EACCES: _ALLOWED,
    errno.EPERM: _ALLOWED,
    errno.EROFS: ("the disk can only be read", "name a place that can be written"),
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.ENAMETOOLONG: ("a name is too long for this disk", "take a shorter one"),
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.EISDIR: ("a folder lies where a file is wanted", "name a file, or move the folder away"),
    errno.ENOTEMPTY: ("the folder is not empty", "name another one"),
    errno.ENOENT: ("there is no such file or folder", "check the name"),
    errno.ELOOP: ("links lead in a circle", "name the place itself"),
    errno.EBUSY: ("another program uses it", "close that and call it again"),
    errno.ETXTBSY: ("another program uses it", "close that and call it again"),
    errno.EINVAL: ("the disk does not take this name", "take another one"),
    errno.EIO: _DISK,
    errno.ENODEV: _DISK,
    errno.ENXIO: _DISK,
    errno.ESTALE: _DISK,
    errno.ENOMEM: _MEMORY,
    **dict.fromkeys((errno.ECONNREFUSED, errno.ECONNRESET, errno.ETIMEDOUT, errno.ENETUNREACH), _NETWORK),
}
#: Kinds of errors, by name as their modules are loaded only where they are needed -> the same.
_KINDS = {
    "MemoryError": _MEMORY,
    "RecursionError": ("a file is nested too deeply", "simplify it"),
    "BadZipFile": ("an archive is damaged", "fetch it again"),
    "LargeZipFile": ("an archive is too large", "make it smaller"),
    "BadGzipFile": ("an archive is damaged", "fetch it again"),
    "LZMAError": ("an archive is damaged", "fetch it again"),
    "ReadError": ("an archive is damaged", "fetch it again"),
    "BrokenProcessPool": ("a worker process was killed", "is there enough memory? try --workers 1"),
    "TimeoutExpired": ("a program did not end", "call it again"),
    "CalledProcessError": ("a program failed", "call it again"),
}


def in_words(error: Exception) -> str:
    """What happened, what it happened to, and what to do, in one line."""
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
    if isinstance(error, KwsError):
        return str(error)
    names = [kind.__name__ for kind in type(error).__mro__]
    if known := next((_KINDS[name] for name in names if name in _KINDS), None):
        return _line(known, _told(error))
    if isinstance(error, OSError):
        return _refused(error)
    if isinstance(error, UnicodeDecodeError):
        byte = error.object[error.start : error.start + 1].hex()
        return _line(("a file is no UTF-8 text", "save it as UTF-8"), f"byte 0x{byte} at {error.start}")
    if isinstance(error, UnicodeEncodeError):
        rest = ("a name has characters that cannot be written here", "rename what is called so")
        return _line(rest, error.object[:60])
    if type(error).__module__ == "sqlite3":
        return _line(
            ("the catalogue cannot be used", "call it again; restore it from a copy if that stays so"), str(error)
        )
    return _fault(error)


def _line(said: tuple[str, str], value: str | None) -> str:
    return str(KwsError(said[0], value, said[1]))


def _told(error: Exception) -> str | None:
    return " ".join(str(error).split())[:200] or None


def _refused(error: OSError) -> str:
    """What the system says of a place; of two, as in renaming, the second is the one that a person knows."""
    place = error.filename2 or error.filename
    shown = None if place is None else os.fsdecode(place) if isinstance(place, str | bytes | Path) else str(place)
    what = error.strerror or type(error).__name__
    return _line(_REFUSALS.get(error.errno or 0, (what, "")), shown or (None if what in str(error) else _told(error)))


def _fault(error: Exception) -> str:
    """A fault of kws itself, with the place of ours that it came from."""
    root = Path(__file__).resolve().parents[2]
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(root)]
    ours = [frame for frame in ours if "site-packages" not in frame.filename]
    place = f" in {Path(ours[-1].filename).relative_to(root).as_posix()}, line {ours[-1].lineno}" if ours else ""
    said = f"{type(error).__name__}: {_told(error) or 'no more is known'}"
    return f"this is a fault of kws: {said}{place}; {TRACEBACK}=1 shows where; please report it"
