"""Names of files and folders that Linux, macOS and Windows all take, and keep apart."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping

MAX_BYTES = 120  # of 255, so that a clip's id and a suffix still go behind it
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(\..*)?", re.IGNORECASE)


def is_device(name: str) -> bool:
    """Whether Windows keeps a name for a device (``CON``, ``nul.txt``), so that no file or folder can have it."""
    return _DEVICE.fullmatch(name) is not None


def safe_name(text: str) -> str:
    """A word as the name of a folder or file: signs that some file system refuses become ``-``, a long one is cut."""
    plain = unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode()
    name = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*#.]', "-", plain).strip(" -") or "-"
    if len(name.encode()) > MAX_BYTES:
        name = f"{name.encode()[: MAX_BYTES - 9].decode('utf-8', 'ignore')}-{_digest(text)}"
    return f"{name}-" if is_device(name) else name


def folder_names(words: Iterable[str], there: Mapping[str, str] | None = None) -> dict[str, str]:
    """The folder of each word: :func:`safe_name`, and a few digits more where a disk would take two names for one.

    None begins with ``_``: such folders hold what is no word.

    Args:
        words: any.
        there: folders that words have already; they keep them.
    """
    names = dict(there or {})
    taken = {_on_disk(name) for name in names.values()}
    for word in sorted(set(words) - names.keys(), key=lambda w: (w != safe_name(w), w != w.casefold(), w)):
        name = re.sub("^_", "-_", safe_name(word))
        names[word] = name if _on_disk(name) not in taken else f"{name}-{_digest(word)}"
        taken.add(_on_disk(names[word]))
    return names


def _on_disk(name: str) -> str:
    """Equal for names that a disk which ignores case and Unicode's forms takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]
