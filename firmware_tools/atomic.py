"""Files that appear whole or not at all: write beside the target, then rename over it."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def atomic_path(path: Path | str) -> Iterator[Path]:
    """Give a temporary path in the same folder; rename it to ``path`` when the block succeeds.

    When the block raises, the temporary file is removed and what stood at ``path`` stays as it was.
    The folder is made if need be. The temporary name keeps the suffix, for writers that look at it. A device or a pipe
    (``/dev/null``, ``/dev/stdout``) is written to: a file in its place would be the end of it.

    Raises:
        OSError: the folder cannot be made or the file cannot be written.
    """
    path = Path(path)
    if _is_device_or_pipe(path):
        with TemporaryDirectory() as folder:
            yield (elsewhere := Path(folder) / path.name)
            with elsewhere.open("rb") as source, path.open("wb") as target:
                shutil.copyfileobj(source, target)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}-{secrets.token_hex(4)}{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        if str(error.filename) == str(temporary):
            error.filename = str(path)  # what the caller named
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _is_device_or_pipe(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def write_bytes(path: Path | str, data: bytes) -> None:
    """Write ``data`` to ``path``, whole or not at all; raises OSError."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path | str, text: str) -> None:
    """Write ``text`` as UTF-8 with ``\\n`` line ends, whole or not at all; raises OSError."""
    write_bytes(path, text.encode("utf-8"))
