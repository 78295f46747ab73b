"""Rows of a table that says what recordings are: the same columns wherever a table is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kws_data.sources.imports.items import SPLIT_NAMES, Item, public_id
from kws_data.sources.imports.licences import licence_id
from kws_data.sources.imports.speaker_terms import age_of, gender_of, said

#: Columns that are used, and other names for them that tools write.
COLUMNS = {
    "file": ("path", "filename", "file_name", "audio"),
    "label": ("word", "class", "keyword"),
    "speaker": ("speaker_id", "client_id"),
    "accent": (),
    "gender": ("sex",),
    "age": (),
    "licence": ("license",),
    "consent": (),
    "split": ("set", "subset"),
    "session": (),
    "device": ("device_model", "microphone"),
    "room": (),
    "distance": (),
    "transcript": ("sentence", "text"),
    "language": ("locale", "lang"),
}


def used_columns(columns: tuple[str, ...]) -> dict[str, str]:
    """Name that is used here for each column; empty for one that is not used."""
    return {column: _standard(column) for column in columns}


def _standard(column: str) -> str:
    """The name that is used here for a column; empty when it is not used."""
    return next((name for name, others in COLUMNS.items() if column == name or column in others), "")


def standard_row(used: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Texts of a row by the names that are used here; of two columns for the same thing the first that says it."""
    row: dict[str, str] = {}
    for column, text in values.items():
        if (name := used[column]) and not row.get(name):
            row[name] = text
    return row


def unused_note(table_name: str, used: Mapping[str, str], own: tuple[str, ...] = ()) -> list[str]:
    """What to tell about columns that nothing is made of."""
    unknown = [column for column, standard in used.items() if not standard and column not in own]
    if not unknown:
        return []
    known = ", ".join([*own, *(name for name in COLUMNS if not own or name != "file")])
    return [f"{table_name}: columns that are not used: {', '.join(unknown)}; used are {known}"]


def described(path: Path, name: str, row: Mapping[str, str], *, word: str, speaker: str = "", split: str = "") -> Item:
    """The clip that a row describes; size and time are left at 0.

    Args:
        path, name: of the file.
        row: texts by the names of :data:`COLUMNS`.
        word, speaker, split: where the row has none.
    """
    person = row.get("speaker", "") or speaker
    return Item(
        path,
        name,
        row.get("label", "") or word,
        person,
        0,
        0,
        SPLIT_NAMES.get(row.get("split", "").lower(), "") or split,
        licence_id(row.get("licence", "")),
        row.get("consent", ""),
        row.get("session", ""),
        named=not public_id(person),
        attributes=said(
            accent=row.get("accent", ""),
            gender=gender_of(row.get("gender", "")),
            age=age_of(row.get("age", "")),
            device_model=row.get("device", ""),
            room=row.get("room", ""),
            distance=row.get("distance", ""),
            transcript=row.get("transcript", ""),
            language=row.get("language", ""),
        ),
    )
