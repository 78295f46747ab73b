"""A catalogue as an older kws wrote it, made from one of today: its tables go back, its rows stay."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from kws_data.catalog.schema import STEPS

#: Until version 4 the kind of a folder was a word before its path, and ``mtime_ns`` was any version.
_FILES = """
    CREATE TABLE old_files (
        folder TEXT NOT NULL, name TEXT NOT NULL, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
        clip_id TEXT REFERENCES clips, given_split TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (folder, name)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO old_files SELECT iif(kind IN ('noise', 'rooms', 'speech'), kind || ' ' || folder, folder), name,
        size_bytes, version, clip_id, given_split, reason FROM files;
    DROP TABLE files;
    DROP TABLE noted;
    ALTER TABLE old_files RENAME TO files;
    CREATE INDEX files_by_clip ON files (clip_id);
"""


#: Tables of versions after those that :func:`make_older` makes, in the order in which they can be dropped.
LATER = ("changes", "findings", "batches", "opinions", "guidelines", "looks")


def make_older(folder: Path, version: int) -> None:
    """Turn the closed catalogue in ``folder`` into one of version 1, 2 or 3."""
    later = [name_of(one) for step in range(version, 3) for one in STEPS[step]]
    tables = "".join(f"DROP TABLE {name};" for name in LATER)
    drops = "".join(f"DROP {kind} {name};" for kind, name in reversed(later))
    db = sqlite3.connect(folder / "catalog.sqlite")
    db.executescript(f"{tables} {_FILES}{drops} PRAGMA user_version={version};")
    db.close()


def name_of(statement: str) -> tuple[str, str]:
    """("TABLE", "clips") of a CREATE statement."""
    words = statement.split()
    return ("INDEX", words[words.index("ON") - 1]) if "INDEX" in words[:3] else ("TABLE", words[2])
