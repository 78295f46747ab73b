"""Which file a task of Label Studio means: its address as far as it is a path here, else a name that is the only one.

An address is a path beside the export, a place on Label Studio's server (``/data/upload/2/1a2b3c4d-yes.wav``,
``/data/local-files/?d=audio/yes.wav``) or in a store (``s3://bucket/audio/yes.wav``). What could be two files is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from kws_data.sources.imports.items import SUFFIXES, relative_name
from kws_data.sources.imports.json_files import text

AUDIO_KEYS = ("audio", "audio_url", "url", "file", "file_upload")
INSIDE = "data:audio"
_SERVER = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://[^/\\]*")
_UPLOAD = re.compile(r"[0-9a-f]{8}-(?=.)")  # what Label Studio puts before the name of an upload


def address_of(data: Mapping[str, Any], file_upload: object) -> tuple[str, str]:
    """Where a task says that its audio is, and why that is not known (empty when it is)."""
    said = {key: text(value) for key, value in data.items() if text(value) and "\0" not in text(value)}
    said = {key: value for key, value in said.items() if not value.startswith(INSIDE)}
    audio = {key: value for key, value in said.items() if _is_audio(value)}
    if known := next((audio[key] for key in AUDIO_KEYS if key in audio), ""):
        return known, ""
    if len(set(audio.values())) > 1:
        return "", f"several data keys name audio, {_listed(audio)}: call the one to use audio"
    upload = text(file_upload)
    named = next(iter(audio.values()), "") or next((said[key] for key in AUDIO_KEYS if key in said), "") or upload
    if named and "\0" not in named:
        return named, ""
    if any(isinstance(value, str) and value.startswith(INSIDE) for value in data.values()):
        return "", f"its audio is inside of the export ({INSIDE}…): save it as a file and write its path"
    return "", f"names no audio: its data keys are {_listed(data) or 'none'}; put the file's path under the key audio"


def _is_audio(address: str) -> bool:
    return any(path.suffix.lower() in SUFFIXES for path in _paths(address))


def _listed(keys: Mapping[str, Any]) -> str:
    shown = [f"{key!s:.40}" for key in list(keys)[:6]]
    return ", ".join(shown) + (" and more" if len(keys) > 6 else "")


@dataclass(frozen=True)
class Found:
    """The file of an address.

    Attributes:
        path: the file; None when it is not known.
        exact: the address is the path below the folder, not only the name or the end of it.
        reason: why it is not known although there are files of its name.
    """

    path: Path | None = None
    exact: bool = False
    reason: str = ""


class Files:
    """Files below a folder, by path and by name in Unicode's composed form."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._by_path: dict[str, list[Path]] = defaultdict(list)
        self._by_name: dict[str, list[Path]] = defaultdict(list)
        self._by_upload: dict[str, list[Path]] = defaultdict(list)
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self._by_path[_composed(path.relative_to(folder).as_posix())].append(path)
                self._by_name[_composed(path.name)].append(path)
                self._by_upload[_upload_name(_composed(path.name))].append(path)

    def find(self, address: str) -> Found:
        """The file that an address means: of its path, of the end of its path, or the only one of its name."""
        paths = list(_paths(address))
        ends = [PurePosixPath(*path.parts[cut:]) for path in paths for cut in range(1, len(path.parts) - 1)]
        for candidates, exact in ((paths, True), (ends, False)):
            for candidate in candidates:
                if found := self._at(candidate):
                    return Found(found, exact)
        written = [_composed(path.name) for path in paths]
        uploads = [_UPLOAD.sub("", name, count=1) for name in written if _UPLOAD.match(name)]
        for files, names in ((self._by_name, written), (self._by_name, uploads), (self._by_upload, uploads)):
            if there := next((files[name] for name in names if name in files), None):
                return self._only(there)
        return Found()

    def _at(self, path: PurePosixPath) -> Path | None:
        try:
            if (self.folder / path).is_file():
                return self.folder / path
        except (OSError, ValueError):  # no file can have such a name
            return None
        there = self._by_path.get(_composed(str(path)), [])
        return there[0] if len(there) == 1 else None

    def _only(self, there: list[Path]) -> Found:
        if len(there) == 1:
            return Found(there[0])
        both = " and ".join(relative_name(path, self.folder) for path in there[:2])
        return Found(reason=f"several files have its name: {both}; write the path of the one that is meant")


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _paths(address: str) -> Iterator[PurePosixPath]:
    """The ways to read an address as a path, the most literal first."""
    query = address.partition("?")[2].split("&")
    local = [part.removeprefix("d=") for part in query if part.startswith("d=")]
    plain = _SERVER.sub("", address, count=1) if _SERVER.match(address) else address
    ways = local or [plain, plain.partition("?")[0], plain.partition("?")[0].partition("#")[0]]
    ways = [*ways, *map(unquote, ways), *(unquote(way.replace("+", " ")) for way in local)]
    seen = set()
    for way in [*ways, *(way.replace("\\", "/") for way in ways)]:
        parts = PurePosixPath(way.lstrip("/")).parts
        below = parts[len(parts) - parts[::-1].index("..") :] if ".." in parts else parts
        if below and below not in seen and "\0" not in way:
            seen.add(below)
            yield PurePosixPath(*below)


def _upload_name(name: str) -> str:
    """A name as uploads have it: blanks are ``_``, signs that are none of a path are gone."""
    return re.sub(r"[^-\w.]", "", name.strip().replace(" ", "_"))
