"""Versions of the guideline by which clips are labelled: Markdown, kept whole, so that a label says which rules hold.

A guideline is never changed: another text is the next version. Labels that were given under an older one stay, and are
listed for review (:mod:`kws_data.labelling.review`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from kws_data.catalog.database import CatalogDatabase
from kws_data.errors import DataError


@dataclass(frozen=True)
class Guideline:
    """A version (from 1), its Markdown, why it was changed, and when it was added (UTC, ISO 8601)."""

    version: int
    text: str
    note: str
    added_at: str


class Guidelines:
    """Adds versions of the guideline, and finds them."""

    def __init__(self, at: CatalogDatabase) -> None:
        self._at = at

    def add(self, text: str, note: str = "") -> Guideline:
        """The next version; the latest one where it has the same text.

        Raises:
            DataError: the text is empty.
        """
        text = text.strip() + "\n"
        if not text.strip():
            raise DataError("the guideline is empty", repr(text), "write down the rules by which clips are labelled")
        with self._at.transaction():
            latest = self.latest()
            if latest is not None and latest.text == text:
                return latest
            made = Guideline((latest.version if latest else 0) + 1, text, " ".join(note.split()), _now())
            self._at.db.execute(
                "INSERT INTO guidelines VALUES (?, ?, ?, ?)", (made.version, made.text, made.note, made.added_at)
            )
        return made

    def all(self) -> list[Guideline]:
        """All versions, in order."""
        with self._at.errors():
            rows = self._at.db.execute("SELECT version, text, note, added_at FROM guidelines ORDER BY version")
            return [Guideline(*row) for row in rows.fetchall()]

    def latest(self) -> Guideline | None:
        """The version that holds; None where there is none."""
        with self._at.errors():
            row = self._at.db.execute(
                "SELECT version, text, note, added_at FROM guidelines ORDER BY version DESC LIMIT 1"
            ).fetchone()
        return Guideline(*row) if row else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
