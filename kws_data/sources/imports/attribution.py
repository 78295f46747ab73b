"""``ATTRIBUTION.csv``: whose clips a folder holds and on what terms, written by exports and read back by imports."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kws_data.errors import DataError
from kws_data.sources.imports.items import SPLIT_NAMES, Item
from kws_data.tables.table import read_table

FILE = "ATTRIBUTION.csv"
COLUMNS = tuple(
    "file clip word label split speaker synthetic session licence consent source attributes".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Origin:
    """What ``ATTRIBUTION.csv`` says of a file. ``speaker`` is a pseudonym that kws made; ``synthetic`` yes or no."""

    file: str
    clip: str
    word: str
    label: str
    split: str
    speaker: str
    synthetic: str
    session: str
    licence: str
    consent: str
    source: str
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def row(self) -> dict[str, str]:
        """As text, by column."""
        values = {name: str(getattr(self, name)) for name in COLUMNS[:-1]}
        return values | {"attributes": json.dumps(dict(self.attributes), sort_keys=True, ensure_ascii=False)}

    def word_for(self, label: str) -> str:
        """The word, when ``label`` is what the data set has; else the label, which somebody has corrected."""
        return self.word if label == self.label else label

    def item(self, path: Path, name: str) -> Item:
        """The clip in a file that an export wrote; raises OSError."""
        status = path.stat()
        return Item(
            path,
            name,
            self.word,
            self.speaker,
            status.st_size,
            status.st_mtime_ns,
            SPLIT_NAMES.get(self.split, ""),
            self.licence,
            self.consent,
            self.session,
            named=False,
            synthetic=self.synthetic == "yes",
            pseudonymous=True,
            attributes=self.attributes,
        )


def attribution_table(origins: Iterable[Origin]) -> str:
    """The table as text, one line a file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for origin in origins:
        writer.writerow(origin.row())
    return text.getvalue()


def read_attribution(root: Path) -> dict[str, Origin]:
    """What an export says of each file below ``root``, by path; empty where no export wrote the folder.

    A line that is not as kws writes it (no pseudonym, broken attributes) is passed over: its file is then taken like
    any other, as :func:`attribution_notes` tells.
    """
    return {origin.file: origin for origin in _read(root)[0]}


def origin_of(origins: Mapping[str, Origin], name: str) -> Origin | None:
    """What is said of a file, whatever form of letters (NFC, NFD) the disk gave its name."""
    return origins.get(name) or origins.get(unicodedata.normalize("NFC", name))


def attribution_notes(root: Path) -> list[str]:
    """What to tell about lines of ``ATTRIBUTION.csv`` that are passed over."""
    _, passed = _read(root)
    if not passed:
        return []
    lost = "speakers and terms of those files are taken from their names"
    return [f"{len(passed)} lines of {FILE} are not as kws writes them, such as {passed[0]}; {lost}"]


def _read(root: Path) -> tuple[list[Origin], list[str]]:
    """What is said of files, and where the table is not as kws writes it."""
    path = root / FILE
    if not path.is_file():
        return [], []
    try:
        table = read_table(path, needed=COLUMNS)
    except DataError as error:
        return [], [f"line 1 ({error.what})"]
    rows = [(table.place(number), _origin(row)) for number, row in table.rows]
    passed = [*(f"{place} {why}" for place, why in table.problems), *(place for place, origin in rows if not origin)]
    return [origin for _, origin in rows if origin], passed


def _origin(row: Mapping[str, str]) -> Origin | None:
    try:
        attributes = json.loads(row["attributes"] or "{}")
    except (ValueError, RecursionError):
        return None
    if not isinstance(attributes, dict) or not re.fullmatch(r"[0-9a-f]{12}", row["speaker"]):
        return None
    plain = {key: value for key, value in attributes.items() if isinstance(value, str | int | float | bool)}
    return Origin(**{name: row[name] for name in COLUMNS[:-1]}, attributes=plain)
