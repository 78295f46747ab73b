"""The host build: batches, streams, threads, bad input."""

import ctypes
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from frontend_signals import SPECS, signals
from numpy.typing import NDArray

from firmware_tools.errors import FrontendError
from firmware_tools.firmware import FRONTEND_SOURCES
from firmware_tools.frontend.emit import frontend_c_header, frontend_c_source
from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.scaling import dequantise, quantise
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.toolchain.compile import compile_host

# A stream pushed in chunks of varying size; returns the number of frames, or a negative error.
STREAM_C = """
#include "kws_frontend_tables.h"
int stream(const int16_t *samples, size_t count, size_t chunk, int8_t *frames);
int start(size_t work_words, size_t history_samples);
static int32_t work[KWS_FRONTEND_WORK_WORDS];
static int16_t history[KWS_FRONTEND_HISTORY_SAMPLES];
static kws_frontend f;
int start(size_t work_words, size_t history_samples) {
    return kws_frontend_init(&f, &kws_frontend_tables_generated, work, work_words, history, history_samples);
}
int stream(const int16_t *samples, size_t count, size_t chunk, int8_t *frames) {
    int made = 0;
    for (size_t at = 0; at < count;) {
        size_t used, give = count - at < chunk ? count - at : chunk;
        int result = kws_frontend_push(&f, samples + at, give, &used, frames);
        if (result < 0) {
            return result;
        }
        at += used;
        made += result;
        frames += result * KWS_FRONTEND_FEATURES;
    }
    return made;
}
"""


def stream_library(spec: FrontendSpec) -> ctypes.CDLL:
    headers = {"kws_frontend_tables.h": frontend_c_header(spec)}
    sources: list[Path | str] = [*FRONTEND_SOURCES, frontend_c_source(spec), STREAM_C]
    library = ctypes.CDLL(str(compile_host(sources, headers=headers, name="test_stream")))
    size, pointer = ctypes.c_size_t, ctypes.c_void_p
    library.start.argtypes = [size, size]
    library.stream.argtypes = [pointer, size, size, pointer]
    return library


@pytest.fixture
def clips() -> NDArray[np.int16]:
    return np.stack(list(signals(4_000).values()))


def test_batch_equals_one_by_one(clips: NDArray[np.int16]) -> None:
    front_end = HostFrontend(FrontendSpec())
    batch = front_end(clips)
    assert batch.shape == (len(clips), 11, 40)
    assert all(np.array_equal(front_end.one(clip), features) for clip, features in zip(clips, batch, strict=True))


def test_strided_clips_are_read_in_order(clips: NDArray[np.int16]) -> None:
    front_end = HostFrontend(FrontendSpec())
    assert np.array_equal(front_end(clips[::2, ::-1]), front_end(np.ascontiguousarray(clips[::2, ::-1])))


def test_threads_do_not_disturb_each_other(clips: NDArray[np.int16]) -> None:
    front_end = HostFrontend(FrontendSpec())
    expected = front_end(clips)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(front_end, [clips] * 40))
    assert all(np.array_equal(result, expected) for result in results)


@pytest.mark.parametrize("name", ["default", "window480", "window640", "smallest", "odd"])
@pytest.mark.parametrize("chunk", [1, 7, 64, 333, 4_000])
def test_stream_gives_the_windowed_frames(name: str, chunk: int) -> None:
    spec = SPECS[name]
    samples = signals(4_000)["speech"] + signals(4_000)["quiet_noise"]
    library = stream_library(spec)
    expected = HostFrontend(spec).one(samples)
    frames = np.zeros_like(expected)
    for _ in range(2):  # a second start forgets the first stream
        assert library.start(spec.fft_size, max(spec.window_samples - spec.hop_samples, 1)) == 0
        assert library.stream(samples.ctypes.data, len(samples), chunk, frames.ctypes.data) == len(expected)
        assert np.array_equal(frames, expected)


def test_buffers_that_are_too_small_are_refused() -> None:
    spec = FrontendSpec()
    library = stream_library(spec)
    again = spec.window_samples - spec.hop_samples
    assert library.start(spec.fft_size - 1, again) == -2
    assert library.start(spec.fft_size, again - 1) == -2
    assert library.start(spec.fft_size, again) == 0


@pytest.mark.parametrize(
    ("clips", "words"),
    [
        (np.zeros((1, 16_000), dtype=np.float32), "int16"),
        (np.zeros(16_000, dtype=np.int16), "two axes"),
        (np.zeros((1, 511), dtype=np.int16), "shorter than a window"),
    ],
)
def test_wrong_samples_are_named(clips: NDArray[np.int16], words: str) -> None:
    with pytest.raises(FrontendError, match=words):
        HostFrontend(FrontendSpec())(clips)


def test_no_clips_give_no_features() -> None:
    assert HostFrontend(FrontendSpec())(np.zeros((0, 16_000), dtype=np.int16)).shape == (0, 49, 40)


def test_mel_filter_without_a_bin_is_refused() -> None:
    with pytest.raises(FrontendError, match="narrower than one bin"):
        HostFrontend(FrontendSpec(window_samples=64, hop_samples=64))


def test_more_mel_bands_than_bins_are_refused() -> None:
    spec = FrontendSpec(sample_rate_hz=8_000, window_samples=64, hop_samples=64, mel_bands=32, low_hz=0, high_hz=4_000,
                        coefficients=32)  # fmt: skip
    with pytest.raises(FrontendError, match="more mel bands than bins"):
        HostFrontend(spec)


def test_tables_are_headed_with_the_front_ends_hash() -> None:
    spec = FrontendSpec(coefficients=10)
    assert spec.sha256() in frontend_c_source(spec) and spec.sha256() in frontend_c_header(spec)
    assert "#define KWS_FRONTEND_FEATURES 10\n" in frontend_c_header(spec)
    assert frontend_c_source(spec) == frontend_c_source(FrontendSpec.from_dict(spec.to_dict()))


@pytest.mark.parametrize("name", SPECS)
def test_quantisation_inverts_and_saturates(name: str) -> None:
    spec = SPECS[name]
    steps = np.broadcast_to(np.arange(-128, 128, dtype=np.int8)[:, None], (256, spec.features))
    assert np.array_equal(quantise(spec, dequantise(spec, steps)), steps)
    assert (quantise(spec, np.full((1, spec.features), 1e6)) == 127).all()
    assert (quantise(spec, np.full((1, spec.features), -1e6)) == -128).all()


def test_speed_leaves_room_for_a_data_set() -> None:
    """Several thousand one-second clips a second on a free core; a tenth of that even on a busy one."""
    import time

    clips = np.random.default_rng(0).integers(-3000, 3000, (300, 16_000)).astype(np.int16)
    front_end = HostFrontend(FrontendSpec())
    start = time.process_time()
    front_end(clips)
    assert 300 / (time.process_time() - start) > 1_000
