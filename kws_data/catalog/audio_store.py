"""Audio by content: every stretch of samples is stored once, under the hash of its samples.

``audio/<2 hex>/<sha256 of PCM>.flac`` below the catalogue's folder. Needs no database, so worker
processes read it directly.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from kws_data.audio import Samples, decode_stored, write_flac
from kws_data.catalog.clips import StoredAudio
from kws_data.errors import AudioError, CatalogError
from kws_data.system.storage import Place, place


def pcm_sha256(samples: Samples) -> str:
    """Hash of little-endian 16-bit samples, in hex."""
    return hashlib.sha256(np.ascontiguousarray(samples, "<i2").tobytes()).hexdigest()


def audio_path(folder: Path, sha256: str) -> Path:
    """Where the audio with this hash lies below a catalogue's folder."""
    return folder / "audio" / sha256[:2] / f"{sha256}.flac"


def load_audio(folder: Path, sha256: str) -> Samples:
    """Samples with this hash, without opening the catalogue (for worker processes).

    Raises:
        CatalogError: the file is gone or does not hold what its name says.
    """
    return load_audio_from(place(folder), sha256)


def load_audio_from(where: Place, sha256: str) -> Samples:
    """Samples with this hash from the audio that lies at a folder or a URL.

    Raises:
        CatalogError: the file is gone or does not hold what its name says, or the place cannot be reached.
    """
    name = f"audio/{sha256[:2]}/{sha256}.flac"
    path = f"{where.url}/{name}"
    try:
        samples = decode_stored(where.read(name), name)
    except AudioError as error:
        remedy = f"{error.remedy}; delete it and import again"
        raise CatalogError("stored audio is missing or damaged", path, remedy) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CatalogError("stored audio is missing or damaged", path, f"{reason}; import again") from None
    if pcm_sha256(samples) != sha256:
        raise CatalogError("stored audio is not what its name says", path, "delete it and import again")
    return samples


def store_audio(folder: Path, samples: Samples, sample_rate_hz: int) -> StoredAudio:
    """Store samples under their hash, if they are not there yet. Safe in threads and processes.

    Raises:
        AudioError: no int16 samples.
    """
    sha256 = pcm_sha256(samples)
    path = audio_path(folder, sha256)
    if not path.exists():
        write_flac(path, samples, sample_rate_hz)
    return StoredAudio(sha256, len(samples), sample_rate_hz)
