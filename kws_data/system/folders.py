"""Folders that may not be read, and links to nothing: told, so that nothing in them is passed over in silence."""

from __future__ import annotations

import os
from pathlib import Path

NOWHERE = "link leads nowhere: copy the file itself"
UNREADABLE = "folder cannot be read: let yourself read it (chmod -R u+rX), and call the same again"


def unreadable_below(root: Path) -> list[tuple[str, str]]:
    """(place below ``root``, reason) of each folder that cannot be read and each link that leads nowhere, hidden ones
    not; ``.`` is the root itself."""
    refused: set[Path] = set()
    broken: list[Path] = []
    seen: set[tuple[int, int]] = set()

    def note(error: OSError) -> None:
        refused.add(Path(os.fsdecode(error.filename)))

    for folder, folders, files in os.walk(root, followlinks=True, onerror=note):
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        if not _may_enter(folder):
            refused.add(Path(folder))
            folders.clear()
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = (Path(folder, name) for name in files if not name.startswith("."))
        broken += [path for path in links if path.is_symlink() and not path.exists()]
    reasons = dict.fromkeys(broken, NOWHERE) | dict.fromkeys(refused, UNREADABLE)
    return [(path.relative_to(root).as_posix(), reasons[path]) for path in sorted(reasons)]


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, sorted; nothing where it cannot be read, which :func:`unreadable_below` tells."""
    try:
        return sorted(folder.iterdir()) if _may_enter(folder) else []
    except OSError:
        return []


def _may_enter(folder: Path | str) -> bool:
    return os.access(folder, os.R_OK | os.X_OK)
