"""Negatives that nobody recorded: running speech of the synthetic people."""

from __future__ import annotations

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import running_speech_id
from kws_data.config.config import Config
from kws_data.dataset.clip_pool import COLLECT
from kws_data.errors import DataError

RUNNING = "data.synth.running_speech_s"
#: Settings that ask for such.
MADE = (RUNNING,)


def made_clips(config: Config, catalog: Catalog) -> dict[str, list[Clip]]:
    """Stretches that a configuration lets programs make, by the setting that asks for them.

    Raises:
        DataError: they were not made.
    """
    if not config.data.synth.running_speech_s:
        return {}
    clips = catalog.clips(folder=running_speech_id(config))
    if not clips:
        raise DataError("no running speech of this configuration was said", config.name, COLLECT)
    return {RUNNING: clips}
