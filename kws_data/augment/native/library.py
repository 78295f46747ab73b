"""The compiled loops: built once, then loaded from the cache of :func:`~firmware_tools.toolchain.compile.compile_host`.

No contraction to fused multiply-adds and no fast maths, so the same bytes come out on every processor. Each call
releases the GIL.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.toolchain.compile import compile_host

FOLDER = Path(__file__).parent
FLAGS = ("-ffp-contract=off", "-fno-math-errno")


class _Array:
    """An array as an argument: the address of its first element. The call itself keeps it alive."""

    @classmethod
    def from_param(cls, array: NDArray[Any]) -> ctypes.c_void_p:
        if not array.flags.c_contiguous:
            raise ValueError("array is not contiguous")
        return ctypes.c_void_p(array.ctypes.data)


_SIZE, _INT64 = ctypes.c_size_t, ctypes.c_int64
_ARGUMENTS = {
    "kws_stretch_work": (_SIZE, _SIZE),
    "kws_stretch": (_Array, _SIZE, _Array, _SIZE, _INT64, _SIZE, _Array, _Array),
    "kws_resample": (_Array, _SIZE, _Array, _SIZE, _INT64, _Array),
    "kws_fft": (_Array, _Array, _SIZE, _Array, _Array),
    "kws_convolve": (_Array, _Array, _SIZE, _Array, _SIZE, _SIZE, _SIZE, _Array, _Array),
    "kws_mix": (_Array, _Array, _Array, _Array, _SIZE, _SIZE, _Array),
    "kws_match": (_Array, _Array, _SIZE, _SIZE),
    "kws_quantise": (_Array, _Array, _SIZE, _SIZE, _Array),
    "kws_warp": (_Array, _Array, _SIZE, _Array, _Array, _Array, _Array, _Array),
    "kws_filter": (_Array, _Array, _SIZE, _SIZE, _Array, _SIZE),
}


@cache
def library() -> ctypes.CDLL:
    """The loops of ``kws_augment.h``.

    Raises:
        FirmwareError: there is no C compiler, or it refused.
    """
    path = compile_host(sorted(FOLDER.glob("*.c")), include_dirs=[FOLDER], name="augment", flags=FLAGS)
    loaded = ctypes.CDLL(str(path))
    for name, arguments in _ARGUMENTS.items():
        getattr(loaded, name).argtypes = arguments
        getattr(loaded, name).restype = None
    loaded.kws_stretch_work.restype = _SIZE
    return loaded


def rows_of(values: NDArray[Any], kind: type[np.generic]) -> NDArray[Any]:
    """The array as the loops take it: contiguous ``[rows, samples]`` of ``kind``.

    Raises:
        ValueError: not two axes.
    """
    if values.ndim != 2:
        raise ValueError(f"rows need two axes, not {values.shape}")
    return np.ascontiguousarray(values, kind)
