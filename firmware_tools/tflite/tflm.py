"""The TensorFlow Lite Micro interpreter: the judge of what a model computes, and of the arena that it needs.

The wheel exists for Linux on x86-64 only. Elsewhere :func:`available` is false and
:class:`~firmware_tools.engine.host.HostEngine`, which is equal bit for bit, stands in.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from functools import cache, cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from firmware_tools.tflite.flatbuffer import file_bytes

_ARENA_LINE = re.compile(r"Arena allocation total (\d+) bytes")
ARENA_TIMEOUT_S = 120.0
_REMEDY = "the operators that tflite-micro knows are in its micro_mutable_op_resolver.h"


@cache
def available() -> bool:
    """True where the tflite-micro wheel is installed."""
    try:
        return find_spec("tflite_micro.python.tflite_micro.runtime") is not None
    except ModuleNotFoundError:
        return False


class TflmInterpreter:
    """Runs an int8 model on the real TFLM kernels.

    Args:
        tflite: the bytes of the model.
        arena_bytes: memory to offer; None asks for ten times the file, at least 1 MiB.

    Raises:
        ModelError: the wheel is missing, or TFLM cannot open the model.
    """

    def __init__(self, tflite: bytes, arena_bytes: int | None = None) -> None:
        self._tflite = file_bytes(tflite)
        self._interpreter = _open(self._tflite, arena_bytes)
        details = self._interpreter.get_input_details(0)
        self.input_shape: tuple[int, ...] = tuple(int(n) for n in details["shape"])
        self.output_shape: tuple[int, ...] = tuple(int(n) for n in self._interpreter.get_output_details(0)["shape"])

    def __call__(self, inputs: NDArray[np.int8]) -> NDArray[np.int8]:
        """Outputs int8 ``[n, outputs]`` for inputs int8 ``[n, *input_shape[1:]]``.

        Raises:
            ModelError: inputs of another shape or type.
        """
        if inputs.dtype != np.int8 or inputs.shape[1:] != self.input_shape[1:]:
            shown = f"{inputs.dtype}{list(inputs.shape)}"
            raise ModelError("the model takes other inputs", shown, f"give int8 [n, {self.input_shape[1:]}]")
        outputs = np.empty((len(inputs), int(np.prod(self.output_shape[1:]))), np.int8)
        interpreter = self._interpreter
        for index in range(len(inputs)):
            interpreter.set_input(inputs[index : index + 1], 0)
            interpreter.invoke()
            outputs[index] = interpreter.get_output(0).reshape(-1)
        return outputs

    @cached_property
    def arena_bytes(self) -> int:
        """Arena in bytes by TFLM's recording allocator (64-bit pointers: above what a board needs)."""
        return arena_bytes(self._tflite)


def arena_bytes(tflite: bytes) -> int:
    """Arena in bytes that TFLM uses for a model, by its recording allocator.

    The allocator prints to the process's stderr, so that a child process is asked.

    Raises:
        ModelError: the wheel is missing, or TFLM cannot run the model.
    """
    if not available():
        raise ModelError("tflite-micro is not installed here", None, "its wheel exists for Linux on x86-64 only")
    command = [sys.executable, "-m", "firmware_tools.tflite.tflm"]
    try:
        child = subprocess.run(command, input=tflite, capture_output=True, check=False, timeout=ARENA_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        shown = f"no answer in {ARENA_TIMEOUT_S:g} s"
        raise ModelError("tflite-micro hangs on the model", shown, "is it damaged? export it again") from None
    report = child.stderr.decode(errors="replace")
    match = _ARENA_LINE.search(report)
    if child.returncode < 0:
        shown = signal.Signals(-child.returncode).name
        raise ModelError("tflite-micro crashes on the model", shown, "is it damaged? export it again")
    if child.returncode != 0 or match is None:
        last = report.strip().splitlines()[-1:] or ["no output"]
        raise ModelError("tflite-micro cannot run the model", last[0], _REMEDY)
    return int(match[1])


def _open(tflite: bytes, arena_bytes: int | None = None) -> Any:
    if not available():
        raise ModelError("tflite-micro is not installed here", None, "its wheel exists for Linux on x86-64 only")
    from tflite_micro.python.tflite_micro import runtime

    try:
        return runtime.Interpreter.from_bytes(tflite, arena_size=arena_bytes or max(10 * len(tflite), 1 << 20))
    except (RuntimeError, ValueError) as error:
        raise ModelError("tflite-micro cannot open the model", str(error), _REMEDY) from error


def _print_allocations() -> None:
    """Child process: one inference of the model on stdin, then the allocator's report on stderr."""
    interpreter = _open(sys.stdin.buffer.read())
    details = interpreter.get_input_details(0)
    interpreter.set_input(np.zeros(details["shape"], details["dtype"]), 0)
    interpreter.invoke()
    interpreter.print_allocations()


if __name__ == "__main__":
    _print_allocations()
