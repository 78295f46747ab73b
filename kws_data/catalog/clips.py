"""What the catalogue holds: clips, the files they came from, and counts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class StoredAudio:
    """Audio that lies in the store: hash of its samples, their number and rate."""

    sha256: str
    samples: int
    sample_rate_hz: int


@dataclass(frozen=True)
class NewClip:
    """A clip to add. ``speaker`` is the source's own id; the catalogue stores its pseudonym.

    ``named`` says that the id names a person, so that its hash needs the catalogue's key. Ids that
    are pseudonyms already (public data sets, synthetic voices) are hashed without it, which
    makes the same data give the same catalogue everywhere. ``pseudonymous`` says that ``speaker`` is the
    catalogue's pseudonym already.
    """

    audio: StoredAudio
    word: str
    speaker: str
    source: str
    origin: str
    device: str = ""
    licence: str = ""
    consent: str = ""
    session: str = ""
    parent: str = ""
    named: bool = False
    pseudonymous: bool = False
    synthetic: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)
    reasons: str = ""


@dataclass(frozen=True)
class Clip:
    """A clip of the catalogue. ``reasons`` is not empty when it is set aside; ``parent`` is the clip
    that was played when this one was recorded through a device."""

    id: str
    audio_sha256: str
    samples: int
    word: str
    speaker: str
    synthetic: bool
    session: str
    source: str
    device: str
    licence: str
    consent: str
    origin: str
    parent: str
    given_split: str
    attributes: Mapping[str, Any]
    reasons: str


@dataclass(frozen=True)
class KnownFile:
    """What the catalogue remembers of an imported file.

    Attributes:
        size_bytes: of the file.
        version: another one whenever the file, or what is said of it elsewhere, has changed.
        clip_id: of its clip; empty when there is none.
        given_split: as the source's lists say, or empty.
        reason: why it was set aside, or empty.
        audio_sha256: that of its clip.
    """

    size_bytes: int
    version: int
    clip_id: str
    given_split: str
    reason: str
    audio_sha256: str = ""


@dataclass(frozen=True)
class ImportCount:
    """Clips of an import: new, there already, (of both) set aside, and refused: of speakers who were forgotten."""

    added: int = 0
    known: int = 0
    set_aside: int = 0
    refused: int = 0

    def __add__(self, other: ImportCount) -> ImportCount:
        return ImportCount(
            self.added + other.added,
            self.known + other.known,
            self.set_aside + other.set_aside,
            self.refused + other.refused,
        )


def identity(source: str, device: str, origin: str, parent_or_audio: str) -> str:
    """Id of a clip: sixteen hex digits, the same wherever the same clip is added."""
    return hashlib.sha256("|".join((source, device, origin, parent_or_audio)).encode()).hexdigest()[:16]


def clip_id(clip: NewClip) -> str:
    """Id that a new clip will have: from source, device, origin, and parent or else samples."""
    return identity(clip.source, clip.device, clip.origin, clip.parent or clip.audio.sha256)
