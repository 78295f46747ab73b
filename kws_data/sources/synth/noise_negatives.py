"""Sounds of many kinds as negatives (``data.generated_noise: rich``): kinds are in all splits, no sound is in two.

Training has the minutes that are mixed under its clips. Validation and test have shorter ones that are made for them
alone, of other draws.
"""

from __future__ import annotations

import zlib
from functools import lru_cache, partial

import numpy as np

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import noise_negatives_id
from kws_data.catalog.negative_clips import STRETCH_S, starts_of
from kws_data.progress import Progress
from kws_data.sources.synth.noise import Made, add_made
from kws_data.sources.synth.noises.kinds import KINDS, noise_of_kind
from kws_data.sources.synth.noises.parts import Floats
from kws_data.sources.synth.rich_noise import SECONDS, add_rich_noise

HELD_SECONDS = 20
#: What tells the draws of a split from those of the others, which a seed of somebody else must not meet.
HELD = {"validation": 0x7A1, "testing": 0x7E5}


def add_noise_negatives(catalog: Catalog, seed: int, rate_hz: int, progress: Progress | None = None) -> list[Clip]:
    """Stretches of every kind in the catalogue, made for ``seed`` when they are not there.

    The clips of ``noise_negatives_id(seed, rate_hz)``, each with the attributes of a negative, noise_kind, and the
    split as made_for.
    """
    whole = {str(clip.attributes["noise_kind"]): clip for clip in add_rich_noise(catalog, seed, rate_hz, progress)}

    @lru_cache(maxsize=1)  # its stretches are made one after the other
    def sound(name: str, split: str) -> Floats:
        if split == "training":
            recorded: Floats = catalog.load(whole[name]) / 32_768.0
            return recorded
        draws = np.random.default_rng([seed, zlib.crc32(name.encode()), HELD[split]])
        return noise_of_kind(name, HELD_SECONDS * rate_hz, rate_hz, draws)

    def cut(name: str, split: str, start: int) -> Floats:
        return sound(name, split)[start : start + length]

    length, made = round(STRETCH_S * rate_hz), dict[str, Made]()
    for name, (kind, _) in KINDS.items():
        for split in ("training", *HELD):
            recording = f"{name}/{seed}/{rate_hz}/{split}"
            about = {"kind": kind, "noise_kind": name, "recording": recording, "made_for": split}
            for start in starts_of((HELD_SECONDS if split in HELD else SECONDS) * rate_hz, length):
                made[f"generated/negative/{recording}[{start}]"] = Made(
                    name, partial(cut, name, split, start), {**about, "start_sample": start}
                )
    return add_made(catalog, made, noise_negatives_id(seed, rate_hz), rate_hz, progress)
