"""What was found of clips, and what was changed in the catalogue because of it: every change with its way back.

A *batch* is one run of a verb (an audit, labels that were taken over). Its findings say what it saw; its changes keep
what stood there before, so that the batch can be undone. What somebody has changed since stays as they left it, and
their batch, when it is undone in its turn, goes back to what stood before both.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kws_data.catalog.database import CatalogDatabase
from kws_data.catalog.read import CUT_MARK
from kws_data.errors import DataError

#: What of a clip can be changed: why it is set aside (empty: it is not), or the word that is said.
FIELDS = ("reasons", "word")
#: What a finding suggests; the last: nothing is to be done.
SET_ASIDE, RELABEL, LOOK, NONE = "set aside", "relabel", "look", "none"
#: Why a cut (:mod:`kws_data.labelling.cuts`) is set aside until its batch, and after the batch was undone.
CUT_WAITS = "label: cut, not taken over"
CUT_INTO = "label: cut, see "  # why a whole clip is set aside, before the id of the cut that stands in its place


@dataclass(frozen=True)
class Finding:
    """Something that was seen of a clip.

    Attributes:
        clip_id: of the clip.
        reason: its name, such as "clipped" or "label error".
        action: what is suggested: :data:`SET_ASIDE`, :data:`RELABEL`, :data:`LOOK` or :data:`NONE`.
        value: how strongly, in the reason's own unit; None where it has none.
        suggestion: the word or clip that is suggested, or empty.
        detail: for a person, with value and unit.
    """

    clip_id: str
    reason: str
    action: str
    value: float | None = None
    suggestion: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Change:
    """A field of :data:`FIELDS` of a clip that gets another value."""

    clip_id: str
    field: str
    after: str


@dataclass(frozen=True)
class Batch:
    """One run of a verb: when (UTC, ISO 8601), on what, how much it found and changed, and when that was undone."""

    id: int
    verb: str
    note: str
    made_at: str
    undone_at: str
    findings: int
    changes: int


@dataclass(frozen=True)
class Undone:
    """What undoing a batch did: changes taken back, and those that stay because somebody changed the clip since."""

    batch: int
    taken_back: int
    kept: tuple[str, ...]


class Changes:
    """Records batches with findings and changes, lists and undoes them."""

    def __init__(self, at: CatalogDatabase) -> None:
        self._at = at

    def record(
        self, verb: str, note: str = "", findings: Iterable[Finding] = (), changes: Iterable[Change] = ()
    ) -> int:
        """Keep a batch and make its changes, all in one transaction; returns its number.

        Raises:
            DataError: a field that is not in :data:`FIELDS`.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._at.transaction():
            row = self._at.db.execute(
                "INSERT INTO batches (verb, note, made_at, undone_at) VALUES (?, ?, ?, '') RETURNING id",
                (verb, " ".join(note.split()), now),
            ).fetchone()
            batch = int(row[0])
            self._at.db.executemany(
                "INSERT INTO findings (batch, clip_id, reason, action, value, suggestion, detail)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(batch, f.clip_id, f.reason, f.action, f.value, f.suggestion, f.detail) for f in findings],
            )
            self._change(batch, changes)
        return batch

    def apply(self, batch: int, changes: Iterable[Change]) -> int:
        """Make further changes of a batch that is on record; returns how many clips they changed."""
        with self._at.transaction():
            self._at.db.execute("UPDATE batches SET undone_at = '', undone = 0 WHERE id = ?", (batch,))
            return self._change(batch, changes)

    def _change(self, batch: int, changes: Iterable[Change]) -> int:
        count = 0
        for change in changes:
            if change.field not in FIELDS:
                raise DataError("no such field of a clip", change.field, f"one of {', '.join(FIELDS)}")
            row = self._at.db.execute(f"SELECT {change.field} FROM clips WHERE id = ?", (change.clip_id,)).fetchone()
            if row is None or row[0] == change.after:
                continue
            self._at.db.execute(
                "INSERT INTO changes VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (batch, clip_id, field) DO UPDATE SET after = excluded.after",
                (batch, change.clip_id, change.field, row[0], change.after),
            )
            self._at.db.execute(f"UPDATE clips SET {change.field} = ? WHERE id = ?", (change.after, change.clip_id))
            count += 1
        return count

    def undo(self, batch: int) -> Undone:
        """Bring the clips of a batch back to what they were before it; its findings stay.

        Where a later batch has built on a change, that batch is told to go back to what stood before this one: batches
        undone in any order leave nothing of them, and never a cut in use beside its whole clip.

        Raises:
            DataError: there is no such batch, or it is undone already.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._at.transaction():
            row = self._at.db.execute("SELECT undone_at FROM batches WHERE id = ?", (batch,)).fetchone()
            if row is None:
                raise DataError("no such batch", batch, "kws audit --list and kws label changes list them")
            if row[0]:
                raise DataError("this batch is undone already", batch, f"it was at {row[0]}")
            made = self._at.db.execute(
                "SELECT clip_id, field, before, after FROM changes WHERE batch = ? ORDER BY clip_id, field", (batch,)
            ).fetchall()
            kept, back = list[str](), 0
            for clip, field, before, after in made:
                done = (
                    not self._hand_on(batch, clip, field, before, after)
                    and self._at.db.execute(
                        f"UPDATE clips SET {field} = ? WHERE id = ? AND {field} = ?", (before, clip, after)
                    ).rowcount
                )
                back += done
                kept += [] if done else [clip]
            self._one_of_each_sound({row[0] for row in made})
            self._at.db.execute("DELETE FROM changes WHERE batch = ?", (batch,))
            mark = "UPDATE batches SET undone_at = ?, undone = ? WHERE id = ?"
            self._at.db.execute(mark, (now, len(made), batch))
        return Undone(batch, back, tuple(sorted(set(kept))))

    def _hand_on(self, batch: int, clip: str, field: str, before: str, after: str) -> bool:
        """Whether a later batch has changed this field of a clip; what it built on is then what stood before this one.

        Where something else changed the clip in between, the later batch goes back to that.
        """
        later = self._at.db.execute(
            "SELECT min(batch) FROM changes WHERE clip_id = ? AND field = ? AND batch > ?", (clip, field, batch)
        ).fetchone()[0]
        self._at.db.execute(
            "UPDATE changes SET before = ? WHERE batch = ? AND clip_id = ? AND field = ? AND before = ?",
            (before, later, clip, field, after),
        )
        return later is not None

    def _one_of_each_sound(self, clips: Collection[str]) -> None:
        """Let cuts wait in whose place their whole clip, or another cut of it, is used."""
        self._at.db.execute(
            "UPDATE clips SET reasons = ?1 WHERE (id IN (SELECT value FROM json_each(?2))"
            " OR parent IN (SELECT value FROM json_each(?2)))"
            " AND reasons = '' AND device = '' AND instr(origin, ?3) AND EXISTS ("
            "SELECT 1 FROM clips AS whole WHERE whole.id = clips.parent AND whole.reasons != ?4 || clips.id"
            " AND (whole.reasons = '' OR instr(whole.reasons, ?4) = 1))",
            (CUT_WAITS, json.dumps(sorted(clips)), CUT_MARK, CUT_INTO),
        )

    def batches(self, verb: str | None = None) -> list[Batch]:
        """Batches in their order, of one verb or of all."""
        where, values = ("1", ()) if verb is None else ("verb = ?", (verb,))
        with self._at.errors():
            rows: Sequence[tuple[int, str, str, str, str, int, int]] = self._at.db.execute(
                "SELECT id, verb, note, made_at, undone_at, (SELECT count(*) FROM findings WHERE batch = batches.id),"
                " undone + (SELECT count(*) FROM changes WHERE batch = batches.id)"
                f" FROM batches WHERE {where} ORDER BY id",
                values,
            ).fetchall()
        return [Batch(*row) for row in rows]

    def findings(self, batch: int) -> list[Finding]:
        """What a batch found, in its order."""
        with self._at.errors():
            rows = self._at.db.execute(
                "SELECT clip_id, reason, action, value, suggestion, detail FROM findings WHERE batch = ? ORDER BY id",
                (batch,),
            ).fetchall()
        return [Finding(*row) for row in rows]

    def words_given(self, clip_ids: Sequence[str]) -> Mapping[str, str]:
        """The word that was last given by a batch to each of these clips, for those whose word was changed by one."""
        with self._at.errors():
            rows = self._at.db.execute(
                "SELECT clip_id, after FROM changes WHERE field = 'word'"
                " AND clip_id IN (SELECT value FROM json_each(?)) ORDER BY batch",
                (json.dumps(list(clip_ids)),),
            ).fetchall()
        return {str(clip): str(word) for clip, word in rows}
