"""What was said that a clip is: by a person, a model or another source, when, how surely, and under which guideline.

An opinion is never overwritten: who changes their mind gives another one, and the earlier is withdrawn. What follows
for the clip's own word is decided elsewhere (:mod:`kws_data.labelling.settle`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from kws_data.catalog.database import CatalogDatabase
from kws_data.errors import DataError

#: Who gave it: somebody who labels, who decides between people that disagree, a model or rule, another tool.
Kind = Literal["person", "adjudicator", "model", "imported"]
KINDS: tuple[str, ...] = get_args(Kind)
MOST_SIGNS = 2_000  # of a note


@dataclass(frozen=True)
class NewOpinion:
    """An opinion to be kept.

    Attributes:
        clip_id: of the clip that was heard.
        kind: who gave it.
        giver: the short name of a person (no real name is needed), or name and version of a model.
        label: a word, or a name of :mod:`kws_data.labelling.labels` such as "not sure".
        confidence: from 0 to 1, or None where none was stated.
        note: in their own words.
        rule: of the guideline, by its name, that was hard to follow or decided.
        start: first sample of the word where they cut it, or None.
        stop: the sample after its last.
        seconds: from the first sound to the answer.
        guideline: the version that held.
        token: the sender's own name of this opinion: sent twice, it is kept once.
    """

    clip_id: str
    kind: Kind
    giver: str
    label: str
    confidence: float | None = None
    note: str = ""
    rule: str = ""
    start: int | None = None
    stop: int | None = None
    seconds: float | None = None
    guideline: int | None = None
    token: str | None = None


@dataclass(frozen=True)
class Opinion(NewOpinion):
    """An opinion of the catalogue; ``withdrawn_at`` is empty while it holds (times are UTC, ISO 8601)."""

    id: int = 0
    given_at: str = ""
    withdrawn_at: str = ""


@dataclass(frozen=True)
class ChangedOpinions:
    """Clips whose opinions changed, and the two marks from which to ask the next time."""

    clip_ids: tuple[str, ...]
    last_id: int
    last_withdrawn: str


#: Opinions of a giver and kind of a clip. The signs keep SQLite from going through all that the giver ever said: it is
#: the clip that has few.
_SAME = "clip_id = ? AND +giver = ? AND +kind = ?"
_COLUMNS = (
    "clip_id, kind, giver, label, confidence, note, rule, start, stop, seconds, guideline, token, id, given_at,"
    " withdrawn_at"
)


class Opinions:
    """Keeps opinions, withdraws and lists them."""

    def __init__(self, at: CatalogDatabase) -> None:
        self._at = at

    def give(self, new: NewOpinion) -> int:
        """Keep one opinion in a transaction of its own; returns its id.

        An earlier one of the same giver and kind of the same clip is withdrawn. An opinion whose token is known is not
        kept again: the id of the first comes back.

        Raises:
            DataError: there is no such clip or guideline, the giver or label is empty, or a number is out of its range.
        """
        return self.give_all([new])[0]

    def give_all(self, several: Iterable[NewOpinion]) -> list[int]:
        """As :meth:`give`, of many in one transaction: all of them or none."""
        checked = [_checked(new) for new in several]
        with self._at.transaction():
            return [self._give(new) for new in checked]

    def _give(self, new: NewOpinion) -> int:
        run, now = self._at.db.execute, datetime.now(UTC).isoformat(timespec="milliseconds")
        if new.token is not None:
            known = run("SELECT id FROM opinions WHERE token = ?", (new.token,)).fetchone()
            if known:
                return int(known[0])
        if not run("SELECT 1 FROM clips WHERE id = ?", (new.clip_id,)).fetchone():
            raise DataError("no such clip", new.clip_id, "it may have been forgotten; take the next one")
        known = run("SELECT 1 FROM guidelines WHERE version = ?", (new.guideline,)).fetchone()
        if new.guideline is not None and not known:
            raise DataError("no such version of the guideline", new.guideline, "give one of this catalogue, or none")
        run(
            f"UPDATE opinions SET withdrawn_at = ? WHERE {_SAME} AND withdrawn_at = ''",
            (now, new.clip_id, new.giver, new.kind),
        )
        given = (*(getattr(new, name) for name in NewOpinion.__dataclass_fields__), now)
        row = run(
            "INSERT INTO opinions (clip_id, kind, giver, label, confidence, note, rule, start, stop, seconds,"
            " guideline, token, given_at, withdrawn_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '') RETURNING id",
            given,
        ).fetchone()
        return int(row[0])

    def withdraw(self, opinion_id: int) -> Opinion | None:
        """Take an opinion back; the one before it of the same giver holds again. None where it holds no more."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._at.transaction():
            found = self._read("id = ? AND withdrawn_at = ''", [opinion_id])
            if not found:
                return None
            taken = found[0]
            self._at.db.execute("UPDATE opinions SET withdrawn_at = ? WHERE id = ?", (now, opinion_id))
            self._at.db.execute(
                "UPDATE opinions SET withdrawn_at = ''"
                f" WHERE id = (SELECT max(id) FROM opinions WHERE {_SAME} AND id < ?"
                " AND withdrawn_at = (SELECT given_at FROM opinions WHERE id = ?))",
                (taken.clip_id, taken.giver, taken.kind, opinion_id, opinion_id),
            )
        return taken

    def all(
        self,
        *,
        clip_ids: Sequence[str] | None = None,
        giver: str | None = None,
        kinds: Sequence[str] | None = None,
        with_withdrawn: bool = False,
    ) -> list[Opinion]:
        """Opinions in the order in which they were given."""
        where, values = ["1"], list[Any]()
        if clip_ids is not None:
            where.append("clip_id IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(clip_ids)))
        if kinds is not None:
            where.append("kind IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(kinds)))
        if giver is not None:
            where.append("giver = ?")
            values.append(giver)
        if not with_withdrawn:
            where.append("withdrawn_at = ''")
        with self._at.errors():
            return self._read(" AND ".join(where), values)

    def changed_since(self, last_id: int = 0, last_withdrawn: str = "") -> ChangedOpinions:
        """Clips of which an opinion was given or withdrawn since the marks of the last answer.

        Two things may happen within one millisecond, so clips at the last mark can come again.
        """
        with self._at.errors():
            rows = self._at.db.execute(
                "SELECT clip_id, max(id), max(withdrawn_at) FROM ("
                "SELECT clip_id, id, withdrawn_at FROM opinions WHERE id > ?1"
                " UNION ALL"
                " SELECT clip_id, id, withdrawn_at FROM opinions WHERE withdrawn_at != '' AND withdrawn_at >= ?2"
                ") GROUP BY clip_id ORDER BY clip_id",
                (last_id, last_withdrawn),
            ).fetchall()
        return ChangedOpinions(
            tuple(str(row[0]) for row in rows),
            max([last_id, *(int(row[1]) for row in rows)]),
            max([last_withdrawn, *(str(row[2]) for row in rows)]),
        )

    def _read(self, where: str, values: Sequence[Any]) -> list[Opinion]:
        rows = self._at.db.execute(f"SELECT {_COLUMNS} FROM opinions WHERE {where} ORDER BY id", values)
        return [Opinion(*row) for row in rows.fetchall()]


def _checked(new: NewOpinion) -> NewOpinion:
    if new.kind not in KINDS:
        raise DataError("no such kind of opinion", new.kind, f"one of {', '.join(KINDS)}")
    if not new.giver.strip() or not new.label.strip():
        raise DataError("an opinion needs who gave it, and a label", (new.giver, new.label), "give both")
    if new.confidence is not None and not 0 <= new.confidence <= 1:
        raise DataError("a confidence is not between 0 and 1", new.confidence, "state a share, such as 0.9")
    if new.seconds is not None and not (math.isfinite(new.seconds) and new.seconds >= 0):
        raise DataError("a time is no time", new.seconds, "give seconds, or none")
    if (new.start is None) != (new.stop is None) or (new.start is not None and not 0 <= new.start < (new.stop or 0)):
        raise DataError("a cut ends before it begins", (new.start, new.stop), "give its first sample and its end")
    if len(new.note) > MOST_SIGNS or len(new.label) > MOST_SIGNS:
        raise DataError("a note is too long", len(new.note), f"at most {MOST_SIGNS} characters")
    return new
