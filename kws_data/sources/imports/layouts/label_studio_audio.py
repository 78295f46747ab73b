"""Which file a task of a Label Studio export means.

A task names its audio in one of its fields, by a path, an address, or an upload to which Label Studio gave a name of
its own (``/data/upload/1/9f3c1a2b-yes.wav``). The files lie below the folder of the export, somewhere.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from kws_data.sources.imports.files_below import FilesBelow, plain_path
from kws_data.sources.imports.items import SUFFIXES, plain_text
from kws_data.sources.imports.json_files import shown, text

AUDIO_KEYS = ("audio", "audio_url", "url", "file", "file_upload")
_UPLOAD = re.compile(r"[0-9a-f]{4,}-(?=.)", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """The file that a task names.

    Attributes:
        name: of the file below the folder; of none, where it is not there, the last part of what the task names.
        there: whether there is such a file.
        reason: why no file can be taken.
    """

    name: str
    there: bool = False
    reason: str = ""


def audio_named(data: Mapping[str, Any], upload: str = "") -> tuple[str, str]:
    """What the fields of a task name as its audio, or the reason why none of them does."""
    fields = {key: _field(value) for key, value in data.items()}
    known = [fields[key] for key in AUDIO_KEYS if fields.get(key)]
    sounds = {key: value for key, value in fields.items() if _is_audio(value)}
    named = [value for value in known if _is_audio(value)] or list(dict.fromkeys(sounds.values()))
    if named and (len(named) == 1 or known):
        return named[0], ""
    if named:
        return "", f"names several recordings ({', '.join(map(shown, sounds))}): call the field of the right one audio"
    if known or upload:
        return (known or [upload])[0], ""
    keys = ", ".join(shown(key) for key in list(data)[:8]) or "nothing"
    return "", f"names no audio, its fields are {keys}: call the field of the recording audio"


def _field(value: object) -> str:
    return text(value[0] if isinstance(value, list) and len(value) == 1 else value)


def _is_audio(named: str) -> bool:
    return posixpath.splitext(_inside(named))[1].lower() in SUFFIXES


def _inside(named: str) -> str:
    """The path in what a task names; that of a local file stands behind ``?d=``."""
    try:
        parts = urlsplit(named)
    except ValueError:
        return named
    inside = parse_qs(parts.query).get("d", [parts.path])[0] if parts.scheme or parts.query else named
    return unquote(inside).replace("\\", "/").lstrip("/")


def find_audio(files: FilesBelow, named: Sequence[str]) -> dict[str, Named]:
    """The file of each name, where it can be no other.

    A file of the same name elsewhere below the folder will do, unless there are several, or another task means it.
    """
    exact = {one: _exactly(files, one) for one in named}
    found = {one: Named(name, there=True) for one, name in exact.items() if name}
    near: dict[str, set[str]] = defaultdict(set)
    for one in named:
        if one not in found:
            found[one] = _nearly(files, one)
            if found[one].there:
                near[found[one].name].add(one)
    taken = {name: one for one, name in exact.items() if name}
    for name, rivals in near.items():
        others = sorted(rivals | ({taken[name]} if name in taken else set()), key=lambda one: (one not in rivals, one))
        for one in rivals if len({_identity(other) for other in others}) > 1 else ():
            other = next(other for other in others if _identity(other) != _identity(one))
            reason = f"may mean {plain_text(name)}, and so may {shown(other, 80)}: put each file where its task says"
            found[one] = Named(name, reason=reason)
    return found


def _exactly(files: FilesBelow, named: str) -> str | None:
    inside = _inside(named)
    if "\0" in named or ".." in inside.split("/"):
        return None
    return files.at(named) or files.at(inside)


def _nearly(files: FilesBelow, named: str) -> Named:
    """A file of the same last name, with or without what Label Studio puts before the name of an upload."""
    inside = _inside(named)
    last = posixpath.basename(inside)
    if not last or "\0" in named:
        return Named("", reason="names no file: correct its path")
    uploaded = _UPLOAD.sub("", last, count=1) if _UPLOAD.match(last) else ""
    for path in (inside, uploaded):
        near = files.called(path) if path else []
        if len(near) == 1:
            return Named(near[0], there=True)
        if near:
            which = f"{plain_text(near[0])} or {plain_text(near[1])}"
            return Named(near[0], reason=f"may mean {which}: leave one, or put it where the task says")
    return Named(last)


def _identity(named: str) -> str:
    return plain_path(_inside(named)).casefold()
