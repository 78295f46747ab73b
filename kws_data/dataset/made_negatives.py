"""Negatives that nobody recorded: running speech of the synthetic people, and sounds that were made."""

from __future__ import annotations

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import FolderId, noise_negatives_id, running_speech_id
from kws_data.config.config import Config
from kws_data.dataset.clip_pool import COLLECT
from kws_data.errors import DataError

RUNNING = "data.synth.running_speech_s"
NOISE = "data.generated_noise"
#: Settings that ask for such.
MADE = (RUNNING, NOISE)


def made_clips(config: Config, catalog: Catalog) -> dict[str, list[Clip]]:
    """Stretches that a configuration lets programs make, by the setting that asks for them.

    Raises:
        DataError: they were not made.
    """
    made = dict[str, list[Clip]]()
    if config.data.synth.running_speech_s:
        made[RUNNING] = _noted(
            config, catalog, running_speech_id(config), "running speech of this configuration was said"
        )
    if config.data.wants_negatives and config.data.generated_noise == "rich":
        place = noise_negatives_id(config.seed, config.frontend.sample_rate_hz)
        made[NOISE] = _noted(config, catalog, place, "noise was made as negatives")
    return made


def _noted(config: Config, catalog: Catalog, place: FolderId, what: str) -> list[Clip]:
    clips = catalog.clips(folder=place)
    if not clips:
        raise DataError(f"no {what}", config.name, COLLECT)
    return clips
