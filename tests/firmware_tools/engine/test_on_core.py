"""The generated C as Thumb-2 code on a Cortex-M4: the host's bits, within a budget of cycles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bare_core import BareCore
from coarse_models import coarse, model_of_every_weighted_kind
from convolution_models import deep_layers, shapes_of_convolutions
from depthwise_models import depthwise_layers, extreme_depthwise_layers, several_filters_a_channel
from random_models import random_model
from synthetic_models import keyword_model

from firmware_tools.engine.emit import emit_c
from firmware_tools.engine.host import HostEngine, kernel_sources, load_batches
from firmware_tools.tflite.graph import Graph, read_tflite

CYCLES_PER_MAC = 4.0  # 28 channels, 5 residual blocks: additions, requantisation and softmax included

MAIN_C = """
#include "kws_model.h"
void Reset(void);
__attribute__((section(".io"))) int8_t io[%d];
void Reset(void) {
    kws_model_invoke(io, io + %d);
    __asm volatile("bkpt #0");
    for (;;) {
    }
}
"""


def run_on_core(graph: Graph, inputs: np.ndarray, folder: Path) -> tuple[np.ndarray, BareCore]:
    out_at = -(-graph.input.elements // 4) * 4
    main = MAIN_C % (out_at + graph.output.elements, out_at)
    files = emit_c(graph, header="test")
    core = BareCore([*kernel_sources(), files["kws_model.c"], main], {"kws_model.h": files["kws_model.h"]}, folder)
    rows = [core.run(one, out_at, graph.output.elements) for one in inputs]
    return np.stack([np.frombuffer(row, np.int8) for row in rows]), core


def test_keyword_model_runs_fast_and_equal(tmp_path: Path) -> None:
    engine = HostEngine(keyword_model())
    inputs = np.random.default_rng(1).integers(-128, 128, (3, 49, 1, 40)).astype(np.int8)
    outputs, core = run_on_core(engine.graph, inputs, tmp_path)
    np.testing.assert_array_equal(outputs, engine(inputs))
    assert core.total_cycles / engine.graph.total_macs < CYCLES_PER_MAC, core.by_function()


@pytest.mark.parametrize("seed", [5, 15, 35])
def test_random_networks_on_core(seed: int, tmp_path: Path) -> None:
    graph = read_tflite(random_model(seed))
    inputs = np.random.default_rng(seed).integers(-128, 128, (2, *graph.input.shape[1:])).astype(np.int8)
    outputs, _ = run_on_core(graph, inputs, tmp_path)
    np.testing.assert_array_equal(outputs, load_batches([graph], optimise="-O1")[0](inputs))


@pytest.mark.parametrize("channels", [3, 27, 32])
def test_weights_of_4_bits_on_core(channels: int, tmp_path: Path) -> None:
    """Depths with and without four weights left over from groups of eight; an odd number of filters and of pixels."""
    graph = read_tflite(coarse(model_of_every_weighted_kind(channels), four_bits=True))
    inputs = np.random.default_rng(2).integers(-128, 128, (2, *graph.input.shape[1:])).astype(np.int8)
    outputs, _ = run_on_core(graph, inputs, tmp_path)
    np.testing.assert_array_equal(outputs, load_batches([graph], optimise="-O1")[0](inputs))


MANY_C = """
void Reset(void);
__attribute__((section(".io"))) int8_t io[%d];
void Reset(void) {
    static void (*const invoke[])(const int8_t *, int8_t *) = {%s};
    invoke[(uint8_t)io[0]](io + 4, io + %d);
    __asm volatile("bkpt #0");
    for (;;) {
    }
}
"""


class ManyOnCore:
    """One image with several models."""

    def __init__(self, graphs: list[Graph], folder: Path, *defines: str, core: str = "cortex-m4f") -> None:
        folder.mkdir()
        self.graphs = graphs
        self.out_at = 4 + max(-(-graph.input.elements // 4) * 4 for graph in graphs)
        files: dict[str, str] = {}
        for number, graph in enumerate(graphs):
            files |= emit_c(graph, header="test", name=f"m{number}")
        size = self.out_at + max(graph.output.elements for graph in graphs)
        names = [f"m{number}" for number in range(len(graphs))]
        main = "".join(f'#include "{name}.h"\n' for name in names)
        main += MANY_C % (size, ", ".join(f"{name}_invoke" for name in names), self.out_at)
        sources = [*kernel_sources(), *(files[f"{name}.c"] for name in names), main]
        headers = {name: text for name, text in files.items() if name.endswith(".h")}
        self.core = BareCore(sources, headers, folder, core=core, defines=defines)

    def __call__(self, inputs: list[np.ndarray]) -> list[bytes]:
        """One output a model."""
        placed = [np.r_[np.asarray([n, 0, 0, 0], np.int8), one.reshape(-1)] for n, one in enumerate(inputs)]
        sizes = [graph.output.elements for graph in self.graphs]
        return [self.core.run(one, self.out_at, size) for one, size in zip(placed, sizes, strict=True)]


@pytest.mark.parametrize(("core", "plain"), [("cortex-m4f", "KWS_DSP=0"), ("cortex-m0+", "KWS_SHORT_MULTIPLY=0")])
def test_assembly_equals_the_portable_c(core: str, plain: str, tmp_path: Path) -> None:
    """The same inputs through the kernels as the core gets them and through plain C."""
    graphs = [read_tflite(model) for make in (shapes_of_convolutions, deep_layers) for model in make()]
    four_bits = [read_tflite(coarse(model, four_bits=True)) for model in shapes_of_convolutions()]
    fast = ManyOnCore([*graphs, *four_bits], tmp_path / "fast", core=core)
    portable = ManyOnCore(fast.graphs, tmp_path / "portable", plain, core=core)
    assert_agree(fast, portable)


def test_depthwise_kernels_of_the_core_equal_the_portable_ones(tmp_path: Path) -> None:
    models = (depthwise_layers, several_filters_a_channel, extreme_depthwise_layers)
    graphs = [read_tflite(model) for make in models for model in make()]
    fast = ManyOnCore(graphs, tmp_path / "fast")
    assert_agree(fast, ManyOnCore(graphs, tmp_path / "portable", "KWS_DSP=0"))


def assert_agree(fast: ManyOnCore, portable: ManyOnCore) -> None:
    """Random inputs, and those that are largest and least throughout."""
    rng = np.random.default_rng(3)
    for _ in range(3):
        inputs = [rng.integers(-128, 128, graph.input.shape).astype(np.int8) for graph in fast.graphs]
        assert fast(inputs) == portable(inputs)
    for value in (127, -128):
        inputs = [np.full(graph.input.shape, value, np.int8) for graph in fast.graphs]
        assert fast(inputs) == portable(inputs)
