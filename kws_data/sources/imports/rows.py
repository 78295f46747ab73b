"""Rows of a table that says what recordings are: the same columns wherever a table is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kws_data.sources.imports.items import SPLIT_NAMES, Item, public_id
from kws_data.sources.imports.licences import licence_id
from kws_data.sources.imports.speaker_terms import age_of, gender_of, said

#: What tables say where nobody knows who speaks.
NOBODY = ("", "nan", "none", "null", "n/a", "na", "-", "?", "unknown")


def described(path: Path, name: str, row: Mapping[str, str], *, word: str, speaker: str = "", split: str = "") -> Item:
    """The clip that a row describes; size and time are left at 0.

    Args:
        path, name: of the file.
        row: texts by the names of :data:`kws_data.tables.columns.COLUMNS`.
        word, speaker, split: where the row has none.
    """
    told = row.get("speaker", "")
    person = speaker if told.lower() in NOBODY else told
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
