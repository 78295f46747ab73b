"""The layout of AudioMNIST: sixty people say the ten digits, fifty times each.

::

    data/<speaker>/<digit>_<speaker>_<n>.wav
    data/audioMNIST_meta.txt                  JSON: {speaker: {accent, age, gender, native speaker, origin, …}}

The words are the digits in English (``zero`` to ``nine``). Becker et al., "AudioMNIST", 2018; MIT licence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kws_data.errors import DataError
from kws_data.sources.imports.items import Item, Layout, Scan, audio_below, relative_name
from kws_data.sources.imports.json_files import read_json
from kws_data.sources.imports.speaker_terms import age_of, gender_of, said

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
META = "audioMNIST_meta.txt"
LICENCE, CONSENT = "MIT", "public data set, written declaration of consent"
_NAME = re.compile(r"([0-9])_([0-9]+)_([0-9]+)")


def scan(root: Path) -> Scan:
    """Recordings below the folder, with what the metadata says of their speakers.

    Raises:
        DataError: metadata that is no JSON object.
    """
    people, notes = _people(root)
    items, problems = [], []
    for path in audio_below(root):
        name = relative_name(path, root)
        match = _NAME.fullmatch(path.stem)
        if match is None:
            problems.append((name, "name is not <digit>_<speaker>_<n>"))
            continue
        items.append(_item(path, name, DIGITS[int(match[1])], match[2], people.get(match[2], {})))
    strangers = sorted({item.speaker for item in items} - people.keys())
    if people and strangers:
        notes.append(f"{META} does not know the speakers {', '.join(strangers[:10])}")
    return Scan(items, tuple(problems), notes=tuple(notes))


def _people(root: Path) -> tuple[dict[str, Mapping[str, Any]], list[str]]:
    path = next((p for p in (root / META, root / "data" / META) if p.is_file()), None)
    if path is None:
        return {}, [f"no {META}: accents, ages and genders are not known"]
    document = read_json(path)
    if not isinstance(document, dict):
        raise DataError("metadata is no JSON object", str(path), "expected {speaker: {accent, age, gender}}")
    return {str(key): value for key, value in document.items() if isinstance(value, dict)}, []


def _item(path: Path, name: str, word: str, speaker: str, person: Mapping[str, Any]) -> Item:
    def of(key: str) -> str:
        value = person.get(key, "")
        return str(value).strip() if isinstance(value, str | int | float) else ""

    status = path.stat()
    return Item(
        path,
        name,
        word,
        speaker,
        status.st_size,
        status.st_mtime_ns,
        licence=LICENCE,
        consent=CONSENT,
        named=False,
        attributes=said(
            accent=of("accent").lower(),
            gender=gender_of(of("gender")),
            age=age_of(of("age")),
            room=of("recordingroom"),
            origin=of("origin"),
            language="en",
        ),
    )


LAYOUT = Layout("audiomnist", scan, "data/<speaker>/<digit>_<speaker>_<n>.wav and audioMNIST_meta.txt")
