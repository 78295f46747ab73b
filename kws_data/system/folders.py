"""Folders that the system does not let us read: found and told, so that nothing in them is passed over in silence."""

from __future__ import annotations

import os
from pathlib import Path

UNREADABLE = "folder cannot be read: let yourself read it (chmod -R u+rX), and call the same again"


def unreadable_below(root: Path) -> list[tuple[str, str]]:
    """(place below ``root``, reason) of each folder that cannot be read, hidden ones not; ``.`` is the root itself."""
    refused: set[Path] = set()
    seen: set[tuple[int, int]] = set()

    def note(error: OSError) -> None:
        refused.add(Path(os.fsdecode(error.filename)))

    for folder, folders, _ in os.walk(root, followlinks=True, onerror=note):
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        if not _may_enter(folder):
            refused.add(Path(folder))
            folders.clear()
        folders[:] = sorted(name for name in folders if not name.startswith("."))
    return [(path.relative_to(root).as_posix(), UNREADABLE) for path in sorted(refused)]


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, sorted; nothing where it cannot be read, which :func:`unreadable_below` tells."""
    try:
        return sorted(folder.iterdir()) if _may_enter(folder) else []
    except OSError:
        return []


def _may_enter(folder: Path | str) -> bool:
    return os.access(folder, os.R_OK | os.X_OK)
