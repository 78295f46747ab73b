"""Sounds of many kinds, made besides what was recorded: detectors take for words what they have never heard."""

from __future__ import annotations

import zlib
from functools import partial

import numpy as np

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import rich_noise_id
from kws_data.progress import Progress
from kws_data.sources.synth.noise import Made, add_made
from kws_data.sources.synth.noises.kinds import KINDS, noise_of_kind
from kws_data.sources.synth.noises.parts import Floats

SECONDS = 60


def add_rich_noise(catalog: Catalog, seed: int, rate_hz: int, progress: Progress | None = None) -> list[Clip]:
    """A minute of every kind in the catalogue, made for ``seed`` when it is not there.

    The clips of ``rich_noise_id(seed, rate_hz)``, each with the attributes kind (noise or music) and noise_kind.
    """

    def sound(kind: str) -> Floats:
        own = zlib.crc32(kind.encode())  # so that a kind stays as it is when others come
        return noise_of_kind(kind, SECONDS * rate_hz, rate_hz, np.random.default_rng([seed, own]))

    made = {
        f"generated/rich/{name}/{seed}/{rate_hz}": Made(name, partial(sound, name), {"kind": kind, "noise_kind": name})
        for name, (kind, _) in KINDS.items()
    }
    return add_made(catalog, made, rich_noise_id(seed, rate_hz), rate_hz, progress)
