"""Several front ends over the same clips: those that differ only in what they make of the mel levels share all before.

MFCC and log-mel features of one clip have the spectrum and its levels in common, which is nearly all of the work. The C
source is that of the board, step by step, so the bits are the same too.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from firmware_tools.firmware import FRONTEND_SOURCES, INCLUDE_DIR
from firmware_tools.frontend.emit import frontend_c_source
from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.spec import MICRO, FrontendSpec
from firmware_tools.toolchain.compile import compile_host

_TABLES = "kws_frontend_tables_generated"

_MANY_C = """
void kws_frontend_many(const int16_t *clips, size_t count, size_t samples, size_t frames, int8_t **features);

void kws_frontend_many(const int16_t *clips, size_t count, size_t samples, size_t frames, int8_t **features) {
    const kws_frontend_tables *first = many[0];
    int32_t work[KWS_FRONTEND_MAX_FFT], again[KWS_FRONTEND_MAX_FFT];
    for (size_t clip = 0; clip < count; clip++) {
        for (size_t frame = 0; frame < frames; frame++) {
            kws_frontend_window(first, work, 0, clips + clip * samples + frame * first->hop_samples,
                                first->window_samples);
            kws_frontend_powers(first, work);
            kws_frontend_levels(first, work);
            for (size_t kind = 0; kind < sizeof many / sizeof many[0]; kind++) {
                for (size_t band = 0; band <= first->mel_bands; band++) {
                    again[band] = work[band];
                }
                kws_frontend_features(many[kind], again, features[kind]);
                features[kind] += many[kind]->features;
            }
        }
    }
}
"""


class HostFrontends:
    """Features of clips by each of several front ends, from the same C source and tables as on the board.

    Raises:
        FrontendError: a front end cannot work.
        FirmwareError: the C compiler refused.
    """

    def __init__(self, specs: Sequence[FrontendSpec]) -> None:
        self.specs = tuple(specs)
        groups: dict[FrontendSpec, list[int]] = {}
        for number, spec in enumerate(self.specs):
            groups.setdefault(_shared(spec), []).append(number)
        self._groups = list(groups.values())

    def __call__(self, clips: NDArray[np.int16]) -> list[NDArray[np.int8]]:
        """For each front end int8 ``[clips, frames, features]``, of int16 ``[clips, samples]``; raises
        FrontendError."""
        results: dict[int, NDArray[np.int8]] = {}
        for group in self._groups:
            made = _together(tuple(self.specs[number] for number in group), clips)
            results.update(zip(group, made, strict=True))
        return [results[number] for number in range(len(self.specs))]


def _shared(spec: FrontendSpec) -> FrontendSpec:
    """The spec without what comes after the mel levels."""
    return spec if spec.kind == MICRO else replace(spec, kind="log_mel", coefficients=spec.mel_bands)


def _together(specs: tuple[FrontendSpec, ...], clips: NDArray[np.int16]) -> list[NDArray[np.int8]]:
    alone = len(specs) == 1 or specs[0].kind == MICRO
    if alone or clips.ndim != 2 or clips.dtype != np.int16 or not specs[0].frames(clips.shape[1]):
        return [HostFrontend(spec)(clips) for spec in specs]
    clips = np.ascontiguousarray(clips)
    count, samples = clips.shape
    frames = specs[0].frames(samples)
    features = [np.empty((count, frames, spec.features), np.int8) for spec in specs]
    pointers = (ctypes.c_void_p * len(specs))(*(made.ctypes.data for made in features))
    _library(specs).kws_frontend_many(clips.ctypes.data, count, samples, frames, pointers)
    return features


@lru_cache(maxsize=32)
def _library(specs: tuple[FrontendSpec, ...]) -> ctypes.CDLL:
    names = [f"kws_tables_{number}" for number in range(len(specs))]
    tables = [frontend_c_source(spec).replace(_TABLES, name) for spec, name in zip(specs, names, strict=True)]
    declared = "".join(f"extern const kws_frontend_tables {name};\n" for name in names)
    listed = f"static const kws_frontend_tables *const many[] = {{{', '.join(f'&{name}' for name in names)}}};\n"
    source = f'#include "kws_frontend_parts.h"\n\n{declared}{listed}{_MANY_C}'
    path = compile_host([*FRONTEND_SOURCES, source, *tables], include_dirs=[INCLUDE_DIR], name="frontends")
    library = ctypes.CDLL(str(path))
    size, pointer = ctypes.c_size_t, ctypes.c_void_p
    library.kws_frontend_many.argtypes = [pointer, size, size, size, pointer]
    library.kws_frontend_many.restype = None
    return library
