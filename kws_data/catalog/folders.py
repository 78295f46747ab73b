"""How the catalogue names where clips come from: a kind, and a place of that kind.

Most are folders of recordings. What the synthetic people of a configuration say, and the noise that is made where none
was recorded, come from nowhere on disk: their place is what decides them. The clips of those are noted
(:meth:`Catalog.note_clips`), those of the others follow from their files.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from kws_data.config.config import Config

SOURCE = "speech"
#: The layout of a list of addresses; not a folder, but imported like one.
URLS = "urls"

#: What a folder is for.
Kind = Literal["data", "urls", "noise", "rooms", "speech", "unlabelled", "negatives", "synth", "generated"]

#: Kinds of which a file becomes several clips: the name of each ends with which one it is, in brackets.
CUT = ("speech", "unlabelled", "negatives")


@dataclass(frozen=True)
class FolderId:
    """A folder as the catalogue names it.

    Attributes:
        kind: what it is for; ``urls`` is a list of addresses, ``synth`` and ``generated`` are no folder on disk.
        path: where it is, absolute; of the last two what decides their clips.
    """

    kind: Kind
    path: str

    @property
    def name(self) -> str:
        """What a person calls it, by what it is for."""
        names = {"urls": "list of addresses", "rooms": "room folder"}
        return names.get(self.kind, f"{self.kind} folder")

    @property
    def is_noted(self) -> bool:
        """Whether its clips are noted one by one, because there are no files that they follow from."""
        return self.kind in ("synth", "generated")

    def place_of(self, name: str) -> str:
        """Where the file lies that this folder calls ``name``: a path, or an address."""
        if self.kind == "urls":
            return name
        inside = name.partition("/")[2] if self.kind in ("noise", "rooms") else name  # before it stands the word
        return f"{self.path}/{inside.rpartition('[')[0] if self.kind in CUT else inside}"


def folder_id(folder: Path | str) -> FolderId:
    """A folder of recordings in any layout, or a file that names them."""
    return FolderId("data", _absolute(folder))


def data_ids(config: Config) -> list[FolderId]:
    """``data.folder`` of a configuration, and then each of ``data.more_folders``; none where it names no folder."""
    named = urls_id if config.data.layout == URLS else folder_id
    return [named(folder) for folder in config.data.folders]


def urls_id(path: Path | str) -> FolderId:
    """A list of addresses."""
    return FolderId("urls", _absolute(path))


def noise_folder_id(folder: Path | str) -> FolderId:
    """A folder of noise recordings."""
    return FolderId("noise", _absolute(folder))


def room_folder_id(folder: Path | str) -> FolderId:
    """A folder of impulse responses."""
    return FolderId("rooms", _absolute(folder))


def speech_folder_id(folder: Path | str) -> FolderId:
    """A folder of running speech."""
    return FolderId("speech", _absolute(folder))


def unlabelled_folder_id(folder: Path | str) -> FolderId:
    """A folder of recordings without labels."""
    return FolderId("unlabelled", _absolute(folder))


def negatives_folder_id(folder: Path | str) -> FolderId:
    """A folder of recordings in which no keyword is said."""
    return FolderId("negatives", _absolute(folder))


def synth_id(config: Config) -> FolderId:
    """What the synthetic people of a configuration say: a hash of all settings that decide who says what."""
    synth = config.data.synth.model_dump(mode="json", exclude={"running_speech_s"})
    decisive = json.dumps([config.seed, config.keywords, config.clip_samples, synth], sort_keys=True)
    return FolderId("synth", hashlib.sha256(decisive.encode()).hexdigest())


def running_speech_id(config: Config) -> FolderId:
    """Sentences without a keyword that they say besides (``data.synth.running_speech_s``)."""
    decisive = f"running speech {config.data.synth.running_speech_s:g} {synth_id(config).path}"
    return FolderId("synth", hashlib.sha256(decisive.encode()).hexdigest())


def generated_noise_id(seed: int, sample_rate_hz: int) -> FolderId:
    """Noise that is made where none was recorded."""
    return FolderId("generated", f"noise/{seed}/{sample_rate_hz}")


def rich_noise_id(seed: int, sample_rate_hz: int) -> FolderId:
    """Sounds of many kinds that are made besides what was recorded (``data.generated_noise: rich``)."""
    return FolderId("generated", f"rich/{seed}/{sample_rate_hz}")


def noise_negatives_id(seed: int, sample_rate_hz: int) -> FolderId:
    """Such sounds as negatives, for each split its own."""
    return FolderId("generated", f"rich negatives/{seed}/{sample_rate_hz}")


def _absolute(path: Path | str) -> str:
    return str(Path(path).resolve())
