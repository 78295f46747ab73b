"""Silence clips: cut from noise recordings, each split from its own stretch of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kws_data.audio import Samples
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip, NewClip, identity
from kws_data.dataset.backgrounds import regions
from kws_data.labels import SILENCE

SOURCE = "silence"
QUIET_SHARE = 0.25
SPLIT_NUMBER = {"train": 0, "validation": 1, "test": 2}


@dataclass(frozen=True)
class Cut:
    """A stretch of a noise recording that becomes a silence clip."""

    noise: Clip
    split: str
    start: int
    length: int
    gain_db: int

    @property
    def origin(self) -> str:
        """What tells this cut from every other of the same recording."""
        return f"{self.noise.origin}@{self.start}+{self.length}{self.gain_db:+d}dB"

    @property
    def id(self) -> str:
        """Id of the clip in the catalogue."""
        return identity(SOURCE, "", self.origin, self.noise.id)

    def apply(self, samples: Samples) -> Samples:
        """The clip's samples, from those of the whole recording."""
        piece = samples[self.start : self.start + self.length].astype(np.float64)
        return np.rint(piece * float(10.0 ** (self.gain_db / 20))).astype(np.int16)


def draw_cuts(noises: Sequence[Clip], split: str, count: int, length: int, seed: int) -> list[Cut]:
    """Draw ``count`` different cuts from the split's stretches of the recordings, longer ones more often.

    Validation and test cuts keep the level at which the noise was recorded; a quarter of the training cuts
    are turned down by up to 40 dB, so that quiet rooms are silence too.
    """
    rng = np.random.default_rng([seed, SPLIT_NUMBER[split], 0x51])
    ordered = sorted(noises, key=lambda clip: clip.id)
    bounds = [(noise, *stretch) for noise in ordered for stretch in regions(noise.samples, split)]
    room = np.array([max(end - start - length + 1, 0) for _, start, end in bounds], float)
    if not room.sum():
        return []
    cuts: dict[str, Cut] = {}
    for _ in range(20 * count):
        if len(cuts) == count:
            break
        chosen = int(rng.choice(len(bounds), p=room / room.sum()))
        noise, first, _ = bounds[chosen]
        start = first + int(rng.integers(int(room[chosen])))
        quiet = split == "train" and rng.random() < QUIET_SHARE
        cut = Cut(noise, split, start, length, -int(rng.integers(1, 41)) if quiet else 0)
        cuts.setdefault(cut.id, cut)
    return list(cuts.values())


def add_silence(
    catalog: Catalog,
    noises: Mapping[str, Sequence[Clip]],
    counts: Mapping[str, int],
    length: int,
    rate_hz: int,
    seed: int,
) -> dict[str, list[Clip]]:
    """Silence clips of ``length`` samples, as many for each split as ``counts`` says, stored when they are new.

    ``noises`` are the recordings that each split may cut from.

    Returns:
        Clips by split. Fewer than asked for where the recordings are too short.
    """
    cuts = {split: draw_cuts(noises[split], split, count, length, seed) for split, count in counts.items()}
    cut_before = catalog.clips(source=SOURCE, with_set_aside=True)
    there = {clip.id for clip in cut_before if catalog.has_audio(clip.audio_sha256)}
    missing = [cut for chosen in cuts.values() for cut in chosen if cut.id not in there]
    catalog.add_clips(_new_clips(catalog, missing, rate_hz))
    clips = {clip.id: clip for clip in catalog.clips(source=SOURCE)}
    return {split: [clips[cut.id] for cut in chosen if cut.id in clips] for split, chosen in cuts.items()}


def _new_clips(catalog: Catalog, cuts: Sequence[Cut], rate_hz: int) -> Iterator[NewClip]:
    loaded: dict[str, Samples] = {}
    for cut in cuts:
        noise = cut.noise
        if noise.id not in loaded:
            loaded[noise.id] = catalog.load(noise)
        yield NewClip(
            audio=catalog.store_audio(cut.apply(loaded[noise.id]), rate_hz),
            word=SILENCE,
            speaker=noise.origin,
            source=SOURCE,
            origin=cut.origin,
            licence=noise.licence,
            consent=noise.consent,
            parent=noise.id,
            synthetic=noise.synthetic,
            attributes={"start": cut.start, "gain_db": cut.gain_db, "split": cut.split},
        )
