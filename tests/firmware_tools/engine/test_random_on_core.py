"""Random networks as Thumb-2 code: kernels with the DSP extension, portable ones, and by GCC, in one image each.

The host's bits are those of TFLM (``tests/kws_data/bench/graphs``). Windows and frames lie at any address.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bare_core import BareCore
from numpy.typing import NDArray

from firmware_tools.engine.emit import emit_c
from firmware_tools.engine.streaming.emit import emit_stream_c
from firmware_tools.engine.streaming.host import stream_sources
from firmware_tools.errors import ModelError
from firmware_tools.tflite.graph import read_tflite
from kws_data.bench.graphs.draw import draw_graph
from kws_data.bench.graphs.library import Network, Networks, load_kernels, plan_network

COUNT, SEED = 70, 4
MOST_INPUT, MOST_MEMORY, MOST_MACS, MOST_FILE = 12_000, 24_000, 400_000, 30_000
HEAD, BEYOND = 16, 8  # bytes before the input; frames after the first window
GCC = "arm-none-eabi-gcc"

MAIN_C = """
void Reset(void);
typedef struct {
    void (*run)(const int8_t *, int8_t *, int8_t *);
    void (*reset)(void *);
    void (*push)(void *, const int8_t *);
    void (*scores)(void *, int8_t *);
    uint16_t frame, frames, hop, out;
} network;
static const network networks[] = {
%s};
__attribute__((section(".io"))) int8_t io[%d];
int8_t memory[%d] __attribute__((aligned(4)));
void Reset(void) {
    /* number, whether as a stream, frames, bytes from the head to the input */
    const uint8_t *const head = (const uint8_t *)io;
    const network *const n = &networks[head[0]];
    const int8_t *at = io + %d + head[3];
    int8_t *out = io + %d;
    if (head[1] == 0) {
        n->run(at, out, memory);
    } else {
        n->reset(memory);
        for (uint32_t heard = 1; heard <= head[2]; heard++, at += n->frame) {
            n->push(memory, at);
            if (heard >= n->frames && (heard - n->frames) %% n->hop == 0) {
                n->scores(memory, out);
                out += n->out;
            }
        }
    }
    __asm volatile("bkpt #0");
    for (;;) {
    }
}
"""


def drawn_networks() -> list[Network]:
    """Small ones, so that they fit into one image."""
    found: list[Network] = []
    number = 0
    while len(found) < COUNT:
        drawn, number = draw_graph(SEED, number), number + 1
        network = _planned(drawn.tflite)
        if network is not None:
            found.append(network)
    return found


def _planned(tflite: bytes) -> Network | None:
    if len(tflite) > MOST_FILE:
        return None
    try:
        network = plan_network(read_tflite(tflite))
    except ModelError:
        return None
    state = network.stream.state_bytes if network.stream else 0
    small = network.plan.input_bytes <= MOST_INPUT and max(network.plan.arena_bytes, state) <= MOST_MEMORY
    return network if small and network.graph.total_macs <= MOST_MACS and rows_of(network) < 256 else None


def rows_of(network: Network) -> int:
    return network.graph.input.shape[1] + BEYOND if len(network.graph.input.shape) > 1 else 1


class RandomImage:
    """One image with all networks, in both forms."""

    def __init__(self, networks: list[Network], folder: Path, **build: Any) -> None:
        folder.mkdir()
        self.networks = networks
        # a stream has more rows than a window; its outputs come once a hop
        self.out_at = HEAD + 4 + -(-max(len(stream_rows(n, 0).reshape(-1)) for n in networks) // 4) * 4
        outputs = max(n.plan.output_bytes * (BEYOND + 1) for n in networks)
        files: dict[str, str] = {}
        for number, network in enumerate(networks):
            files |= emit_c(network.graph, network.plan, header="test", name=f"m{number}")
            if network.stream is not None:
                files |= emit_stream_c(network.graph, header="test", name=f"s{number}")
        headers = {name: text for name, text in files.items() if name.endswith(".h")}
        memory = max(max(n.plan.arena_bytes, n.stream.state_bytes if n.stream else 0) for n in networks)
        main = "".join(f'#include "{name}"\n' for name in headers)
        table = "".join(_row(number, network) for number, network in enumerate(networks))
        main += MAIN_C % (table, self.out_at + outputs, memory, HEAD, self.out_at)
        sources = [*stream_sources(), *(text for name, text in files.items() if name.endswith(".c")), main]
        self.core = BareCore(sources, headers, folder, counting=False, **build)

    def window(self, number: int, one: NDArray[np.int8], offset: int) -> NDArray[np.int8]:
        return self._run([number, 0, 0, offset], one, offset, self.networks[number].plan.output_bytes)

    def stream(self, number: int, rows: NDArray[np.int8], offset: int, outputs: int) -> NDArray[np.int8]:
        size = outputs * self.networks[number].plan.output_bytes
        return self._run([number, 1, len(rows), offset], rows, offset, size).reshape(outputs, -1)

    def _run(self, head: list[int], values: NDArray[np.int8], offset: int, size: int) -> NDArray[np.int8]:
        data = np.zeros(HEAD + offset + values.size, np.int8)
        data[:4] = np.asarray(head, np.uint8).view(np.int8)
        data[HEAD + offset :] = values.reshape(-1)
        return np.frombuffer(self.core.run(data, self.out_at, size), np.int8)


def _row(number: int, network: Network) -> str:
    if network.stream is None:
        return f"    {{m{number}_run, 0, 0, 0, 0, 0, 0, 0}},\n"
    sizes = ", ".join(f"S{number}_{what}" for what in ("FRAME_BYTES", "FRAMES", "HOP_FRAMES", "OUTPUT_BYTES"))
    return f"    {{m{number}_run, s{number}_stream_reset, s{number}_push, s{number}_scores, {sizes}}},\n"


def stream_rows(network: Network, seed: int) -> NDArray[np.int8]:
    frames = network.graph.input.shape[1] if len(network.graph.input.shape) > 1 else 1
    drawn = np.random.default_rng(seed).integers(-128, 128, (frames + BEYOND, network.graph.input.elements // frames))
    drawn[0], drawn[frames // 2] = 127, -128
    return drawn.astype(np.int8)


@pytest.fixture(scope="module")
def networks() -> list[Network]:
    return drawn_networks()


@pytest.fixture(scope="module")
def host(networks: list[Network]) -> Networks:
    library = Networks(networks)
    library.use(load_kernels())
    return library


def check(image: RandomImage, host: Networks) -> None:
    """Every network: windows that are all least, all largest and random, then a stream."""
    streams = 0
    for number, network in enumerate(image.networks):
        shape = network.graph.input.shape[1:]
        rng = np.random.default_rng(number)
        inputs = np.stack([np.full(shape, -128), np.full(shape, 127), rng.integers(-128, 128, shape)]).astype(np.int8)
        expected = host.windows(number, inputs)
        got = [image.window(number, one, offset) for offset, one in enumerate(inputs)]
        kinds = [operator.kind for operator in network.graph.operators]
        np.testing.assert_array_equal(np.stack(got), expected, err_msg=f"network {number}: {kinds}")
        if network.stream is not None:
            rows, hop = stream_rows(network, number), network.stream.hop_frames
            heard = host.hear(number, host.new_state(number), rows, every=hop)
            there = image.stream(number, rows, number % 4, len(heard))
            np.testing.assert_array_equal(there, heard, err_msg=f"stream {number}: {kinds}")
            streams += 1
    assert streams > COUNT // 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("core", "defines"),
    [("cortex-m4f", ()), ("cortex-m4f", ("KWS_DSP=0",)), ("cortex-m0+", ())],
    ids=["dsp", "portable", "m0+"],
)
def test_random_networks(
    core: str, defines: tuple[str, ...], networks: list[Network], host: Networks, tmp_path: Path
) -> None:
    check(RandomImage(networks, tmp_path / "image", core=core, defines=defines), host)


@pytest.mark.slow
def test_random_networks_by_gcc(networks: list[Network], host: Networks, tmp_path: Path) -> None:
    """The assembly's constraints, as another compiler takes them."""
    gcc = shutil.which(GCC)
    if gcc is None:
        pytest.skip(f"{GCC} is not installed")
    check(RandomImage(networks, tmp_path / "image", gcc=gcc), host)
