"""What a search may choose from: values of settings, and the candidates that they make.

A space is a YAML file: a mapping of settings to lists of values, or a list of such mappings, which are searched side by
side (one for each family, say)::

    - model.family: [temporal_dscnn]
      model.channels: [20, 24, 28, 32]
      model.kernel: [7, 9, 11]
      frontend: [{coefficients: 20}, {kind: log_mel, mel_bands: 32}]

A value that is a mapping sets several settings at once. Whatever a space leaves open stays as the configuration has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from firmware_tools.yaml_text import read_yaml
from kws_data.config.config import Config
from kws_data.config.load import reason, with_settings
from kws_data.errors import ConfigError

SECTIONS = ("model", "frontend", "train", "export")
MOST_COMBINATIONS = 200_000
Space = Mapping[str, Sequence[Any]]

#: Front ends of the default space: kind, bands, coefficients, window and hop around what a second of speech needs.
FRONTENDS: tuple[dict[str, Any], ...] = (
    {"kind": "mfcc", "mel_bands": 40, "coefficients": 26, "window_samples": 512, "hop_samples": 320},
    {"kind": "mfcc", "mel_bands": 40, "coefficients": 16, "window_samples": 512, "hop_samples": 320},
    {"kind": "mfcc", "mel_bands": 40, "coefficients": 26, "window_samples": 512, "hop_samples": 256},
    {"kind": "mfcc", "mel_bands": 40, "coefficients": 20, "window_samples": 1_024, "hop_samples": 400},
    {"kind": "log_mel", "mel_bands": 32, "coefficients": 32, "window_samples": 512, "hop_samples": 320},
)

#: What is searched when no space is given: shapes that come near 16 KB, of the families that are worth it there.
DEFAULT_SPACE: tuple[Space, ...] = (
    {
        "model.family": ["temporal_dscnn"],
        "model.channels": [20, 24, 28, 30, 32, 36, 40],
        "model.blocks": [3, 4, 5, 6, 7],
        "model.kernel": [7, 9, 11, 13],
        "model.branches": [[], [3, 5]],
        "model.residual": [True],
        "frontend": FRONTENDS,
    },
    {
        "model.family": ["tenet"],
        "model.channels": [12, 16, 20, 24],
        "model.blocks": [2, 3, 4, 5],
        "model.kernel": [7, 9, 11],
        "model.expansion": [2, 3],
        "model.residual": [True],
        "frontend": FRONTENDS,
    },
)


@dataclass(frozen=True)
class Candidate:
    """A configuration to try: ``settings`` are what sets it apart, ``number`` is its place in the search."""

    number: int
    settings: Mapping[str, Any]
    config: Config

    @property
    def name(self) -> str:
        """For people: ``tenet 20×3 k9 e2, mfcc 40/26, hop 320``."""
        return f"{shape_name(self.config)}, {frontend_name(self.config)}"


def load_space(path: Path) -> tuple[Space, ...]:
    """Read a space from YAML.

    Raises:
        ConfigError: missing, no YAML, or not of the form above.
    """
    try:
        found = read_yaml(path)
    except FileNotFoundError:
        raise ConfigError("search space not found", str(path), "leave --space out for the default one") from None
    except (OSError, ValueError) as error:
        raise ConfigError("search space cannot be read", str(path), reason(error)) from None
    spaces = found if isinstance(found, list) else [found]
    if not spaces or not all(isinstance(space, dict) and space for space in spaces):
        raise ConfigError("search space is no mapping of settings to values", str(path), "model.channels: [24, 28]")
    for space in spaces:
        _check(space, path)
    return tuple(spaces)


def _check(space: Mapping[str, Any], path: Path) -> None:
    for key, values in space.items():
        if str(key).split(".")[0] not in SECTIONS:
            raise ConfigError(f"{path}: search knows no setting", key, f"use settings of {', '.join(SECTIONS)}")
        if not isinstance(values, list) or not values:
            raise ConfigError(f"{path}: {key} needs a list of values", values, f"{key}: [first, second]")
    combinations = prod(len(values) for values in space.values())
    if combinations > MOST_COMBINATIONS:
        raise ConfigError(f"{path}: too many combinations", combinations, f"keep below {MOST_COMBINATIONS:,}")


def candidates(spaces: Sequence[Space], config: Config) -> Iterator[Candidate]:
    """Candidates in an order that the configuration's seed fixes: its own shape first, then the spaces in turn.

    Each combination comes once. Those that make no valid configuration are skipped.

    Raises:
        ConfigError: not one combination of a space is a valid configuration.
    """
    yield Candidate(0, {}, config)
    seen, number = {_key(config)}, 1
    streams = [_valid(space, config, index) for index, space in enumerate(spaces)]
    for turn in zip_longest(*streams):
        for found in turn:
            if found is not None and _key(found[1]) not in seen:
                seen.add(_key(found[1]))
                yield Candidate(number, *found)
                number += 1


def _valid(space: Space, config: Config, index: int) -> Iterator[tuple[dict[str, Any], Config]]:
    """Settings and configuration of each combination of a space that can be used, in seeded order."""
    names, values = list(space), list(space.values())
    order = np.random.default_rng([config.seed, 0x5E, index]).permutation(prod(len(v) for v in values))
    first_error: ConfigError | None = None
    some = False
    for place in order:
        settings = {}
        for name, choices in zip(names, values, strict=True):
            place, choice = divmod(place, len(choices))
            settings[name] = choices[choice]
        try:
            changed = with_settings(config, settings)
        except ConfigError as error:
            first_error = first_error or error
            continue
        some = True
        yield settings, changed
    if not some and first_error is not None:
        raise first_error


def _key(config: Config) -> str:
    return config.sha256(*SECTIONS)


def shape_name(config: Config) -> str:
    """``tenet 20×3 k9``: family, channels × blocks, kernel, and what is out of the ordinary."""
    model = config.model
    parts = [f"{model.family} {model.channels}×{model.blocks} k{model.kernel}"]
    if model.family == "tenet":
        parts.append(f"e{model.expansion}")
    if model.branches:
        parts.append("b" + "+".join(str(n) for n in model.branches))
    if not model.residual:
        parts.append("plain")
    if config.model.pointwise_bits != 8:
        parts.append(f"{config.model.pointwise_bits} bits")
    return " ".join(parts)


def frontend_name(config: Config) -> str:
    """``mfcc 26 of 40, 512/320``: features and bands, window and hop in samples."""
    spec = config.frontend
    bands = f"{spec.coefficients} of {spec.mel_bands}" if spec.kind == "mfcc" else str(spec.mel_bands)
    return f"{spec.kind} {bands}, {spec.window_samples}/{spec.hop_samples}"
