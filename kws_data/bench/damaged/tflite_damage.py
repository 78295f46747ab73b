"""Models that are whole as files and wrong as networks: one number, reference, shape or scale of the tree is another.

Damaged bytes mostly end at the first offset that leads nowhere; these come through to shapes, plans and code.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from firmware_tools.tflite.flatbuffer import load_model, model_bytes, operator_names, tensor_types

Damage = Callable[[Any, np.random.Generator], None]

NUMBERS = (-(1 << 31), -129, -128, -2, -1, 0, 1, 2, 3, 5, 8, 127, 128, 255, 256, 65_535, 65_536, 1 << 24, (1 << 31) - 1)
SCALES = (0.0, -1.0, 1e-45, 1e-30, 1e-9, 1 / 256, 1.0, 1e9, 3e38, float("inf"), float("nan"))


def shape(model: Any, rng: np.random.Generator) -> None:
    """A dimension is another, is missing, or is one too many."""
    tensor = _one(model.subgraphs[0].tensors, rng)
    numbers = [int(n) for n in tensor.shape]
    choice = int(rng.integers(4))
    if choice == 0 or not numbers:
        numbers.insert(int(rng.integers(len(numbers) + 1)), _number(rng))
    elif choice == 1:
        del numbers[int(rng.integers(len(numbers)))]
    else:
        numbers[int(rng.integers(len(numbers)))] = _number(rng)
    tensor.shape = np.asarray(numbers, np.int32)


def type_of(model: Any, rng: np.random.Generator) -> None:
    """A tensor has another type."""
    _one(model.subgraphs[0].tensors, rng).type = _one(list(tensor_types()), rng)


def quantisation(model: Any, rng: np.random.Generator) -> None:
    """A scale, a zero point or the axis of a tensor is another; or there is none of them."""
    tensor = _one(model.subgraphs[0].tensors, rng)
    choice, kept = int(rng.integers(5)), tensor.quantization
    if kept is None or kept.scale is None or not len(kept.scale):
        return
    if choice == 0:
        tensor.quantization = None
    elif choice == 1:
        kept.quantizedDimension = _number(rng)
    elif choice == 2:
        kept.zeroPoint = np.asarray([_number(rng)] * len(kept.scale), np.int64)
    elif choice == 3:
        kept.scale = np.asarray(kept.scale)[: int(rng.integers(len(kept.scale)))]
    else:
        scales = np.array(kept.scale, np.float32)
        scales[int(rng.integers(len(scales)))] = _one(SCALES, rng)
        kept.scale = scales


def reference(model: Any, rng: np.random.Generator) -> None:
    """An operator, or the model, reads or writes another tensor; a tensor has another buffer."""
    graph = model.subgraphs[0]
    if rng.random() < 0.2:
        _one(graph.tensors, rng).buffer = abs(_number(rng))
        return
    holder = graph if rng.random() < 0.2 else _one(graph.operators, rng)
    name = "inputs" if rng.random() < 0.6 else "outputs"
    numbers = [int(n) for n in getattr(holder, name)]
    other = int(rng.integers(len(graph.tensors))) if rng.random() < 0.7 else _number(rng)
    if numbers and rng.random() < 0.7:
        numbers[int(rng.integers(len(numbers)))] = other
    elif numbers and rng.random() < 0.5:
        del numbers[int(rng.integers(len(numbers)))]
    else:
        numbers.append(other)
    setattr(holder, name, np.asarray(numbers, np.int32))


def operator(model: Any, rng: np.random.Generator) -> None:
    """An operator is of another kind, stands elsewhere, is missing, or twice there."""
    graph = model.subgraphs[0]
    choice, at = int(rng.integers(4)), int(rng.integers(len(graph.operators)))
    if choice == 0:
        code = _one(model.operatorCodes, rng)
        code.builtinCode = _one(list(operator_names()), rng)
    elif choice == 1:
        graph.operators[at].opcodeIndex = int(rng.integers(len(model.operatorCodes) + 1))
    elif choice == 2:
        graph.operators.insert(int(rng.integers(len(graph.operators))), graph.operators.pop(at))
    else:
        del graph.operators[at]


def options(model: Any, rng: np.random.Generator) -> None:
    """An option (stride, padding, axis, activation, beta) is another, or there are none."""
    chosen = _one(model.subgraphs[0].operators, rng)
    if chosen.builtinOptions is None:
        return
    if rng.random() < 0.15:
        chosen.builtinOptions, chosen.builtinOptionsType = None, 0
        return
    held = {name: value for name, value in vars(chosen.builtinOptions).items() if isinstance(value, int | float)}
    if held:
        name = _one(list(held), rng)
        number = _one(SCALES, rng) if isinstance(held[name], float) else _number(rng)
        setattr(chosen.builtinOptions, name, bool(number) if isinstance(held[name], bool) else number)


def constant(model: Any, rng: np.random.Generator) -> None:
    """Weights, biases, axes or paddings are others, too few, too many, or missing."""
    filled = [buffer for buffer in model.buffers if buffer.data is not None and len(buffer.data)]
    buffer, choice = _one(filled, rng), int(rng.integers(4))
    data = np.array(buffer.data, np.uint8)
    if choice == 0:
        buffer.data = None
    elif choice == 1:
        buffer.data = data[: int(rng.integers(len(data)))]
    elif choice == 2:
        buffer.data = np.concatenate([data, data])
    else:
        at = int(rng.integers(len(data))) & ~3
        value = np.frombuffer(struct.pack("<i", _number(rng)), np.uint8)
        data[at : at + 4] = value[: len(data) - at]
        buffer.data = data


DAMAGES: tuple[Damage, ...] = (
    shape,
    type_of,
    quantisation,
    quantisation,
    reference,
    operator,
    options,
    options,
    constant,
)


def damaged_model(tflite: bytes, rng: np.random.Generator) -> tuple[bytes, tuple[str, ...]]:
    """A model with one to three such faults, and their names; numbers that the format cannot hold are left out."""
    model, done = load_model(tflite), list[str]()
    for _ in range(1 + int(rng.integers(3) if rng.random() < 0.3 else 0)):
        damage = DAMAGES[int(rng.integers(len(DAMAGES)))]
        if model.subgraphs[0].operators:
            damage(model, rng)
            done.append(damage.__name__)
    try:
        return model_bytes(model), tuple(done)
    except (struct.error, OverflowError, TypeError, ValueError):
        return tflite, ()


def _one(values: Any, rng: np.random.Generator) -> Any:
    return values[int(rng.integers(len(values)))]


def _number(rng: np.random.Generator) -> int:
    return int(_one(NUMBERS, rng))
