"""How the rows of the feature store are made, and the names of the parts they lie in.

A part is named by the hash of all that shapes its rows except the clip: what changes any bit of them changes the name.
The number of copies is no such thing (it is in the rows' keys), so more copies leave the others as they are.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.frontend.spec import FrontendSpec
from kws_data.config.augment import AugmentSettings
from kws_data.errors import DataError
from kws_data.system.code_version import code_hash

VOICE_SLOTS = 32
#: Whose code shapes the samples of a clip, its features, and those of its copies.
_READING = ("kws_data.audio:fit_length", "kws_data.audio:read_audio")
_FEATURES = (*_READING, "firmware_tools.frontend.host_many:HostFrontends")
COPIES_CODE = (*_FEATURES, "kws_data.features.compute:copy_features")


@dataclass(frozen=True)
class Recipe:
    """How features are made; all that a worker needs to know.

    Attributes:
        audio_at: folder or URL below which the audio lies, as ``audio/<2 hex>/<hash>.flac``.
        store_at: folder or URL of the feature store.
        frontends: what is computed of each copy.
        augment: what happens to the copies.
        seed: of the run; with the clip's audio and the copy's number it settles all that is drawn.
        clip_samples: length to which clips are cut or padded.
        noises: hash, first sample and end of each stretch of training noise.
        rooms: hashes of measured impulse responses.
        voices: hashes of the clips that speak in the background; empty when nobody does.
        copied: the splits whose clips have augmented copies.
        code: hash of the code that computes; a worker with another one refuses to work.
    """

    audio_at: str
    store_at: str
    frontends: tuple[FrontendSpec, ...]
    augment: AugmentSettings
    seed: int
    clip_samples: int
    noises: tuple[tuple[str, int, int], ...] = ()
    rooms: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    copied: tuple[str, ...] = ("train",)
    code: str = field(default_factory=lambda: code_hash(*COPIES_CODE))

    def check_code(self) -> None:
        """Raise DataError in a process whose code is not that of the process which made the recipe."""
        if self.code != code_hash(*COPIES_CODE):
            remedy = "install the same kws on all machines, and do not change it while it runs"
            raise DataError("a worker runs another kws", platform.node(), remedy)

    @property
    def rate_hz(self) -> int:
        """Sample rate of all clips."""
        return self.frontends[0].sample_rate_hz

    @property
    def audio_part(self) -> str:
        """Part of the samples themselves, int16 ``[clip_samples]``."""
        return part_name("audio", self.audio_contents(), _READING)

    def plain_part(self, frontend: FrontendSpec) -> str:
        """Part of the features of clips as they are."""
        return part_name("plain", self.plain_contents(frontend), _FEATURES)

    def copies_part(self, frontend: FrontendSpec) -> str:
        """Part of the features of augmented copies."""
        return part_name("copies", self.copies_contents(frontend), COPIES_CODE)

    def audio_contents(self) -> dict[str, Any]:
        """What shapes the samples."""
        return {"clip_samples": self.clip_samples}

    def plain_contents(self, frontend: FrontendSpec) -> dict[str, Any]:
        """What shapes the features of clips as they are."""
        return {**self.audio_contents(), "frontend": frontend.to_dict()}

    def copies_contents(self, frontend: FrontendSpec) -> dict[str, Any]:
        """What shapes the features of augmented copies. Which voice a copy hears is in its key."""
        return {**self.plain_contents(frontend), **self.sound_contents()}

    def sound_contents(self) -> dict[str, Any]:
        """What shapes the sound of augmented copies."""
        settings = self.augment.model_dump(mode="json", exclude={"copies", "negative_copies"})
        sounds = {"noises": self.noises, "rooms": self.rooms}
        return {**self.audio_contents(), "augment": settings, "seed": self.seed, **sounds}

    def parts(self) -> dict[str, dict[str, Any]]:
        """All parts that this recipe reads and writes, and what shapes each."""
        named = {self.audio_part: {"kind": "audio", **self.audio_contents()}}
        for spec in self.frontends:
            named[self.plain_part(spec)] = {"kind": "plain", **self.plain_contents(spec)}
            named[self.copies_part(spec)] = {"kind": "copies", **self.copies_contents(spec)}
        return named


def part_name(kind: str, contents: Mapping[str, Any], code: tuple[str, ...]) -> str:
    """Name of a part: its kind, and the hash of what shapes its rows and of the code that makes them."""
    text = json.dumps([kind, contents, code_hash(*code)], sort_keys=True)
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def choose_voices(audio: Sequence[str], seed: int, slots: int = VOICE_SLOTS) -> tuple[str, ...]:
    """The clips that speak in the background of others: one for each slot, that with the smallest hash of slot and clip
    (rendezvous hashing), so that one more clip among ``n`` changes a slot only once in ``n`` times.

    Args:
        audio: hashes of the audio of all training clips with a word.
        seed: of the run.
        slots: how many are chosen (fewer different ones when there are few clips).
    """
    if not audio:
        return ()
    ordered = sorted(set(audio))
    places = np.array([int(sha256[:16], 16) for sha256 in ordered], np.uint64)
    chosen = (int(_mixed(places, seed * slots + slot).argmin()) for slot in range(slots))
    return tuple(ordered[number] for number in chosen)


def _mixed(values: NDArray[np.uint64], key: int) -> NDArray[np.uint64]:
    """A hash of each value under a key (the finaliser of SplitMix64; Steele, Lea and Flood, 2014)."""
    with np.errstate(over="ignore"):
        mixed = values + np.uint64((key + 1) * 0x9E3779B97F4A7C15 % 2**64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(mixed ^ (mixed >> np.uint64(31)))
