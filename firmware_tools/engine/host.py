"""The generated C of a model, compiled for this machine: equal bit for bit to TFLM, and it runs anywhere."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.emit import emit_c
from firmware_tools.engine.plan import MemoryPlan, plan_memory
from firmware_tools.errors import ModelError
from firmware_tools.firmware import SOURCE_DIR
from firmware_tools.tflite.graph import Graph, read_tflite
from firmware_tools.toolchain.compile import compile_host

_HEADER = "Generated for the host; do not edit."


def kernel_sources() -> list[Path]:
    """The C files of the kernels."""
    return sorted(SOURCE_DIR.glob("kws_kernels*.c"))


class HostEngine:
    """Runs a model through the engine's own C kernels.

    Safe to call from several threads: each call brings its own arena, and the interpreter lock is released.

    Args:
        model: a graph, or a .tflite as bytes or path.
        flags: further compiler flags; ``-DKWS_DSP=1`` runs the algorithms of boards with the DSP extension.

    Raises:
        ModelError: the model cannot be read or lowered.
        FirmwareError: the compiler refused.
    """

    def __init__(self, model: Graph | bytes | Path, *, flags: Sequence[str] = ()) -> None:
        self.graph = model if isinstance(model, Graph) else read_tflite(model)
        self.plan: MemoryPlan = plan_memory(self.graph)
        self._batch = load_batches([self.graph], flags=flags)[0]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one batch of one input."""
        return self.graph.input.shape

    def __call__(self, inputs: NDArray[np.int8]) -> NDArray[np.int8]:
        """Outputs int8 ``[n, outputs]`` for inputs int8 ``[n, *input_shape[1:]]``.

        Raises:
            ModelError: inputs of another shape or type.
        """
        if inputs.dtype != np.int8 or inputs.shape[1:] != self.input_shape[1:]:
            shown = f"{inputs.dtype}{list(inputs.shape)}"
            raise ModelError("the model takes other inputs", shown, f"give int8 [n, {self.input_shape[1:]}]")
        return self._batch(inputs)

    def windows(self, rows: NDArray[np.int8], stride: int) -> NDArray[np.int8]:
        """Outputs int8 ``[windows, outputs]`` of a window that slides over rows int8 ``[n, values]``.

        A window is as many rows as the model's input holds; the first begins with row 0, each next one ``stride`` rows
        later. One call of C, in which no window is copied.

        Raises:
            ModelError: rows of another type or length, or a stride below 1.
        """
        values = self.plan.input_bytes
        if rows.dtype != np.int8 or rows.ndim != 2 or not rows.shape[1] or values % rows.shape[1] or stride < 1:
            shown = f"{rows.dtype}{list(rows.shape)}, stride {stride}"
            raise ModelError("the model cannot slide over these rows", shown, f"its input holds {values} values")
        count = max(0, (len(rows) - values // rows.shape[1]) // stride + 1)
        return self._batch.slide(rows, stride * rows.shape[1], count)


class Batch:
    """One compiled model of a library."""

    def __init__(self, library: ctypes.CDLL, number: int, plan: MemoryPlan) -> None:
        self._plan = plan
        self._function = getattr(library, f"kws_batch_{number}")
        pointer, size = ctypes.c_void_p, ctypes.c_size_t
        self._function.argtypes = [pointer, size, pointer, pointer, size]
        self._function.restype = None

    def __call__(self, inputs: NDArray[np.int8]) -> NDArray[np.int8]:
        """Outputs int8 ``[n, outputs]``; shapes are the caller's business."""
        return self.slide(inputs, self._plan.input_bytes, len(inputs))

    def slide(self, values: NDArray[np.int8], step: int, count: int) -> NDArray[np.int8]:
        """Outputs int8 ``[count, outputs]`` for the input at the start of ``values`` and those each ``step`` bytes
        further."""
        ready = np.ascontiguousarray(values)
        outputs = np.empty((count, self._plan.output_bytes), np.int8)
        arena = np.empty(self._plan.arena_bytes // 4 + 1, np.int32)
        self._function(ready.ctypes.data, step, outputs.ctypes.data, arena.ctypes.data, count)
        return outputs


def load_batches(graphs: Sequence[Graph], *, flags: Sequence[str] = (), optimise: str = "-O3") -> list[Batch]:
    """Several models compiled into one library, in order (one run of the compiler)."""
    sources: list[Path | str] = [*kernel_sources()]
    headers: dict[str, str] = {}
    plans = [plan_memory(graph) for graph in graphs]
    for number, (graph, plan) in enumerate(zip(graphs, plans, strict=True)):
        name = f"kws_model_{number}"
        files = emit_c(graph, plan, header=_HEADER, name=name)
        headers[f"{name}.h"] = files[f"{name}.h"]
        sources.append(files[f"{name}.c"] + _batch_text(name, number))
    library = ctypes.CDLL(str(compile_host(sources, headers=headers, name="engine", flags=flags, optimise=optimise)))
    return [Batch(library, number, plan) for number, plan in enumerate(plans)]


def _batch_text(name: str, number: int) -> str:
    """C that runs a model over many inputs, ``step`` bytes from one to the next, with one arena."""
    upper = name.upper()
    arguments = "const int8_t *inputs, size_t step, int8_t *outputs, int8_t *arena, size_t count"
    return f"""
#include <stddef.h>
void kws_batch_{number}({arguments});
void kws_batch_{number}({arguments}) {{
    for (size_t i = 0; i < count; i++) {{
        {name}_run(inputs + i * step, outputs + i * {upper}_OUTPUT_BYTES, arena);
    }}
}}
"""
