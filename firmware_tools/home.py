"""``~`` at the beginning of a path, where no shell has seen it: in files, after ``=``, on Windows."""

from __future__ import annotations

from pathlib import Path


def in_home(path: Path | str) -> Path:
    """The path with the home folder in place of ``~``; as it is when nobody of that name has one here."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)
