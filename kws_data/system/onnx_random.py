"""Models whose graph draws random numbers, made to take them from outside: the same seed, the same bytes.

onnxruntime's random operators carry a state from one run to the next, so that what a network says would depend on what
it said before. Here each such node is replaced, in the file's bytes, by nodes that read as many values as it would
draw from a new input of the graph::

    y = RandomNormalLike(x)      s = Shape(x)      count = ReduceProd(s)
                                 often = count / length + 1          (the input, repeated where it is too short)
                                 y = Reshape(Slice(Tile(noise, often), 0, count), s) * scale + mean
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import ConfigError
from kws_data.system import onnx_nodes as nodes
from kws_data.system.onnx import OnnxModel, read_model
from kws_data.system.onnx_nodes import FLOAT32, Node, constant_field, node_field
from kws_data.system.protobuf import BYTES, Field, bytes_field, fields

#: Operators that draw: whether uniform, and whether the shape is that of an input.
RANDOM = {
    "RandomNormal": (False, False),
    "RandomNormalLike": (False, True),
    "RandomUniform": (True, False),
    "RandomUniformLike": (True, True),
}
_REFUSED = ("Bernoulli", "Multinomial")
_LENGTH = 1 << 17


@dataclass(frozen=True)
class NoiseInput:
    """An input that an edited graph has got: how many values, and whether uniform within 0 and 1 or normal."""

    name: str
    uniform: bool
    length: int

    def draw(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """Its values."""
        draw = rng.random if self.uniform else rng.standard_normal
        return draw(self.length, dtype=np.float32)


class SeededModel:
    """An :class:`OnnxModel` whose random numbers come from a generator that each call brings along.

    Args:
        model: a file, or its bytes.
        name: of the file, for messages.
        length: values that each drawing node gets before they repeat.

    Raises:
        ConfigError: as OnnxModel, or random numbers are drawn where they cannot be replaced.
    """

    def __init__(self, model: Path | bytes, name: str = "", length: int = _LENGTH) -> None:
        name = name or ("model" if isinstance(model, bytes) else str(model))
        data = model if isinstance(model, bytes) else read_model(model)
        edited, self._noise = without_random_nodes(data, name, length)
        self._model = OnnxModel(edited, name)

    @property
    def inputs(self) -> dict[str, Sequence[Any]]:
        """Shapes of the inputs that the file has."""
        added = {noise.name for noise in self._noise}
        return {name: shape for name, shape in self._model.inputs.items() if name not in added}

    def __call__(self, arrays: Mapping[str, NDArray[Any]], rng: np.random.Generator) -> list[NDArray[Any]]:
        """Run it once.

        Raises:
            DataError: the arrays do not fit the model.
        """
        return self._model({**arrays, **{noise.name: noise.draw(rng) for noise in self._noise}})


def without_random_nodes(model: bytes, name: str, length: int = _LENGTH) -> tuple[bytes, tuple[NoiseInput, ...]]:
    """The model with its random nodes replaced, and the inputs that it has got for them; as it is when it has none.

    Raises:
        ConfigError: this is no ONNX, or random numbers are drawn where an input of the graph does not reach.
    """
    try:
        editor = _Editor(model, length)
        edited = editor.edited()
    except _CannotReplaceError as error:
        raise ConfigError("model draws random numbers where they cannot be replaced", name, str(error)) from None
    except (ValueError, RecursionError) as error:
        raise ConfigError("not an ONNX model", name, str(error)) from None
    return edited, tuple(editor.noise)


class _CannotReplaceError(Exception):
    """A random node that this editor does not reach."""


@dataclass
class _Editor:
    """Takes random nodes out of a model; collects the inputs and constants that come in their place."""

    model: bytes
    length: int
    noise: list[NoiseInput] = field(default_factory=list)
    added: list[bytes] = field(default_factory=list)
    prefix: bytes = b"kws_noise"

    def edited(self) -> bytes:
        while self.prefix in self.model:
            self.prefix += b"_"
        parts: list[bytes | memoryview] = []
        for part in fields(self.model):
            if part.number == nodes.MODEL_FUNCTION:
                _refuse_random(part.data, nodes.FUNCTION_NODE, "in a function")
            graph = part.number == nodes.MODEL_GRAPH and part.kind == BYTES
            parts.append(bytes_field(nodes.MODEL_GRAPH, *self._graph(part.data)) if graph else part.encoded)
        return b"".join(parts) if self.noise else self.model

    def _graph(self, graph: memoryview) -> list[bytes | memoryview]:
        parts: list[bytes | memoryview] = []
        for part in fields(graph):
            parts += self._node(part) if part.number == nodes.GRAPH_NODE and part.kind == BYTES else [part.encoded]
        return parts + self.added

    def _node(self, part: Field) -> list[bytes | memoryview]:
        operator = nodes.operator_of(part.data)
        if operator in RANDOM:
            return list(self._replaced(nodes.read_node(part.data)))
        if operator in _REFUSED:
            raise _CannotReplaceError(operator)
        _refuse_random_inside(part.data, operator)
        return [part.encoded]

    def _replaced(self, node: Node) -> Iterator[bytes]:
        uniform, like = RANDOM[node.operator]
        if len(node.outputs) != 1 or len(node.inputs) != like or (not like and "shape" not in node.attributes):
            raise ValueError(f"{node.operator} has {len(node.inputs)} inputs and {len(node.outputs)} outputs")
        name = _Names(self.prefix + str(len(self.noise)).encode())
        self.noise.append(NoiseInput(name.values.decode(), uniform, self.length))
        self.added += [
            nodes.value_field(nodes.GRAPH_INPUT, name.values, FLOAT32, [self.length]),
            *_constants(name, self.length, node),
        ]
        if like:
            yield node_field("Shape", name.shape, node.inputs[0])
        yield node_field("ReduceProd", name.count, name.shape)
        yield node_field("Div", name.whole, name.count, name.length)
        yield node_field("Add", name.often, name.whole, name.one)
        yield node_field("Tile", name.tiled, name.values, name.often)
        yield node_field("Slice", name.part, name.tiled, name.zero, name.count)
        yield node_field("Reshape", name.plain, name.part, name.shape)
        yield node_field("Mul", name.scaled, name.plain, name.scale)
        yield node_field("Add", name.shifted, name.scaled, name.shift)
        kind = int(node.number("dtype", 0))
        if like and not kind:  # of the type of its input
            yield node_field("CastLike", node.outputs[0], name.shifted, node.inputs[0])
        else:
            yield node_field("Cast", node.outputs[0], name.shifted, to=kind or FLOAT32)


def _constants(name: _Names, length: int, node: Node) -> Iterator[bytes]:
    uniform, like = RANDOM[node.operator]
    low, high = node.number("low", 0.0), node.number("high", 1.0)
    scale, shift = (high - low, low) if uniform else (node.number("scale", 1.0), node.number("mean", 0.0))
    if not like:
        yield constant_field(name.shape, np.asarray(node.integers("shape", []), "<i8"))
    for constant, value in ((name.length, length), (name.one, 1), (name.zero, 0)):
        yield constant_field(constant, np.asarray([value], "<i8"))
    yield constant_field(name.scale, np.asarray(scale, "<f4"))
    yield constant_field(name.shift, np.asarray(shift, "<f4"))


class _Names:
    """Names of what is made between the noise and a node's output: ``names.shape`` is ``kws_noise0_shape``."""

    def __init__(self, prefix: bytes) -> None:
        self._prefix = prefix

    def __getattr__(self, name: str) -> bytes:
        return self._prefix + b"_" + name.encode()


def _refuse_random(graph: memoryview, number: int, where: str) -> None:
    for part in fields(graph):
        if part.number == number and part.kind == BYTES:
            operator = nodes.operator_of(part.data)
            if operator in RANDOM or operator in _REFUSED:
                raise _CannotReplaceError(f"{operator} {where}")
            _refuse_random_inside(part.data, operator)


def _refuse_random_inside(node: memoryview, operator: str) -> None:
    for graph in nodes.graphs_inside(node):
        _refuse_random(graph, nodes.GRAPH_NODE, f"in {operator}")
