"""Settings that have a new name. The old one is still understood: in a file, with ``--set``, in a search space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kws_data.errors import ConfigError

#: Old name to new name, each ``section.setting``.
RENAMED = {"export.pointwise_bits": "model.pointwise_bits"}


def renamed_keys(settings: Mapping[str, Any]) -> dict[str, Any]:
    """``{"section.setting": value}`` with new names; raises ConfigError where both are given and differ."""
    for old in RENAMED.keys() & settings.keys():
        _check_same(settings, old, RENAMED[old])
    return {RENAMED.get(key, key): value for key, value in settings.items()}


def renamed_sections(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same for sections, as they stand in a file. What is no section stays: others say what is wrong with it."""
    sections = dict(values)
    for old, new in RENAMED.items():
        (old_section, old_name), (section, name) = old.split("."), new.split(".")
        source, target = sections.get(old_section), sections.get(section, {})
        if isinstance(source, Mapping) and isinstance(target, Mapping) and old_name in source:
            given = {old: source[old_name]} | ({new: target[name]} if name in target else {})
            _check_same(given, old, new)
            sections[old_section] = {key: value for key, value in source.items() if key != old_name}
            sections[section] = {**target, name: source[old_name]}
    return sections


def _check_same(settings: Mapping[str, Any], old: str, new: str) -> None:
    if new in settings and settings[new] != settings[old]:
        values = f"{new}={settings[new]}, {old}={settings[old]}"
        raise ConfigError("a setting is given twice, by two names", values, f"keep {new}: {old} is its old name")
