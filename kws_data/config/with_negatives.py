"""``with_negatives:`` of a configuration: settings that hold where it names hours in which no keyword is said.

A model that is to listen learns best by another recipe than one that is to name clips: without teachers, and with
running speech under more of its clips. So one configuration says both, and ``data.negatives`` decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kws_data.errors import ConfigError

SECTION = "with_negatives"


def taken_out(values: dict[str, Any], where: str) -> dict[str, Any]:
    """The section's settings, ``{"train.label_smoothing": 0.0}``, taken out of what a file says.

    Raises:
        ConfigError: the section is no table of such settings.
    """
    section = values.pop(SECTION, None)
    if section is None:
        return {}
    if not isinstance(section, Mapping) or not all(isinstance(key, str) and "." in key for key in section):
        remedy = "write lines such as 'train.label_smoothing: 0.0' below it"
        raise ConfigError(f"{where}: {SECTION} is no table of settings", str(section), remedy)
    return dict(section)


def names_negatives(values: Mapping[str, Any]) -> bool:
    """Whether a configuration, not checked yet, names folders of negatives."""
    data = values.get("data")
    return isinstance(data, Mapping) and bool(data.get("negatives"))
