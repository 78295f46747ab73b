"""What is written into the catalogue: clips, what became of files, profiles, numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kws_data.catalog.audio_store import audio_path
from kws_data.catalog.clips import ImportCount, KnownFile, NewClip, clip_id
from kws_data.catalog.folders import FolderId
from kws_data.catalog.read import CatalogReader

_BATCH = 500


class CatalogWriter(CatalogReader):
    """Writes clips, files and profiles; every method is one transaction, or one for every few hundred clips."""

    def add_clips(self, clips: Iterable[NewClip]) -> ImportCount:
        """Add clips in one transaction for every few hundred; what is there already is left as it is."""
        total = ImportCount()
        batch: list[NewClip] = []
        for clip in clips:
            batch.append(clip)
            if len(batch) == _BATCH:
                total += self._add(batch)
                batch.clear()
        return total + self._add(batch)

    def add_clip(self, clip: NewClip) -> str:
        """Add one clip in its own transaction; returns its id."""
        self._add([clip])
        return clip_id(clip)

    def _add(self, clips: Sequence[NewClip]) -> ImportCount:
        if not clips:
            return ImportCount()
        speakers = [self._speaker_of(clip) for clip in clips]
        added = aside = 0
        refused = []
        with self.transaction():
            gone = self._forgotten([*speakers, *(clip.speaker for clip in clips)])
            for clip, speaker in zip(clips, speakers, strict=True):
                if gone & {speaker, clip.speaker}:
                    refused.append(clip)
                    continue
                added += self._insert(clip, speaker)
                aside += bool(clip.reasons)
            for clip in refused:
                self._drop_stray_audio(clip.audio.sha256)
        return ImportCount(added, len(clips) - len(refused) - added, aside, len(refused))

    def _speaker_of(self, clip: NewClip) -> str:
        return clip.speaker if clip.pseudonymous else self.pseudonym(clip.source, clip.speaker, named=clip.named)

    def is_forgotten(self, source: str, speaker: str, *, named: bool = False) -> bool:
        """Whether this speaker of a source was forgotten: their audio must not be read in again."""
        with self.errors():  # an export of this catalogue has pseudonyms as ids
            return bool(self._forgotten([self.pseudonym(source, speaker, named=named), speaker]))

    def _forgotten(self, pseudonyms: Iterable[str]) -> set[str]:
        """Those of ``pseudonyms`` that the catalogue was told to forget."""
        stones = {str(row[0]) for row in self.db.execute("SELECT tombstone FROM forgotten")}
        return {name for name in set(pseudonyms) if self.tombstone(name) in stones} if stones else set()

    def _drop_stray_audio(self, sha256: str) -> None:
        """Remove audio that was stored for a clip that is refused, unless another clip has the same samples."""
        if not self.db.execute("SELECT 1 FROM audio WHERE sha256 = ?", (sha256,)).fetchone():
            audio_path(self.folder, sha256).unlink(missing_ok=True)

    def _insert(self, clip: NewClip, speaker: str) -> int:
        run = self.db.execute
        run(
            "INSERT OR IGNORE INTO audio VALUES (?, ?, ?)",
            (clip.audio.sha256, clip.audio.samples, clip.audio.sample_rate_hz),
        )
        run("INSERT OR IGNORE INTO speakers VALUES (?, ?, ?)", (speaker, clip.source, int(clip.synthetic)))
        if clip.session:
            run("INSERT OR IGNORE INTO sessions VALUES (?, ?, ?)", (clip.session, clip.source, clip.device))
        cursor = run(
            "INSERT OR IGNORE INTO clips VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                clip_id(clip),
                clip.audio.sha256,
                clip.word,
                speaker,
                clip.session or None,
                clip.source,
                clip.device,
                clip.licence,
                clip.consent,
                clip.origin,
                clip.parent or None,
                json.dumps(dict(clip.attributes), sort_keys=True),
                clip.reasons,
            ),
        )
        return cursor.rowcount

    def correct_clips(self, clips: Iterable[NewClip]) -> int:
        """Take over what a source says today of clips that are there already: word, speaker, session, terms,
        attributes. Returns how many have changed. Nothing is added, what was set aside stays so, and a word that was
        given by people or an audit stays theirs."""
        pairs = [(clip, self._speaker_of(clip)) for clip in clips]
        with self.transaction():
            gone = self._forgotten(speaker for _, speaker in pairs)
            return sum(self._correct(clip, speaker) for clip, speaker in pairs if speaker not in gone)

    def _correct(self, clip: NewClip, speaker: str) -> bool:
        query = "SELECT word, speaker, session, licence, consent, attributes FROM clips WHERE id = ?"
        row = self.db.execute(query, (clip_id(clip),)).fetchone()
        if row is None:
            return False
        merged = json.dumps(json.loads(row[5]) | dict(clip.attributes), sort_keys=True)
        given = self.db.execute(
            "SELECT 1 FROM changes WHERE clip_id = ? AND field = 'word'", (clip_id(clip),)
        ).fetchone()
        now = (row[0] if given else clip.word, speaker, clip.session or None, clip.licence, clip.consent, merged)
        if tuple(row) == now:
            return False
        columns = "word = ?, speaker = ?, session = ?, licence = ?, consent = ?, attributes = ?"
        self.db.execute(f"UPDATE clips SET {columns} WHERE id = ?", (*now, clip_id(clip)))
        return True

    def set_aside(self, reasons: Mapping[str, str]) -> None:
        """Set clips aside: ``{clip id: reason}``. An empty reason takes a clip back in."""
        with self.transaction():
            self.db.executemany("UPDATE clips SET reasons = ? WHERE id = ?", [(r, i) for i, r in reasons.items()])

    def remember_files(self, folder: FolderId, files: Mapping[str, KnownFile], gone: Iterable[str] = ()) -> None:
        """Note which clip each file of ``folder`` became, and forget the files in ``gone``."""
        where = (folder.kind, folder.path)
        with self.transaction():
            self.db.executemany(
                # A file whose clip was refused is not remembered: its name may name the speaker.
                "INSERT OR REPLACE INTO files SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8"
                " WHERE ?6 IS NULL OR EXISTS (SELECT 1 FROM clips WHERE id = ?6)",
                [
                    (*where, name, f.size_bytes, f.version, f.clip_id or None, f.given_split, f.reason)
                    for name, f in files.items()
                ],
            )
            self.db.executemany(
                "DELETE FROM files WHERE kind = ? AND folder = ? AND name = ?", [(*where, name) for name in gone]
            )

    def note_clips(self, folder: FolderId, clip_ids: Iterable[str]) -> None:
        """Note which clips are those of a folder that :attr:`FolderId.is_noted`, in place of what was noted before."""
        where = (folder.kind, folder.path)
        with self.transaction():
            self.db.execute("DELETE FROM noted WHERE kind = ? AND folder = ?", where)
            self.db.executemany("INSERT INTO noted VALUES (?, ?, ?)", [(*where, one) for one in sorted(set(clip_ids))])

    def set_profile(self, kind: str, identity: str, attributes: Mapping[str, Any]) -> None:
        """Keep what was asked once of a ``kind`` ("speaker", "session"), in place of what was kept before."""
        with self.transaction():
            self.db.execute(
                "INSERT OR REPLACE INTO profiles VALUES (?, ?, ?)",
                (kind, identity, json.dumps(dict(attributes), sort_keys=True)),
            )

    def next_number(self, name: str, at_least: int = 0) -> int:
        """The next number of a series, from ``at_least`` on; none is given twice, whoever else asks."""
        with self.transaction():
            row = self.db.execute(
                "INSERT INTO counters VALUES (?1, ?2)"
                " ON CONFLICT (name) DO UPDATE SET value = max(value + 1, ?2) RETURNING value",
                (name, at_least),
            ).fetchone()
            return int(row[0])
