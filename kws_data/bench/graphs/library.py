"""Many networks compiled at once, to be run with any build of the kernels.

Generated C holds constants and calls only, so that one file of C serves many networks and takes a second to compile. It
is linked with the library of one build of the kernels; the same file with another library's name in it, which is as
long, runs with the other build. All memory that a network is given lies between bytes that it must not touch.
"""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.engine.emit import emit_c
from firmware_tools.engine.plan import MemoryPlan, plan_memory
from firmware_tools.engine.streaming.columns import why_not_streaming
from firmware_tools.engine.streaming.emit import emit_stream_c
from firmware_tools.engine.streaming.host import stream_sources
from firmware_tools.engine.streaming.plan import StreamPlan, plan_stream
from firmware_tools.engine.streaming.steps import stream_program
from firmware_tools.tflite.graph import Graph
from firmware_tools.toolchain.compile import compile_host

_HEADER = "Generated for the host; do not edit."
GUARD = 64  # bytes before and after memory that a network is given
UNTOUCHED = 0x5A

#: How kernels are built: plain C, the algorithms of cores with the DSP extension, those of short multiplications.
BUILDS: dict[str, tuple[str, ...]] = {
    "plain": (),
    "dsp": ("-DKWS_DSP=1",),
    "short": ("-DKWS_SHORT_MULTIPLY=1",),
}


@dataclass(frozen=True)
class Kernels:
    """A build of the kernels of both engines: a library that is loaded, and so found by its name."""

    name: str
    path: Path
    library: ctypes.CDLL


def load_kernels(build: str = "plain") -> Kernels:
    """One of :data:`BUILDS` as a library for this machine.

    Raises:
        FirmwareError: the compiler refused.
    """
    flags = [*BUILDS[build], f"-Wl,-soname,{_library_name(build)}"]
    path = compile_host(stream_sources(), name="kernels", flags=flags, optimise="-O2")
    return Kernels(build, path, ctypes.CDLL(str(path)))


def _library_name(build: str) -> str:
    """Of the same length for every build."""
    return f"kws-kernels-{build:_<8}.so"


@dataclass(frozen=True)
class Network:
    """A network that is to be compiled, planned in both forms; ``stream`` is None where it does not stream."""

    graph: Graph
    plan: MemoryPlan
    stream: StreamPlan | None


def plan_network(graph: Graph) -> Network:
    """The plans of a network.

    Raises:
        ModelError: shapes or scales that the kernels cannot serve.
    """
    streams = why_not_streaming(graph) is None
    return Network(graph, plan_memory(graph), plan_stream(graph) if streams else None)


class Networks:
    """A library of networks, in order.

    Raises:
        FirmwareError: the compiler refused.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        headers: dict[str, str] = {}
        parts: list[str] = []
        for number, network in enumerate(networks):
            files = emit_c(network.graph, network.plan, header=_HEADER, name=f"graph_{number}")
            parts.append(files.pop(f"graph_{number}.c"))
            headers |= files
            if network.stream is not None:
                program = stream_program(network.graph)
                files = emit_stream_c(network.graph, program, header=_HEADER, name=f"stream_{number}")
                parts += [files.pop(f"stream_{number}.c"), _stream_runner(number)]
                headers |= files
        text = "#include <stddef.h>\n" + "".join(parts)
        path = compile_host([text, load_kernels().path], headers=headers, name="graphs", optimise="-O1")
        self._file = path.read_bytes()
        path.unlink(missing_ok=True)  # random networks are of no use to the next one who compiles
        self._libraries: dict[str, ctypes.CDLL] = {}
        self.library: ctypes.CDLL
        self._networks = tuple(networks)

    def use(self, kernels: Kernels) -> None:
        """Run with these kernels from now on."""
        if kernels.name not in self._libraries:
            linked, wanted = (_library_name(name).encode() for name in ("plain", kernels.name))
            with tempfile.NamedTemporaryFile(suffix=".so") as file:
                file.write(self._file.replace(linked, wanted))
                file.flush()
                self._libraries[kernels.name] = ctypes.CDLL(file.name)
        self.library = self._libraries[kernels.name]

    def windows(self, number: int, inputs: NDArray[np.int8]) -> NDArray[np.int8]:
        """Outputs int8 ``[n, outputs]`` of network ``number`` for inputs int8 ``[n, ...]``.

        Raises:
            MemoryError: it wrote where it must not.
        """
        plan = self._networks[number].plan
        run = getattr(self.library, f"graph_{number}_run")
        outputs = np.empty((len(inputs), plan.output_bytes), np.int8)
        arena, output = Guarded(plan.arena_bytes), Guarded(plan.output_bytes)
        for row, one in zip(outputs, inputs, strict=True):
            given = Guarded(plan.input_bytes, one)
            run(given.address, output.address, arena.address)
            for memory in (given, arena, output):
                memory.check()
            if (given.bytes != one.reshape(-1)).any():
                raise MemoryError("the input was written to")
            row[:] = output.bytes
        return outputs

    def streams(self, number: int) -> bool:
        """Whether network ``number`` has a streaming form."""
        return self._networks[number].stream is not None

    def hop_frames(self, number: int) -> int:
        """Windows of its stream begin at multiples of so many frames."""
        plan = self._networks[number].stream
        assert plan is not None
        return plan.hop_frames

    def new_state(self, number: int) -> Guarded:
        """Memory for a stream, as it may be found on a board before the reset."""
        plan = self._networks[number].stream
        assert plan is not None
        return Guarded(plan.state_bytes)

    def hear(
        self, number: int, state: Guarded, rows: NDArray[np.int8], *, every: int = 1, reset: bool = True
    ) -> NDArray[np.int8]:
        """Outputs int8 ``[n, outputs]`` after the first whole window, and after each ``every`` further rows.

        Raises:
            MemoryError: it wrote where it must not.
        """
        network = self._networks[number]
        assert network.stream is not None
        frames = network.graph.input.shape[1]
        first = frames if reset else 1
        outputs = Guarded(network.stream.output_bytes * max(0, (len(rows) - first) // every + 1))
        given = np.ascontiguousarray(rows)
        run = getattr(self.library, f"stream_{number}_hear")
        run.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, *[ctypes.c_size_t] * 3, ctypes.c_void_p]
        run(state.address, int(reset), given.ctypes.data, len(rows), first, every, outputs.address)
        state.check()
        outputs.check()
        return outputs.bytes.reshape(-1, network.stream.output_bytes)


class Guarded:
    """Word-aligned memory, full of -1 at first, between bytes that must stay as they are."""

    def __init__(self, size: int, values: NDArray[Any] | None = None) -> None:
        self._all = np.full(2 * GUARD + size, UNTOUCHED, np.int8)
        if self._all.ctypes.data % 4:  # numpy aligns by 16
            raise MemoryError("memory is not aligned")
        self.bytes = self._all[GUARD : GUARD + size]
        self.bytes[:] = -1 if values is None else values.reshape(-1)
        self.address = ctypes.c_void_p(self._all.ctypes.data + GUARD)

    def check(self) -> None:
        """Raise MemoryError where a byte around it was written to."""
        for place in (self._all[:GUARD], self._all[GUARD + len(self.bytes) :]):
            if (place != UNTOUCHED).any():
                raise MemoryError("bytes around the memory of a network were written to")


def _stream_runner(number: int) -> str:
    """C that hears frames and asks for scores after frame ``first`` and after each ``every`` further ones."""
    name, upper = f"stream_{number}", f"STREAM_{number}"
    arguments = "void *state, int reset, const int8_t *frames, size_t count, size_t first, size_t every, int8_t *scores"
    return f"""
void {name}_hear({arguments});
void {name}_hear({arguments}) {{
    if (reset != 0) {{
        {name}_stream_reset(state);
    }}
    for (size_t heard = 1; heard <= count; heard++, frames += {upper}_FRAME_BYTES) {{
        {name}_push(state, frames);
        if (heard >= first && (heard - first) % every == 0) {{
            {name}_scores(state, scores);
            scores += {upper}_OUTPUT_BYTES;
        }}
    }}
}}
"""
