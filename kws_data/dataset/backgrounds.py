"""Noise and rooms of a data set; noise recordings are kept apart between the splits by time.

A noise recording is minutes long and changes on its way: a tap is turned on, plates are put away. So each split gets
several stretches from all over it: those for training are mixed under the clips and cut into silence clips, those for
validation and test are only cut. No stretch of noise is heard in two splits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import noise_folder_id, room_folder_id
from kws_data.config.config import Config
from kws_data.config.split import SPLITS
from kws_data.dataset.release_rules import excluded_by_terms
from kws_data.dataset.splits import draw_groups
from kws_data.errors import DataError
from kws_data.labels import BACKGROUND
from kws_data.sources.imports.side_folders import import_noise, import_rooms
from kws_data.sources.synth.noise import add_generated_noise

#: Stretches of a round, in order: seven tenths for training, one for validation, two for the test.
ROUND = (("train", 2), ("test", 1), ("train", 3), ("validation", 1), ("train", 2), ("test", 1))
TENTHS = sum(tenths for _, tenths in ROUND)
STRETCH_SAMPLES = 48_000  # a tenth is about this long, so that clips can be cut from it


def regions(samples: int, split: str) -> list[tuple[int, int]]:
    """First sample and end of each of a split's stretches of a noise recording of ``samples`` samples."""
    rounds = max(1, round(samples / (TENTHS * STRETCH_SAMPLES)))
    stretches, tenth = [], 0
    for name, tenths in ROUND * rounds:
        if name == split:
            ends = (samples * place // (TENTHS * rounds) for place in (tenth, tenth + tenths))
            stretches.append((next(ends), next(ends)))
        tenth += tenths
    return stretches


def noises_of(config: Config, catalog: Catalog, chosen: Iterable[Clip]) -> list[Clip]:
    """Noise recordings: those of the folder, or generated ones where there are none."""
    recorded = [clip for clip in chosen if clip.word == BACKGROUND]
    refused = excluded_by_terms(config, recorded)
    noises = [clip for clip in recorded if clip.id not in refused]
    return noises or add_generated_noise(catalog, config.seed, config.frontend.sample_rate_hz)


def extra_noises(config: Config, catalog: Catalog) -> list[Clip]:
    """Recordings of ``data.noise_folder``, imported if need be; for augmentation only."""
    if config.data.noise_folder is None:
        return []
    import_noise(catalog, config.data.noise_folder)
    noises = catalog.clips(folder=noise_folder_id(config.data.noise_folder))
    refused = excluded_by_terms(config, noises)
    return [clip for clip in noises if clip.id not in refused]


def noise_of(noises: Sequence[Clip], config: Config) -> dict[str, list[Clip]]:
    """Recordings that each split may cut from: all of them (each its own stretches), or with ``noise`` in
    ``split.disjoint`` whole ones of its own.

    Raises:
        DataError: fewer than three recordings for three splits.
    """
    if "noise" not in config.split.disjoint:
        return {split: list(noises) for split in SPLITS}
    sizes = {clip.id: 1 for clip in noises}
    test = draw_groups(sizes, 0.2, f"{config.seed} test noise")
    rest = {identity: 1 for identity in sizes if identity not in test}
    validation = draw_groups(rest, 0.15, f"{config.seed} validation noise")
    shares = {"test": {*test}, "validation": {*validation}, "train": {*rest} - {*validation}}
    if not all(shares.values()):
        remedy = "add noise recordings, or take noise out of split.disjoint (then each split gets its own stretches)"
        raise DataError("too few noise recordings for three splits", len(noises), remedy)
    return {split: [clip for clip in noises if clip.id in shares[split]] for split in SPLITS}


def rooms_of(config: Config, catalog: Catalog) -> list[Clip]:
    """Impulse responses of ``data.room_folder``, imported if need be; those that the release's terms allow."""
    if config.data.room_folder is None or not config.augment.room_probability:
        return []
    import_rooms(catalog, config.data.room_folder)
    rooms = catalog.clips(folder=room_folder_id(config.data.room_folder))
    refused = excluded_by_terms(config, rooms)
    return [room for room in rooms if room.id not in refused]
