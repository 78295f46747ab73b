"""Noise and rooms of a data set; noise recordings are kept apart between the splits by time.

A noise recording is minutes long and changes on its way: a tap is turned on, plates are put away. So each split gets
several stretches from all over it: those for training are mixed under the clips and cut into silence clips, those for
validation and test are only cut. No stretch of noise is heard in two splits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import generated_noise_id, noise_folder_id, rich_noise_id, room_folder_id
from kws_data.config.config import Config
from kws_data.config.split import SPLITS
from kws_data.dataset.clip_pool import COLLECT, imported_clips
from kws_data.dataset.held_out_noise import SETTING, is_held_out, without_held_out
from kws_data.dataset.release_rules import excluded_by_terms
from kws_data.dataset.splits import draw_groups
from kws_data.errors import DataError
from kws_data.labels import BACKGROUND

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
    """Noise recordings: those of the folder, and generated ones where silence cannot be cut from these.

    Raises:
        DataError: none was recorded that may be used, and none made.
    """
    recorded = recorded_noises(config, chosen)
    if not lack_silence(config, recorded):
        return recorded
    made = catalog.clips(folder=generated_noise_id(config.seed, config.frontend.sample_rate_hz))
    if not made:
        raise DataError("no noise was recorded that may be used, and none made", config.name, COLLECT)
    return recorded + made


def lack_silence(config: Config, noises: Iterable[Clip]) -> bool:
    """Whether some split has no stretch of these recordings as long as a clip: there are none that it may have, or only
    short ones."""
    there = list(noises)
    of = dict.fromkeys(SPLITS, without_held_out(config, there)) | {"test": there}
    return any(
        all(end - start < config.clip_samples for noise in own for start, end in regions(noise.samples, split))
        for split, own in of.items()
    )


def recorded_noises(config: Config, chosen: Iterable[Clip]) -> list[Clip]:
    """Those of the clips that are noise and that the release's terms allow; empty where noise has to be made."""
    return _allowed(config, [clip for clip in chosen if clip.word == BACKGROUND])


def extra_noises(config: Config, catalog: Catalog) -> list[Clip]:
    """For augmentation only: what there is of :func:`all_extra_noises` that is not held out for the test.

    Raises:
        DataError: none was imported from the folder, or none made.
    """
    return without_held_out(config, all_extra_noises(config, catalog))


def all_extra_noises(config: Config, catalog: Catalog) -> list[Clip]:
    """Recordings of ``data.noise_folder`` that the release's terms allow, and sounds of many kinds with
    ``data.generated_noise: rich``.

    Raises:
        DataError: none was imported from the folder, or none made.
    """
    folder = config.data.noise_folder
    recorded = [] if folder is None else _allowed(config, imported_clips(catalog, noise_folder_id(folder)))
    if config.data.generated_noise == "plain":
        return recorded
    return recorded + generated_noise_clips(catalog, config.seed, config.frontend.sample_rate_hz)


def generated_noise_clips(catalog: Catalog, seed: int, rate_hz: int) -> list[Clip]:
    """Sounds of many kinds that were made for a seed: a minute each, with the attributes kind (noise or music) and
    noise_kind (clock, barks, …).

    Raises:
        DataError: none was made.
    """
    made = catalog.clips(folder=rich_noise_id(seed, rate_hz))
    if not made:
        raise DataError("no noise of data.generated_noise: rich was made", f"seed {seed}, {rate_hz} Hz", COLLECT)
    return made


def rooms_of(config: Config, catalog: Catalog) -> list[Clip]:
    """Impulse responses of ``data.room_folder`` that the release's terms allow; none where no copy is heard in a room.

    Raises:
        DataError: none was imported from it.
    """
    folder = config.data.room_folder
    if folder is None or not config.augment.room_probability:
        return []
    return _allowed(config, imported_clips(catalog, room_folder_id(folder)))


def _allowed(config: Config, clips: Sequence[Clip]) -> list[Clip]:
    refused = excluded_by_terms(config, clips)
    return [clip for clip in clips if clip.id not in refused]


def noise_of(noises: Sequence[Clip], config: Config) -> dict[str, list[Clip]]:
    """Recordings that each split may cut from: all of them (each its own stretches), or with ``noise`` in
    ``split.disjoint`` whole ones of its own. Those of kinds that are held out are the test's.

    Raises:
        DataError: fewer than three recordings for three splits, or none for training.
    """
    free = without_held_out(config, noises)
    if noises and not free:
        kinds = ", ".join(config.split.held_out_noise)
        raise DataError("no noise is left for training", kinds, f"take a kind out of {SETTING}")
    if "noise" not in config.split.disjoint:
        return dict.fromkeys(SPLITS, free) | {"test": list(noises)}
    sizes = {clip.id: 1 for clip in free}
    test = draw_groups(sizes, 0.2, f"{config.seed} test noise")
    rest = {identity: 1 for identity in sizes if identity not in test}
    validation = draw_groups(rest, 0.15, f"{config.seed} validation noise")
    shares = {"test": {*test}, "validation": {*validation}, "train": {*rest} - {*validation}}
    if not all(shares.values()):
        remedy = "add noise recordings, or take noise out of split.disjoint (then each split gets its own stretches)"
        raise DataError("too few noise recordings for three splits", len(noises), remedy)
    shares["test"] |= {clip.id for clip in noises if is_held_out(config, clip)}
    return {split: [clip for clip in noises if clip.id in shares[split]] for split in SPLITS}
