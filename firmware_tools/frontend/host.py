"""The C front end on this machine, over whole batches: what training features are made with."""

from __future__ import annotations

import ctypes
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import FrontendError
from firmware_tools.firmware import FRONTEND_SOURCES, INCLUDE_DIR
from firmware_tools.frontend.emit import frontend_c_header, frontend_c_source
from firmware_tools.frontend.micro import clip_features, stream_features
from firmware_tools.frontend.spec import MICRO, FrontendSpec
from firmware_tools.toolchain.compile import compile_host

# Frames of a clip straight from its samples, without the copies that a stream needs.
_BATCH_C = """
#include "kws_frontend_tables.h"

void kws_frontend_batch(const int16_t *clips, size_t count, size_t samples, size_t frames, int8_t *features);

void kws_frontend_batch(const int16_t *clips, size_t count, size_t samples, size_t frames, int8_t *features) {
    int32_t work[KWS_FRONTEND_WORK_WORDS];
    for (size_t clip = 0; clip < count; clip++) {
        for (size_t frame = 0; frame < frames; frame++) {
            kws_frontend_frame(&kws_frontend_tables_generated, work,
                               clips + clip * samples + frame * KWS_FRONTEND_HOP_SAMPLES, features);
            features += KWS_FRONTEND_FEATURES;
        }
    }
}
"""


class HostFrontend:
    """Features of clips, from the same C source and tables as on the board. Safe to call from several threads.

    Building it compiles the tables of ``spec`` (a second or so, once; the library is cached). ``micro_frontend``, which
    is not ours, is computed by the package of :mod:`firmware_tools.frontend.micro`.

    Raises:
        FrontendError: ``spec`` cannot work.
        FirmwareError: the C compiler refused.
    """

    def __init__(self, spec: FrontendSpec) -> None:
        self.spec = spec
        self._features = clip_features if spec.kind == MICRO else partial(_in_c, spec, frontend_library(spec))

    def __call__(self, clips: NDArray[np.int16]) -> NDArray[np.int8]:
        """int8 ``[clips, frames, features]`` of int16 ``[clips, samples]``; the GIL is released meanwhile.

        Raises:
            FrontendError: not int16, not two axes, or shorter than one window.
        """
        if not isinstance(clips, np.ndarray) or clips.dtype != np.int16:
            raise FrontendError("samples are not int16", str(getattr(clips, "dtype", type(clips))), "convert them")
        if clips.ndim != 2:
            raise FrontendError("clips need two axes, clips and samples", clips.shape, "use one() for a single clip")
        samples = clips.shape[1]
        if self.spec.frames(samples) == 0:
            raise FrontendError("clip is shorter than a window", samples, f"give {self.spec.window_samples} samples")
        return self._features(clips)

    def one(self, samples: NDArray[np.int16]) -> NDArray[np.int8]:
        """int8 ``[frames, features]`` of one clip, int16 ``[samples]``. Raises as calling does."""
        features: NDArray[np.int8] = self(np.asarray(samples)[np.newaxis])[0]
        return features

    def stream(self, samples: NDArray[np.int16]) -> NDArray[np.int8]:
        """int8 ``[frames, features]`` of a recording, int16 ``[samples]``, heard from its first sample on; raises as
        calling does."""
        return stream_features(samples) if self.spec.kind == MICRO else self.one(samples)


def _in_c(spec: FrontendSpec, library: ctypes.CDLL, clips: NDArray[np.int16]) -> NDArray[np.int8]:
    clips = np.ascontiguousarray(clips)
    count, samples = clips.shape
    frames = spec.frames(samples)
    features = np.empty((count, frames, spec.features), dtype=np.int8)
    library.kws_frontend_batch(clips.ctypes.data, count, samples, frames, features.ctypes.data)
    return features


@lru_cache(maxsize=32)
def frontend_library(spec: FrontendSpec, flags: tuple[str, ...] = ()) -> ctypes.CDLL:
    """The C front end with the tables of ``spec``, compiled for this machine; ``flags`` go to the compiler."""
    path = compile_host(
        [*FRONTEND_SOURCES, frontend_c_source(spec), _BATCH_C],
        include_dirs=[INCLUDE_DIR],
        headers={"kws_frontend_tables.h": frontend_c_header(spec)},
        name="frontend",
        flags=flags,
    )
    library = ctypes.CDLL(str(path))
    size, pointer = ctypes.c_size_t, ctypes.c_void_p
    library.kws_frontend_batch.argtypes = [pointer, size, size, size, pointer]
    library.kws_frontend_batch.restype = None
    return library
