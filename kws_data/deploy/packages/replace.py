"""A newer package in the place of an older one: only files that kws wrote are touched, and only as it wrote them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from kws_data.errors import DataError

FILES = "files"  # in the package's note: path of each other file -> SHA-256 of what kws wrote
SHOWN = 3


def replace_package(fresh: Path, old: Path, marker: str, *, force: bool = False) -> None:
    """Bring the files of ``fresh`` into ``old``, and take away those that only the older package had.

    What else lies in ``old`` stays. The note comes last: where the call is cut off, the next one ends the work.

    Args:
        fresh: the new package.
        old: folder of the older one.
        marker: name of the note in both.
        force: files of the package's that were changed are replaced too.

    Raises:
        DataError: a file would be replaced or removed that is not as kws wrote it.
        OSError: a file cannot be replaced.
    """
    new = sorted(path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file())
    wrote = _written_before(old / marker)
    gone = [name for name in wrote if name not in new and (old / name).resolve().is_relative_to(old.resolve())]
    if not force:
        _refuse_changed(fresh, old, wrote, [name for name in (*new, *gone) if name != marker])
    for name in gone:
        (old / name).unlink(missing_ok=True)
    for name in (*(one for one in new if one != marker), marker):
        (old / name).parent.mkdir(parents=True, exist_ok=True)
        (fresh / name).replace(old / name)


def _refuse_changed(fresh: Path, old: Path, wrote: dict[str, str], names: list[str]) -> None:
    changed = [name for name in names if _is_changed(old / name, fresh / name, wrote.get(name))]
    if not changed:
        return
    more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
    remedy = "name another folder, or add --force, which replaces them"
    raise DataError(f"{old} has files that are not as kws wrote them", ", ".join(changed[:SHOWN]) + more, remedy)


def hashes(files: Mapping[str, str | bytes]) -> dict[str, str]:
    """What the note says of a package's files."""
    return {name: _sha256(_bytes(content)) for name, content in sorted(files.items())}


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


def _written_before(note: Path) -> dict[str, str]:
    """Files of the older package; none where its note has no list."""
    try:
        listed = json.loads(note.read_bytes())[FILES]
        return {str(name): str(sha256) for name, sha256 in listed.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _is_changed(there: Path, new: Path, wrote: str | None) -> bool:
    """Whether something lies there that is neither what kws wrote nor what comes."""
    if not there.is_file():
        return there.exists() or there.is_symlink()
    found = _sha256(there.read_bytes())
    return found != wrote and (not new.is_file() or found != _sha256(new.read_bytes()))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
