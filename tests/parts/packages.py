"""Packages for frameworks, written from a small bundle, and what tests do with them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tiny_bundle import tiny_bundle

from kws_data.bundle import ModelBundle
from kws_data.deploy.packages.figures import RunFigures
from kws_data.deploy.packages.maker import Maker
from kws_data.deploy.packages.write import write_package

NOBODY, ANN = Maker(), Maker("Ann Berg", "Ann Berg <ann@example.org>", "https://example.org/ears")
STAND_INS = Path(__file__).parent / "stand_ins"
WARNINGS = ("-std=gnu99", "-Wall", "-Wextra", "-Werror", "-Wshadow")


def chatty_bundle() -> ModelBundle:
    """It detects something whenever it may."""
    return replace(tiny_bundle(), threshold_int8=-128, stream_threshold_int8=-120)


def written(kind: str, folder: Path, bundle: ModelBundle | None = None, maker: Maker = NOBODY) -> Path:
    """The folder, with a package in it."""
    write_package(bundle or chatty_bundle(), kind, RunFigures({}), folder, maker)
    return folder


def sound(seconds: float, seed: int = 0) -> NDArray[np.int16]:
    """Noise whose level and colour change, so that scores do."""
    draw = np.random.default_rng(seed)
    plain = draw.normal(0, 1, int(16_000 * seconds))
    level = np.repeat(draw.uniform(0, 1, len(plain) // 4_000 + 1), 4_000)[: len(plain)]
    low = np.convolve(plain, np.ones(16) / 4, "same")
    return (6_000 * (level * plain + (1 - level) * low)).clip(-32_768, 32_767).astype(np.int16)


def zig(*arguments: str | Path, language: str = "cc") -> None:
    """Call the compiler; the test fails with what it says."""
    call([sys.executable, "-m", "ziglang", language, *map(str, arguments)])


def call(command: Sequence[str | Path], cwd: Path | None = None) -> str:
    """What a program printed; the test fails with what it says."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, f"{command[:3]}: {done.stderr[-2_000:]}{done.stdout[-2_000:]}"
    return done.stdout
