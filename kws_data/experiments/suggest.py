"""What to cut when a limit is broken: smaller neighbours of the shape, each measured before it is suggested.

Along each axis of the shape (channels, blocks, kernel, coefficients) the least cut that keeps every limit is looked for
by halving the steps; every step is measured by ``shape_cost.py``, against the shape as it is, measured the same way.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kws_data.config.config import Config
from kws_data.config.load import with_settings
from kws_data.errors import ConfigError
from kws_data.experiments.shape_cost import CACHE_DIR, LIMITS, UNITS, ShapeCost, shape_cost
from kws_data.system.processes import worker_pool

TIME_S = 15.0  # after this only the first axis is followed to its end; a measurement takes two or three seconds


@dataclass(frozen=True)
class Suggestion:
    """A smaller shape that was measured.

    Attributes:
        setting, value, instead_of: what is changed: ``model.channels``, 28, 32.
        cost, before: of the changed shape and of the shape as it is, both measured.
        broken: limits that were broken and are looked at.
        fits: whether the changed shape keeps every limit.
    """

    setting: str
    value: int
    instead_of: int
    cost: ShapeCost
    before: ShapeCost
    broken: tuple[str, ...]
    fits: bool

    @property
    def saves(self) -> dict[str, float]:
        """What is saved in each broken limit's unit."""
        return {name: self.before.of_limit(name) - self.cost.of_limit(name) for name in self.broken}

    def line(self) -> str:
        """For a person: ``28 channels instead of 32 saves 2,128 bytes: model_bytes 13,952``."""
        saved = ", ".join(f"{amount:,.6g} {UNITS[name]}" for name, amount in self.saves.items())
        now = ", ".join(f"{name} {self.cost.of_limit(name):,.6g}" for name in self.broken)
        change = f"{self.value} {self.setting.split('.')[1]} instead of {self.instead_of}"
        return f"{change} saves {saved}: {now}" + ("" if self.fits else ", which is still too much")

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "setting": self.setting,
            "value": self.value,
            "instead_of": self.instead_of,
            "saves": self.saves,
            "measured": {name: self.cost.of_limit(name) for name in LIMITS if name != "duty" or self.cost.duty},
            "fits": self.fits,
            "line": self.line(),
        }


def suggest(
    config: Config, broken: Sequence[str], workers: int = 2, time_s: float = TIME_S, cache_dir: Path = CACHE_DIR
) -> list[Suggestion]:
    """Smaller shapes for a model that breaks limits: the least cut along each axis that was found in time.

    Args:
        config: of the model.
        broken: names of the limits that it breaks.
        workers: axes to go along at once.
        time_s: how long to look along the axes after the first one.
        cache_dir: where costs are kept.

    Returns:
        Those that keep every limit first, of them the ones that save least: they cut least.
    """
    limits = tuple(name for name in LIMITS if name in broken)
    if not limits:
        return []
    until = time.time() + time_s
    with worker_pool(workers) as pool:
        first, *others = axes(config)
        running = [pool.submit(least_cut, config, first, limits, float("inf"), cache_dir)]
        running += [pool.submit(least_cut, config, axis, limits, until, cache_dir) for axis in others]
        found = [future.result() for future in as_completed(running)]
    worth = [one for one in found if one is not None and any(amount > 0 for amount in one.saves.values())]
    return sorted(worth, key=lambda one: (not one.fits, one.saves[limits[0]] * (1 if one.fits else -1), one.setting))


def axes(config: Config) -> list[str]:
    """Settings along which a shape can be cut, the most telling first."""
    named = ["model.channels", "model.blocks", "model.kernel"]
    return [*named, "frontend.coefficients" if config.frontend.kind == "mfcc" else "frontend.mel_bands"]


def smaller_values(config: Config, setting: str) -> list[int]:
    """Values below the present one, the largest first."""
    if setting == "model.channels":
        return list(range((config.model.channels - 1) // 2 * 2, 3, -2))
    if setting == "model.blocks":
        return list(range(config.model.blocks - 1, 0, -1))
    if setting == "model.kernel":
        return list(range(config.model.kernel - 2, 2, -2))
    present = config.frontend.coefficients if setting == "frontend.coefficients" else config.frontend.mel_bands
    return list(range(present - 2, 7, -2))


def least_cut(
    config: Config, setting: str, limits: tuple[str, ...], until: float, cache_dir: Path = CACHE_DIR
) -> Suggestion | None:
    """The largest smaller value of one setting that keeps every limit; else the smallest that was measured.

    None when nothing was measured: no smaller value makes a model, or the time was up.
    """
    section, name = setting.split(".")
    present = int(getattr(getattr(config, section), name))
    values = [value for value in smaller_values(config, setting) if changed(config, setting, value) is not None]
    low, high, best, smallest = 0, len(values), None, None
    before = shape_cost(config, cache_dir) if values and time.time() < until else ShapeCost()
    while low < high and time.time() < until:
        middle = (low + high) // 2
        smaller = changed(config, setting, values[middle])
        assert smaller is not None
        cost = shape_cost(smaller, cache_dir)
        fits = not cost.broken(config)
        tried = Suggestion(setting, values[middle], present, cost, before, limits, fits)
        if fits:
            high, best = middle, tried
        else:
            low = middle + 1
            smallest = smallest if cost.failure else tried
    return best or smallest


def changed(config: Config, setting: str, value: int) -> Config | None:
    """The configuration with one setting changed; None when that makes none (a branch longer than the kernel)."""
    extra = {"frontend.coefficients": value} if setting == "frontend.mel_bands" else {}
    try:
        return with_settings(config, {setting: value, **extra})
    except ConfigError:
        return None
