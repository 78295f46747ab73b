"""Tables of the catalogue. A change here needs a new VERSION, and a step in STEPS that brings an older one up to it."""

from __future__ import annotations

APPLICATION_ID = 0x6B777331  # "kws1"
VERSION = 4

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

#: Older version -> statements that bring it to the next one.
STEPS = {1: _NOTES, 2: _LINEAGE, 3: _LEVELS}

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
    """CREATE TABLE files (
        folder TEXT NOT NULL,
        name TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        clip_id TEXT REFERENCES clips,
        given_split TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (folder, name)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX files_by_clip ON files (clip_id)",
    *_NOTES,
    *_LINEAGE,
)
