"""Where teachers are kept: below the recordings that they were made of, under a key of everything that shaped them.

Data, settings, seed and code make the key, so that every configuration with the same data finds a teacher. Its file is
used only when its hash is the one that was noted when it was written.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from kws_data.config.config import Config

CACHE_KEPT = 48  # teachers in the cache; the least recently used go first
FOLDER = "teachers"


def cache_dir(config: Config) -> Path:
    """Where teachers are kept: with the recordings, which are personal data as they are."""
    return Path(config.data.recordings) / FOLDER


def valid(folder: Path, name: str) -> bool:
    """Whether a cache entry is whole: its file is the one that was noted."""
    try:
        noted = json.loads((folder / "teacher.json").read_text(encoding="utf-8"))["sha256"]
        return bool(noted == file_sha256(folder / name))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def forget_oldest(cache: Path, keep: int) -> None:
    """Remove the least recently used entries beyond ``keep``."""
    entries = sorted((e for e in cache.glob("*") if e.is_dir()), key=lambda e: e.stat().st_mtime, reverse=True)
    for entry in entries[keep:]:
        shutil.rmtree(entry, ignore_errors=True)


def forget_teachers(recordings: Path) -> None:
    """Remove all teachers: one cannot be made to forget a person, and they are only a cache."""
    shutil.rmtree(recordings / FOLDER, ignore_errors=True)


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
