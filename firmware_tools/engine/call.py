"""One call of a C kernel, as data: what the lowering hands to the memory plan and to the emitter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from numpy.typing import NDArray

from firmware_tools.errors import ModelError


@dataclass(frozen=True)
class Symbol:
    """An object of the kernels that a field points to, by its C name."""

    name: str


# A field of a parameter struct: a number, numbers, a nested struct, the name of one of the constants, or an object.
Value: TypeAlias = "int | str | tuple[int, ...] | Mapping[str, Value] | Symbol"

UINT16_MAX = 65535
_SHARED_STRUCTS = {
    "kws_average_pool": "kws_pool_params",
    "kws_conv_pixel": "kws_conv_params",
    "kws_max_pool": "kws_pool_params",
    "kws_stream_average": "kws_pool_params",
    "kws_stream_mean": "kws_mean_params",
}


@dataclass(frozen=True)
class Constant:
    """A constant array: its C type and rows of numbers (two dimensions for an array of structs)."""

    ctype: str
    values: NDArray[Any]


@dataclass(frozen=True)
class Call:
    """``function(&parameters, inputs..., output[, scratch])``.

    Attributes:
        layer: number of the operator in the graph.
        function: C function; its parameters are of type ``<function>_params`` unless ``struct`` says otherwise.
        inputs: tensor numbers, in the order of the arguments.
        output: tensor number.
        parameters: fields of the parameter struct.
        constants: arrays that the fields name.
        scratch_bytes: working memory, word-aligned; None where the function has no such argument.
        in_place: inputs whose memory the output may take over, if nothing else needs them.
    """

    layer: int
    function: str
    inputs: tuple[int, ...]
    output: int
    parameters: Mapping[str, Value]
    constants: Mapping[str, Constant] = field(default_factory=dict)
    scratch_bytes: int | None = None
    in_place: tuple[int, ...] = ()

    @property
    def struct(self) -> str:
        """C type of the parameters; pools share one, and a streaming mean has the windowed one's."""
        return _SHARED_STRUCTS.get(self.function, f"{self.function}_params")


def fits_uint16(values: Mapping[str, int], place: str) -> Mapping[str, int]:
    """The same mapping, after checking that each value fits the kernels' 16-bit fields.

    Raises:
        ModelError: one does not.
    """
    for name, value in values.items():
        if not 0 <= value <= UINT16_MAX:
            raise ModelError(f"{place} is too large for the engine: {name}", value, "use a smaller model")
    return values
