"""Tables of the catalogue. A change here needs a new VERSION, and a step in STEPS that brings an older one up to it."""

from __future__ import annotations

APPLICATION_ID = 0x6B777331  # "kws1"
VERSION = 8

#: Version 2: what was asked once of a speaker or a session, and numbers that are given once.
_NOTES = (
    """CREATE TABLE profiles (
        kind TEXT NOT NULL, id TEXT NOT NULL, attributes TEXT NOT NULL, PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE counters (
        name TEXT PRIMARY KEY, value INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
)

#: Version 3: what was made of the clips (data sets, models, firmware images, exports), where it lies, and whom the
#: catalogue was told to forget. ``members`` are the ids of the clips, 8 bytes each, in order.
_LINEAGE = (
    """CREATE TABLE artifacts (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, made_from TEXT NOT NULL,
        config_sha256 TEXT NOT NULL, members BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX artifacts_by_origin ON artifacts (made_from)",
    """CREATE TABLE places (
        artifact TEXT NOT NULL REFERENCES artifacts, path TEXT NOT NULL, recorded_at TEXT NOT NULL,
        PRIMARY KEY (artifact, path)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE forgotten (
        tombstone TEXT PRIMARY KEY, forgotten_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE forgotten_in (
        tombstone TEXT NOT NULL REFERENCES forgotten, artifact TEXT NOT NULL REFERENCES artifacts,
        clips INTEGER NOT NULL, PRIMARY KEY (tombstone, artifact)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX clips_by_speaker ON clips (speaker)",
    "CREATE INDEX clips_by_audio ON clips (audio_sha256)",
)

#: Version 4: one name for the share of clipped samples, and recordings through a board have no levels of the clip that
#: was played. Where both names stand at a take that was imported again, what the import measured stays. Attributes that
#: SQLite does not take for JSON (a NaN in them) are left alone.
_LEVELS = (
    """UPDATE clips SET attributes = json_remove(
        attributes, '$.clipped_share', '$.noise_floor_db', '$.snr_db', '$.speech_start_s', '$.speech_end_s'
    ) WHERE parent IS NOT NULL AND device != '' AND json_valid(attributes)""",
    """UPDATE clips SET attributes = json_remove(
        json_insert(attributes, '$.clipped_share', json(attributes -> '$.clipping_share')), '$.clipping_share'
    ) WHERE CASE WHEN json_valid(attributes) THEN attributes -> '$.clipping_share' IS NOT NULL END""",
)

#: What became of the files of a folder. ``version`` changes with the file and with what is said of it elsewhere.
_FILES = (
    """CREATE TABLE files (
        kind TEXT NOT NULL,
        folder TEXT NOT NULL,
        name TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        version INTEGER NOT NULL,
        clip_id TEXT REFERENCES clips,
        given_split TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (kind, folder, name)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX files_by_clip ON files (clip_id)",
)

#: Clips of what is no folder on disk: said by the synthetic people of a configuration, or made as noise.
_NOTED = (
    """CREATE TABLE noted (
        kind TEXT NOT NULL, folder TEXT NOT NULL, clip_id TEXT NOT NULL REFERENCES clips,
        PRIMARY KEY (kind, folder, clip_id)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX noted_by_clip ON noted (clip_id)",
)

_IS_LIST = "folder IN (SELECT folder FROM files_before WHERE name LIKE 'http://%' OR name LIKE 'https://%')"
_OF_OTHER_FILES = "SELECT clip_id FROM files WHERE kind != 'noise' AND clip_id IS NOT NULL"

#: Version 5: the kind of a folder in a column of its own instead of a word before its path, ``version`` where a hash
#: was called ``mtime_ns``, and notes. Noise of one's own stood under the source ``speech_commands``; it goes, and the
#: next import of its folder takes it in under its own.
_KINDS = (
    "ALTER TABLE files RENAME TO files_before",
    "DROP INDEX files_by_clip",
    *_FILES,
    *_NOTED,
    f"""INSERT INTO files SELECT
        CASE WHEN folder LIKE 'noise %' THEN 'noise' WHEN folder LIKE 'rooms %' THEN 'rooms'
            WHEN folder LIKE 'speech %' THEN 'speech' WHEN {_IS_LIST} THEN 'urls' ELSE 'data' END,
        CASE WHEN folder LIKE 'noise %' OR folder LIKE 'rooms %' OR folder LIKE 'speech %'
            THEN substr(folder, instr(folder, ' ') + 1) ELSE folder END,
        name, size_bytes, mtime_ns, clip_id, given_split, reason FROM files_before""",
    "DROP TABLE files_before",
    f"""DELETE FROM clips WHERE source = 'speech_commands'
        AND id IN (SELECT clip_id FROM files WHERE kind = 'noise') AND id NOT IN ({_OF_OTHER_FILES})
        AND id NOT IN (SELECT parent FROM clips WHERE parent IS NOT NULL)""",
    "DELETE FROM files WHERE kind = 'noise'",
)

#: Version 6: who looked at which test split, with which model, and why. ``test_sha256`` names the split by what is in
#: it (``kws_data.evaluation.sealed``).
_LOOKS = (
    """CREATE TABLE looks (
        id INTEGER PRIMARY KEY, test_sha256 TEXT NOT NULL, config TEXT NOT NULL, model_sha256 TEXT NOT NULL,
        verb TEXT NOT NULL, who TEXT NOT NULL, reason TEXT NOT NULL, looked_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX looks_by_test ON looks (test_sha256)",
)

#: Version 7: what people, models and other sources say that a clip is, under which guideline; what an audit found; and
#: what was changed because of either, so that each change has a way back.
_LABELLING = (
    """CREATE TABLE guidelines (
        version INTEGER PRIMARY KEY, text TEXT NOT NULL, note TEXT NOT NULL, added_at TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE opinions (
        id INTEGER PRIMARY KEY, clip_id TEXT NOT NULL REFERENCES clips, kind TEXT NOT NULL, giver TEXT NOT NULL,
        label TEXT NOT NULL, confidence REAL, note TEXT NOT NULL, rule TEXT NOT NULL, start INTEGER, stop INTEGER,
        seconds REAL, guideline INTEGER REFERENCES guidelines, given_at TEXT NOT NULL, token TEXT UNIQUE,
        withdrawn_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX opinions_by_clip ON opinions (clip_id)",
    "CREATE INDEX opinions_by_giver ON opinions (giver)",
    "CREATE INDEX opinions_withdrawn ON opinions (withdrawn_at) WHERE withdrawn_at != ''",
    """CREATE TABLE batches (
        id INTEGER PRIMARY KEY, verb TEXT NOT NULL, note TEXT NOT NULL, made_at TEXT NOT NULL, undone_at TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE findings (
        id INTEGER PRIMARY KEY, batch INTEGER NOT NULL REFERENCES batches, clip_id TEXT NOT NULL REFERENCES clips,
        reason TEXT NOT NULL, action TEXT NOT NULL, value REAL, suggestion TEXT NOT NULL, detail TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX findings_by_batch ON findings (batch)",
    "CREATE INDEX findings_by_clip ON findings (clip_id)",
    """CREATE TABLE changes (
        batch INTEGER NOT NULL REFERENCES batches, clip_id TEXT NOT NULL REFERENCES clips, field TEXT NOT NULL,
        before TEXT NOT NULL, after TEXT NOT NULL, PRIMARY KEY (batch, clip_id, field)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX changes_by_clip ON changes (clip_id)",
)

#: Version 8: how many changes a batch had that was undone; of those that were undone before, nobody knows.
_UNDONE = ("ALTER TABLE batches ADD COLUMN undone INTEGER NOT NULL DEFAULT 0",)

#: Older version -> statements that bring it to the next one.
STEPS: dict[int, tuple[str, ...]] = {
    1: _NOTES,
    2: _LINEAGE,
    3: _LEVELS,
    4: _KINDS,
    5: _LOOKS,
    6: _LABELLING,
    7: _UNDONE,
}

SCHEMA = (
    """CREATE TABLE audio (
        sha256 TEXT PRIMARY KEY, samples INTEGER NOT NULL, sample_rate_hz INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE speakers (
        id TEXT PRIMARY KEY, source TEXT NOT NULL, synthetic INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE sessions (
        id TEXT PRIMARY KEY, source TEXT NOT NULL, device TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE clips (
        id TEXT PRIMARY KEY,
        audio_sha256 TEXT NOT NULL REFERENCES audio,
        word TEXT NOT NULL,
        speaker TEXT NOT NULL REFERENCES speakers,
        session TEXT REFERENCES sessions,
        source TEXT NOT NULL,
        device TEXT NOT NULL,
        licence TEXT NOT NULL,
        consent TEXT NOT NULL,
        origin TEXT NOT NULL,
        parent TEXT REFERENCES clips,
        attributes TEXT NOT NULL,
        reasons TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE UNIQUE INDEX clips_of_parent ON clips (parent, device) WHERE device != ''",
    "CREATE INDEX clips_by_source ON clips (source, device)",
    *_FILES,
    *_NOTED,
    *_NOTES,
    *_LINEAGE,
    *_LOOKS,
    *_LABELLING,
    *_UNDONE,
)
