"""Silence clips: cut from noise recordings, each split from its own stretch of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from kws_data.audio import Samples
from kws_data.catalog.audio_store import pcm_sha256
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip, NewClip, StoredAudio, identity
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

    def new_clip(self, audio: StoredAudio) -> NewClip:
        """What goes into the catalogue, once the samples are stored."""
        return NewClip(
            audio=audio,
            word=SILENCE,
            speaker=self.noise.origin,
            source=SOURCE,
            origin=self.origin,
            licence=self.noise.licence,
            consent=self.noise.consent,
            parent=self.noise.id,
            synthetic=self.noise.synthetic,
            attributes={"start": self.start, "gain_db": self.gain_db, "split": self.split},
        )


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


@dataclass(frozen=True)
class Silence:
    """Silence clips of each split, and the cuts among them that have yet to be stored."""

    clips: Mapping[str, list[Clip]]
    missing: tuple[Cut, ...]


def plan_silence(
    catalog: Catalog, noises: Mapping[str, Sequence[Clip]], counts: Mapping[str, int], length: int, seed: int
) -> Silence:
    """Silence clips of ``length`` samples, as many for each split as ``counts`` says; nothing is stored.

    ``noises`` are the recordings that each split may cut from. Fewer clips than asked for where they are too short.

    Raises:
        CatalogError: audio of a noise from which a cut is missing cannot be read.
    """
    cuts = {split: draw_cuts(noises[split], split, count, length, seed) for split, count in counts.items()}
    there = {clip.id: clip for clip in catalog.clips(source=SOURCE, with_set_aside=True)}
    drawn = [cut for chosen in cuts.values() for cut in chosen]
    missing = tuple(c for c in drawn if c.id not in there or not catalog.has_audio(there[c.id].audio_sha256))
    new = (cut for cut in missing if cut.id not in there)
    there |= {cut.id: _clip_of(catalog, cut, samples) for cut, samples in cut_all(catalog, new)}
    usable = {split: [there[cut.id] for cut in chosen] for split, chosen in cuts.items()}
    return Silence({split: [clip for clip in clips if not clip.reasons] for split, clips in usable.items()}, missing)


def cut_all(catalog: Catalog, cuts: Iterable[Cut]) -> Iterator[tuple[Cut, Samples]]:
    """Each cut and its samples, recording by recording, so that no more than one of them is in memory."""
    for _, group in groupby(sorted(cuts, key=lambda cut: cut.noise.id), key=lambda cut: cut.noise.id):
        own = list(group)
        whole = catalog.load(own[0].noise)
        yield from ((cut, cut.apply(whole)) for cut in own)


def _clip_of(catalog: Catalog, cut: Cut, samples: Samples) -> Clip:
    """The clip that a cut will be once it is stored."""
    new = cut.new_clip(StoredAudio(pcm_sha256(samples), len(samples), 0))
    return Clip(
        cut.id,
        new.audio.sha256,
        new.audio.samples,
        new.word,
        catalog.pseudonym(new.source, new.speaker),
        new.synthetic,
        new.session,
        new.source,
        new.device,
        new.licence,
        new.consent,
        new.origin,
        new.parent,
        "",
        new.attributes,
        new.reasons,
    )
