"""The generated C of a model in its streaming form, compiled for this machine."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.host import kernel_sources
from firmware_tools.engine.streaming.emit import emit_stream_c
from firmware_tools.engine.streaming.plan import StreamPlan, plan_stream
from firmware_tools.engine.streaming.steps import stream_program
from firmware_tools.errors import ModelError
from firmware_tools.firmware import SOURCE_DIR
from firmware_tools.tflite.graph import Graph, read_tflite
from firmware_tools.toolchain.compile import compile_host

_HEADER = "Generated for the host; do not edit."


def stream_sources() -> list[Path]:
    """The C files that a streaming model needs."""
    return [*kernel_sources(), SOURCE_DIR / "kws_stream.c"]


class HostStream:
    """A model that hears frame by frame, through the engine's own C.

    Args:
        model: a graph, or a .tflite as bytes or path.
        flags: further compiler flags; ``-DKWS_DSP=1`` runs the algorithms of boards with the DSP extension.

    Raises:
        StreamingError: the model does not stream.
        ModelError: it cannot be read or lowered.
        FirmwareError: the compiler refused.
    """

    def __init__(self, model: Graph | bytes | Path, *, flags: Sequence[str] = ()) -> None:
        self.graph = model if isinstance(model, Graph) else read_tflite(model)
        self._stream = load_streams([self.graph], flags=flags)[0]
        self.plan = self._stream.plan

    def windows(self, rows: NDArray[np.int8], stride: int) -> NDArray[np.int8]:
        """Outputs int8 ``[windows, outputs]`` of a window that slides over rows int8 ``[n, values]``.

        As :meth:`~firmware_tools.engine.host.HostEngine.windows`, with the same bits, but each row is heard once.

        Raises:
            ModelError: rows of another type or length, or a stride that is no multiple of the model's hop.
        """
        hop, values = self.plan.hop_frames, self.plan.frame_bytes
        if rows.dtype != np.int8 or rows.ndim != 2 or rows.shape[1] != values:
            shown = f"{rows.dtype}{list(rows.shape)}"
            raise ModelError("the model cannot slide over these rows", shown, f"a frame holds {values} values")
        if stride < 1 or stride % hop:
            raise ModelError("the streaming model cannot step by so many frames", stride, f"use multiples of {hop}")
        return self._stream(rows, stride)


class Stream:
    """One compiled streaming model of a library."""

    def __init__(self, library: ctypes.CDLL, number: int, graph: Graph, plan: StreamPlan) -> None:
        self.plan = plan
        self._frames = graph.input.shape[1]
        self._function = getattr(library, f"kws_stream_{number}")
        pointer, size = ctypes.c_void_p, ctypes.c_size_t
        self._function.argtypes = [pointer, pointer, size, size, pointer]
        self._function.restype = None

    def new_state(self) -> NDArray[np.int32]:
        """Memory for one stream, as it may be found on a board before the reset."""
        return np.full(self.plan.state_bytes // 4, -1, np.int32)

    def __call__(self, rows: NDArray[np.int8], stride: int, state: NDArray[np.int32] | None = None) -> NDArray[np.int8]:
        """Outputs int8 ``[windows, outputs]`` after a reset of ``state``; the stride is the caller's business."""
        ready = np.ascontiguousarray(rows)
        count = max(0, (len(rows) - self._frames) // stride + 1)
        outputs = np.empty((count, self.plan.output_bytes), np.int8)
        state = self.new_state() if state is None else state
        self._function(state.ctypes.data, ready.ctypes.data, stride, count, outputs.ctypes.data)
        return outputs


def load_streams(graphs: Sequence[Graph], *, flags: Sequence[str] = (), optimise: str = "-O3") -> list[Stream]:
    """Several models compiled into one library, in order (one run of the compiler)."""
    sources: list[Path | str] = [*stream_sources()]
    headers: dict[str, str] = {}
    plans = []
    for number, graph in enumerate(graphs):
        name = f"kws_model_{number}"
        program = stream_program(graph)
        plans.append(plan_stream(graph, program))
        files = emit_stream_c(graph, program, header=_HEADER, name=name)
        headers[f"{name}.h"] = files[f"{name}.h"]
        sources.append(files[f"{name}.c"] + _runner_text(name, number))
    library = ctypes.CDLL(str(compile_host(sources, headers=headers, name="streams", flags=flags, optimise=optimise)))
    return [Stream(library, i, graph, plan) for i, (graph, plan) in enumerate(zip(graphs, plans, strict=True))]


def _runner_text(name: str, number: int) -> str:
    """C that gives the scores of ``count`` windows, each ``stride`` frames after the last, after a reset."""
    upper = name.upper()
    arguments = "void *state, const int8_t *frames, size_t stride, size_t count, int8_t *outputs"
    return f"""
#include <stddef.h>
void kws_stream_{number}({arguments});
void kws_stream_{number}({arguments}) {{
    size_t due = {upper}_FRAMES;
    {name}_stream_reset(state);
    for (size_t heard = 1; count != 0; heard++) {{
        {name}_push(state, frames);
        frames += {upper}_FRAME_BYTES;
        if (heard == due) {{
            {name}_scores(state, outputs);
            outputs += {upper}_OUTPUT_BYTES;
            due += stride;
            count--;
        }}
    }}
}}
"""
