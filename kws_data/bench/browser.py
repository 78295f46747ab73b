"""``kws try`` measured: the same bytes as every other engine, how fast in a browser, how large the page.

Five ways to one clip's scores are compared: TensorFlow Lite Micro on this machine, the generated C on this machine, the
WebAssembly in a browser, the image on the emulated board; and of a stream every decision and every detection.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_tools.boards.spec import load_board
from firmware_tools.engine.host import HostEngine
from kws_data.audio import Samples, fit_length, read_audio
from kws_data.bench.figures import Figure
from kws_data.bench.javascript import HeardInBrowser, heard_in_browser
from kws_data.bench.microphone import made_sound
from kws_data.browser.page import try_page
from kws_data.bundle import ModelBundle
from kws_data.deploy.images import spotter_session
from kws_data.errors import AudioError, DataError
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.inference import host_features, stream_scores
from kws_data.evaluation.on_board import BoardDetector
from kws_data.progress import Progress
from kws_data.sources.imports.items import audio_below

PAGE_BYTES = 150_000
TIMES_REAL = 100
ROUNDS = 15
GAP_S = 0.4  # between clips in the stream


@dataclass(frozen=True)
class Material:
    """What is heard.

    Attributes:
        clips: int16 ``[clips, samples]``.
        stream: int16.
    """

    clips: NDArray[np.int16]
    stream: Samples


def material_of(bundle: ModelBundle, data: Path | None, clips: int, minutes: float, seed: int) -> Material:
    """Clips and a stream: recordings of a folder, drawn by seed, where there is one; noise, chirps, squares, silence.

    Raises:
        DataError: no recording can be read in the folder.
    """
    rate_hz, length = bundle.frontend.sample_rate_hz, bundle.clip_samples
    sound = made_sound(max(60 * minutes, clips * length / rate_hz), rate_hz, seed)
    if data is None:
        return Material(sound[: clips * length].reshape(clips, length), sound[: int(60 * minutes * rate_hz)])
    said = _recordings(data, clips, rate_hz, length, seed)
    gap = np.zeros(int(GAP_S * rate_hz), np.int16)
    row = np.concatenate([part for clip in said for part in (clip, gap)])
    half = int(30 * minutes * rate_hz)
    stream = np.concatenate([np.resize(row, half), sound[:half]])
    return Material(said, stream)


def _recordings(folder: Path, most: int, rate_hz: int, length: int, seed: int) -> NDArray[np.int16]:
    paths = list(audio_below(folder))
    found: list[Samples] = []
    for place in np.random.default_rng(seed).permutation(len(paths)):
        try:
            found.append(fit_length(read_audio(paths[place], rate_hz), length))
        except AudioError:
            continue  # kws import tells of those
        if len(found) == most:
            break
    if not found:
        raise DataError("no recording can be read in this folder", str(folder), "name one with WAV or FLAC files")
    return np.stack(found)


def bench_browser(
    bundle: ModelBundle, material: Material, board_clips: int, runs: tuple[str, str] | None, progress: Progress
) -> Iterator[Figure]:
    """The figures, one after the other.

    Args:
        bundle: what listens.
        material: what is heard.
        board_clips: clips that the emulated board scores too.
        runs: name and path of the browser, as :func:`kws_data.bench.javascript.heard_in_browser`.
        progress: told of the board's clips.

    Raises:
        DataError: no browser.
        KwsError: the bundle cannot run somewhere.
    """
    began = time.perf_counter()
    heard = heard_in_browser(bundle, material.clips, material.stream, rounds=ROUNDS, runs=runs)
    features = host_features(bundle, material.clips)
    host = HostDetector(bundle).scores(material.clips)
    engine = HostEngine(bundle.tflite)(np.ascontiguousarray(features)[:, :, np.newaxis, :])
    yield _same(f"clips, WebAssembly in {heard.where} and {host.runtime}", heard.clips, host.values, began)
    yield _same(f"clips, WebAssembly in {heard.where} and the C engine", heard.clips, engine, began)
    if board_clips:
        began = time.perf_counter()
        board = _on_board(bundle, material.clips[:board_clips], progress)
        yield _same("clips, WebAssembly and the emulated board", heard.clips[:board_clips], board, began)
    yield from _stream(bundle, material.stream, heard)
    yield _speed(heard)
    size = len(try_page(bundle).encode())
    yield Figure("bytes of the page", f"at most {PAGE_BYTES:,}", f"{size:,}", size <= PAGE_BYTES)


def _on_board(bundle: ModelBundle, clips: NDArray[np.int16], progress: Progress) -> NDArray[np.int8]:
    with (
        tempfile.TemporaryDirectory(prefix="kws-bench-") as folder,
        spotter_session(load_board("emulated"), bundle, Path(folder)) as session,
    ):
        return BoardDetector(session, bundle).scores(clips, progress).values


def _same(what: str, one: NDArray[np.int8], other: NDArray[np.int8], began: float) -> Figure:
    differ = int((one != other).any(axis=1).sum())
    largest = int(np.abs(one.astype(int) - other).max())
    measured = f"{differ} of {len(one):,} differ" + (f", by up to {largest}" if differ else "")
    details = {"clips": len(one), "differ": differ, "largest_difference": largest}
    return Figure(what, "0 differ", measured, not differ, time.perf_counter() - began, details)


def _stream(bundle: ModelBundle, stream: Samples, heard: HeardInBrowser) -> Iterator[Figure]:
    began = time.perf_counter()
    scores, ends = stream_scores(bundle, stream, bundle.stream.stride_frames)
    found = HostDetector(bundle).decided(scores, ends)
    minutes = len(stream) / bundle.frontend.sample_rate_hz / 60
    same = np.array_equal(heard.scores, scores) and np.array_equal(heard.ends, ends)
    yield Figure(
        f"decisions in a stream of {minutes:.3g} min, and the host's",
        "all equal",
        f"{len(scores):,} {'equal' if same else 'that are not all equal'}",
        same,
        time.perf_counter() - began,
        {"minutes": minutes, "decisions": len(scores)},
    )
    same = _as_tuples(heard.detections) == _as_tuples(found) == _as_tuples(heard.again)
    yield Figure(
        "detections in it (label, int8 score, sample), and the host's",
        "all equal",
        f"{len(found):,} {'equal' if same else f'on the host, {len(heard.detections):,} in the browser'}",
        same,
        0.0,
        {"detections": len(found)},
    )


def _as_tuples(found: Sequence[object]) -> list[tuple[object, ...]]:
    return [tuple(vars(one).values()) for one in found]


def _speed(heard: HeardInBrowser) -> Figure:
    """By the fastest of short rounds: what else the machine does makes others slower, and nothing makes one faster."""
    times = sorted(1 / one for one in heard.times)
    return Figure(
        f"times real time in {heard.where}, the fastest of {len(times)} rounds",
        f"at least {TIMES_REAL}",
        f"{times[-1]:.0f}",
        times[-1] >= TIMES_REAL,
        details={"rounds": [round(one, 1) for one in times]},
        kindest=f"{times[-1]:.0f}",
        harshest=f"{times[0]:.0f}",
    )
