"""One network in the C engine, with each build of its kernels, against TFLM: windows, and streams at every hop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.tflite.graph import Graph
from firmware_tools.tflite.tflm import TflmInterpreter
from kws_data.bench.graphs.draw import Drawn
from kws_data.bench.graphs.library import Kernels, Networks

RANDOM_INPUTS = 3
FRAMES_BEYOND = 24  # of a stream, after its first window


@dataclass(frozen=True)
class Compared:
    """Whether all was equal: ``difference`` is empty then.

    Attributes:
        windows: outputs of TFLM that each build of the kernels gave too.
        hops: those of them that the streaming form gave as well.
    """

    difference: str
    windows: int
    hops: int = 0


def compare(
    networks: Networks, number: int, graph: Graph, drawn: Drawn, kernels: Sequence[Kernels], rng: np.random.Generator
) -> Compared:
    """Run network ``number`` of a library in every way.

    Raises:
        ModelError: TFLM does not take the network.
    """
    tflm = TflmInterpreter(drawn.twin if _has_dense_of_4_bits(graph) else drawn.tflite)
    inputs = _inputs(graph, rng)
    expected = tflm(inputs)
    for build in kernels:
        networks.use(build)
        said = _said(networks.windows(number, inputs), expected)
        if said:
            return Compared(f"windowed, {build.name}: {said}", 0)
    if not networks.streams(number):
        return Compared("", len(inputs))
    return _compare_stream(networks, number, graph, tflm, kernels, rng, len(inputs))


def _compare_stream(
    networks: Networks,
    number: int,
    graph: Graph,
    tflm: TflmInterpreter,
    kernels: Sequence[Kernels],
    rng: np.random.Generator,
    windows: int,
) -> Compared:
    """Every hop of a stream against TFLM's output for the window, after a reset in the middle of another."""
    hop, frames = networks.hop_frames(number), graph.input.shape[1]
    rows = _rows(graph, rng)
    starts = range(0, len(rows) - frames + 1, hop)
    expected = tflm(np.stack([rows[start : start + frames].reshape(graph.input.shape[1:]) for start in starts]))
    times = int(rng.integers(2, 5))
    for build in kernels:
        networks.use(build)
        state = networks.new_state(number)
        for reset in range(2):
            said = _said(networks.hear(number, state, rows)[::hop], expected)
            said = said or _said(networks.hear(number, state, rows, every=times * hop), expected[::times])
            if said:
                return Compared(f"streaming, {build.name}{', after a reset' if reset else ''}: {said}", windows)
            cut = int(rng.integers(1, len(rows)))  # the stream ends anywhere, amid a stride of its layers too
            networks.hear(number, state, rows[:cut])
            networks.hear(number, state, rows[cut:][::-1], reset=False)
    return Compared("", windows + len(expected), len(expected))


def _has_dense_of_4_bits(graph: Graph) -> bool:
    """What TFLM lacks: the same weights with 8 bits stand in."""
    dense = [operator for operator in graph.operators if operator.kind == "FULLY_CONNECTED"]
    return any(graph.tensors[operator.inputs[1]].dtype == "INT4" for operator in dense)


def _said(got: NDArray[np.int8], expected: NDArray[np.int8]) -> str:
    """Where two arrays differ first; empty where they do not."""
    if got.shape != expected.shape:
        return f"{list(got.shape)} instead of {list(expected.shape)}"
    wrong = np.argwhere(got != expected)
    if not len(wrong):
        return ""
    at = tuple(int(n) for n in wrong[0])
    return f"{len(wrong)} of {got.size} differ, first {list(at)}: {got[at]} instead of {expected[at]}"


def _inputs(graph: Graph, rng: np.random.Generator) -> NDArray[np.int8]:
    """Windows that are all least, all largest, all zero, nearly so, and random ones."""
    shape, zero = graph.input.shape[1:], graph.input.zero_point
    still = [np.full(shape, value) for value in (-128, 127, zero)]
    quiet = np.clip(zero + rng.integers(-3, 4, shape), -128, 127)
    return np.stack([*still, quiet, *rng.integers(-128, 128, (RANDOM_INPUTS, *shape))]).astype(np.int8)


def _rows(graph: Graph, rng: np.random.Generator) -> NDArray[np.int8]:
    """Random frames, more than a window of them, with some that are all least and all largest."""
    frames = graph.input.shape[1]
    rows = rng.integers(-128, 128, (frames + FRAMES_BEYOND, graph.input.elements // frames))
    rows[frames // 2], rows[frames], rows[frames + 1 : frames + 4] = -128, 127, graph.input.zero_point
    return rows.astype(np.int8)
