"""Which clips a configuration uses, with what is said of them: those of its data set, or what it would be built of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import starmap

from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.clip_pool import clips_of
from kws_data.dataset.manifest import read_columns
from kws_data.labels import BACKGROUND
from kws_data.run_folder import MANIFEST_FILE


@dataclass(frozen=True)
class UsedClip:
    """A clip: hash of its audio, its id, what is said, and who says it."""

    audio_sha256: str
    id: str
    word: str
    speaker: str


def built_clips(config: Config) -> list[UsedClip] | None:
    """Clips of the data set that was built, whatever has changed since; None when there is none.

    Raises:
        DataError: the manifest cannot be read.
    """
    folder = config.run_dir / "dataset"
    if not (folder / MANIFEST_FILE).exists():
        return None
    names = ("audio_sha256", "clip_id", "word", "speaker")
    columns = read_columns(folder, *names)
    return _once(starmap(UsedClip, zip(*(columns[name] for name in names), strict=True)))


def catalog_clips(config: Config, catalog: Catalog) -> list[UsedClip]:
    """Clips of the catalogue that the configuration draws on, without its long background recordings.

    Raises:
        DataError: there are none.
    """
    clips = [clip for clip in clips_of(config, catalog) if clip.word != BACKGROUND]
    return _once(UsedClip(clip.audio_sha256, clip.id, clip.word, clip.speaker) for clip in clips)


def _once(clips: Iterable[UsedClip]) -> list[UsedClip]:
    """The clips without those that stand there again, as training's repeats do."""
    return list({clip.id: clip for clip in clips}.values())
