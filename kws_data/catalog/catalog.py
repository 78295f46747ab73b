"""The catalogue: every clip, who said it, where it comes from and on what terms.

SQLite in write-ahead mode beside the audio, which is stored once by the hash of its samples::

    recordings/catalog.sqlite
    recordings/speaker.key                       key of the pseudonyms of named people
    recordings/audio/<2 hex>/<sha256 of PCM>.flac

A clip's identity is its source, device, place of origin and samples, so every import can be repeated,
interrupted, and run twice at the same time without doubling anything. Audio is written before its row:
whatever a crash leaves is at worst an audio file that nobody points to.
"""

from __future__ import annotations

from pathlib import Path

from kws_data.audio import Samples
from kws_data.catalog.artifacts import Made
from kws_data.catalog.audio_store import audio_path, load_audio, store_audio
from kws_data.catalog.changes import Changes
from kws_data.catalog.clips import Clip, StoredAudio
from kws_data.catalog.counts import Tally
from kws_data.catalog.database import BUSY_SECONDS
from kws_data.catalog.forget import Forgetting
from kws_data.catalog.guidelines import Guidelines
from kws_data.catalog.looks import Looks
from kws_data.catalog.opinions import Opinions
from kws_data.catalog.write import CatalogWriter

__all__ = ["BUSY_SECONDS", "Catalog"]


class Catalog(CatalogWriter):
    """The catalogue in ``folder``, made when something is first written to it. A context manager; one per thread.

    Attributes:
        tally: counts of clips and speakers by attributes.
        made: what was made of the clips.
        looks: who looked at a test split, with which model, and why.
        forgetting: what is held of a person, and erasing it.
        opinions: what people, models and others say that a clip is.
        guidelines: versions of the rules by which people label.
        changes: what was found of clips and changed because of it, with the way back.

    Raises (all methods, and those of the attributes):
        CatalogError: no catalogue but another file, damaged, of another version, or locked for a minute.
    """

    def __init__(self, folder: Path | str) -> None:
        super().__init__(folder)
        self.tally, self.made, self.forgetting = Tally(self), Made(self), Forgetting(self)
        self.looks, self.opinions, self.guidelines, self.changes = (
            Looks(self),
            Opinions(self),
            Guidelines(self),
            Changes(self),
        )

    def store_audio(self, samples: Samples, sample_rate_hz: int) -> StoredAudio:
        """Store samples once, under their hash. Safe in threads; touches no table; raises AudioError."""
        return store_audio(self.folder, samples, sample_rate_hz)

    def has_audio(self, sha256: str) -> bool:
        """Whether the samples with this hash are there (they may have been deleted)."""
        return audio_path(self.folder, sha256).exists()

    def load(self, clip: Clip | str) -> Samples:
        """Samples of a clip (or of an audio hash), int16; checks them against the hash."""
        return load_audio(self.folder, clip if isinstance(clip, str) else clip.audio_sha256)
