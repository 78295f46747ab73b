"""Which code made something: the hash of source files, so that what older code made is not taken for current."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

SOURCE_SUFFIXES = (".py", ".c", ".h", ".ld")


def code_hash(places: Sequence[str]) -> str:
    """Hash of the source files at these places below the project's root."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for place in places:
        path = root / place
        files = sorted(f for f in path.rglob("*") if f.suffix in SOURCE_SUFFIXES) if path.is_dir() else [path]
        for file in files:
            digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=32)
def running_code_hash(places: tuple[str, ...]) -> str:
    """:func:`code_hash` as it was when this process first asked: a file that is edited meanwhile does not count."""
    return code_hash(places)
