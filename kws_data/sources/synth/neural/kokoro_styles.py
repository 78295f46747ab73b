"""Styles of Kokoro: who speaks. A style is a tensor, so two or three of them mixed are a new person.

A style has one row of 256 numbers for each length of a text, ``[510, 1, 256]``. Its name says where it comes from:
``a`` American, ``b`` British, others foreign; ``f`` woman, ``m`` man; then a first name.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import ConfigError, DataError

WIDTH = 256
ENGLISH = ("a", "b")
MIXES = 200
_ROW_BYTES = 4 * WIDTH
_NAME = re.compile(r"[\w-]+")
_SIMILAR = 0.85  # share of mixes that are of one sex
_SEED = 0x4B0C0
_LONGEST_LIST = 8

Style = NDArray[np.float32]


class Styles:
    """The styles of a file or folder, read when they are first asked for.

    Args:
        path: an ``.npz`` (also under another name, as ``voices-v1.0.bin`` of kokoro-onnx), one style's ``.bin``, or a
            folder of such.

    Raises:
        ConfigError: it holds no styles.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = _style_files(path)
        self._packed = path if path.is_file() and zipfile.is_zipfile(path) else None
        try:
            self.names: Sequence[str] = tuple(sorted(_packed_names(path) if self._packed else self._files))
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise ConfigError("styles cannot be read", str(path), str(error)) from None
        wrong = [name for name in self.names if not _NAME.fullmatch(name)]
        if wrong or not self.names:
            raise ConfigError(
                "no styles of Kokoro" if not wrong else "name of a style cannot be used", ", ".join(wrong) or str(path)
            )
        self._read = lru_cache(maxsize=64)(self._load)

    @property
    def stamp(self) -> str:
        """Beginning of the SHA-256 of all of them."""
        digest = hashlib.sha256()
        for path in [self._packed] if self._packed else [self._files[name] for name in self.names]:
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()[:8]

    def mixed(self, name: str) -> Style:
        """The style of a name, ``af_heart`` or ``af_heart+am_adam*0.4``: the first one weighs what the others leave.

        Raises:
            DataError: there is no such style, or this is no mix of them.
        """
        weights = parse_mix(name)
        missing = [one for one in weights if one not in self.names]
        if missing:
            some = ", ".join(self.names[:_LONGEST_LIST]) + (", …" if len(self.names) > _LONGEST_LIST else "")
            raise DataError("Kokoro has no such style", missing[0], f"there are {some}")
        styles = {one: self._read(one) for one in weights}
        rows = min(len(style) for style in styles.values())
        mix = sum(weight * styles[one][:rows].astype(np.float64) for one, weight in weights.items())
        return np.asarray(mix, np.float32)

    def _load(self, name: str) -> Style:
        path = self._packed or self._files[name]
        try:
            style = _from_packed(path, name) if self._packed else _from_bin(path)
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise ConfigError("style cannot be read", f"{path}: {name}", str(error)) from None
        if not len(style) or not np.isfinite(style).all():
            raise ConfigError("style cannot be used", f"{path}: {name}", "numbers that have an end are wanted")
        return style


def parse_mix(name: str) -> dict[str, float]:
    """Weight of each style of a name; they add up to 1.

    Raises:
        DataError: this is no such name.
    """
    first, *others = name.split("+")
    weights = {first: 1.0}
    for other in others:
        style, _, weight = other.partition("*")
        try:
            share = float(weight)
        except ValueError:
            share = 0.0
        if style in weights or not 0.0 < share < 1.0:
            raise DataError("no mix of styles", name, "as af_heart+am_adam*0.4+af_sky*0.2, weights between 0 and 1")
        weights[style] = share
    weights[first] = 2.0 - sum(weights.values())
    if weights[first] <= 0.0:
        raise DataError("no mix of styles", name, "the weights leave nothing of the first style")
    return weights


def people(names: Sequence[str], count: int = MIXES) -> tuple[str, ...]:
    """English styles, all if none is English; and mixes of two or three of them, the same for the same names."""
    plain = [name for name in names if name[0] in ENGLISH] or list(names)
    rng = np.random.default_rng(_SEED)
    mixes: dict[str, None] = {}
    for _ in range(20 * count if len(plain) > 1 else 0):
        if len(mixes) < count:
            mixes[_mix(plain, rng)] = None
    return (*plain, *mixes)


def _mix(names: Sequence[str], rng: np.random.Generator) -> str:
    first = str(rng.choice(names))
    alike = [name for name in names if _sex(name) == _sex(first) and name != first]
    others = alike if alike and rng.random() < _SIMILAR else [name for name in names if name != first]
    chosen = rng.choice(others, min(int(rng.integers(1, 3)), len(others)), replace=False)
    weights = rng.integers(6, 10, len(chosen)) / 20 if len(chosen) == 1 else rng.integers(4, 7, len(chosen)) / 20
    return first + "".join(f"+{name}*{weight:g}" for name, weight in zip(chosen, weights, strict=True))


def _sex(name: str) -> str:
    return name[1:2]


def _style_files(path: Path) -> Mapping[str, Path]:
    if path.is_dir():
        return {one.stem: one for one in path.iterdir() if one.suffix == ".bin"}
    if not path.is_file():
        raise ConfigError(
            "styles not found", str(path), "engine.styles: an .npz or .bin file, or a folder of .bin files"
        )
    return {path.stem: path}


def _packed_names(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as packed:
        yield from (name.removesuffix(".npy") for name in packed.namelist() if name.endswith(".npy"))


def _from_packed(path: Path, name: str) -> Style:
    with np.load(path, allow_pickle=False) as packed:
        style: NDArray[np.generic] = packed[name]
    if style.dtype.kind != "f" or style.shape[-1:] != (WIDTH,) or style.size != len(style) * WIDTH:
        raise ValueError(f"{style.dtype.name} {list(style.shape)} instead of float32 [510, 1, {WIDTH}]")
    return style.reshape(-1, WIDTH).astype(np.float32)


def _from_bin(path: Path) -> Style:
    size = path.stat().st_size
    if not size or size % _ROW_BYTES:
        raise ValueError(f"{size} bytes instead of a multiple of {_ROW_BYTES}: rows of {WIDTH} float32")
    return np.fromfile(path, "<f4").reshape(-1, WIDTH).astype(np.float32)
