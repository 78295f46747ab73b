"""Quantised models made by hand, without TensorFlow: for benchmarks, tests and checks of an installation.

:class:`ModelBuilder` lays down tensors and operators as the converter would (names, min/max, per-channel zero points
and a description included, so that there is something to slim). Weights are random; each output scale is chosen so
that activations fill the int8 range, which is what makes rounding differences visible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
from numpy.typing import NDArray

from firmware_tools.tflite.flatbuffer import IDENTIFIER, schema

ACTIVATION_STD = 60.0  # int8 steps; random activations are spread about this much
ACTIVATION_SCALE = 0.05  # of what convolutions and dense layers put out


@dataclass(frozen=True)
class Handle:
    """A tensor of the model under construction."""

    index: int
    shape: tuple[int, ...]
    scale: float
    zero_point: int


class ModelBuilder:
    """Builds a one-subgraph int8 model operator by operator."""

    def __init__(self, seed: int = 0) -> None:
        self._s = schema()
        self.rng = np.random.default_rng(seed)
        self._model = self._s.ModelT(version=3, operatorCodes=[], description="made by hand", metadata=[])
        self._model.buffers = [self._s.BufferT()]
        self._graph = self._s.SubGraphT(tensors=[], inputs=[], outputs=[], operators=[], name="main")
        self._codes: dict[int, int] = {}

    @property
    def inputs(self) -> list[int]:
        """Tensor numbers of the inputs so far."""
        return list(self._graph.inputs)

    # ---- tensors

    def tensor(
        self,
        shape: tuple[int, ...],
        dtype: str,
        scale: NDArray[np.float32] | float | None = None,
        zero_point: int = 0,
        data: NDArray[Any] | None = None,
        axis: int = 0,
    ) -> Handle:
        """Add a tensor; ``data`` makes it a constant, an array of scales makes it per-channel along ``axis``."""
        s = self._s
        index = len(self._graph.tensors)
        tensor = s.TensorT(shape=list(shape), name=f"model/layer_{index}/tensor;StatefulPartitionedCall")
        tensor.type = getattr(s.TensorType, dtype.upper())
        tensor.shapeSignature = [-1, *shape[1:]]
        buffer = s.BufferT()
        if data is not None:
            buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
        self._model.buffers.append(buffer)
        tensor.buffer = len(self._model.buffers) - 1
        scales = None if scale is None else np.atleast_1d(np.asarray(scale, np.float32))
        if scales is not None:
            tensor.quantization = s.QuantizationParametersT(scale=scales, quantizedDimension=axis)
            tensor.quantization.zeroPoint = np.full(scales.size, zero_point, np.int64)
            tensor.quantization.min = tensor.quantization.max = scales
        self._graph.tensors.append(tensor)
        return Handle(index, tuple(shape), float(scales[0]) if scales is not None else 0.0, zero_point)

    def input(self, shape: tuple[int, ...], scale: float = 1 / 128, zero_point: int = 0) -> Handle:
        """An int8 input of the model."""
        handle = self.tensor(shape, "int8", scale, zero_point)
        self._graph.inputs.append(handle.index)
        return handle

    def activation(self, shape: tuple[int, ...], scale: float, zero_point: int | None = None) -> Handle:
        """An int8 intermediate tensor; a random zero point unless one is given."""
        point = int(self.rng.integers(-128, 128)) if zero_point is None else zero_point
        return self.tensor(shape, "int8", scale, point)

    def _weight_scales(self, x: Handle, spread: float, count: int) -> NDArray[np.float32]:
        """Scales that bring sums of standard deviation ``spread`` to activations of the usual scale."""
        unit = ACTIVATION_SCALE * ACTIVATION_STD / (x.scale * spread)
        return (unit * self.rng.uniform(0.4, 1.6, count)).astype(np.float32)

    # ---- operators

    def operator(
        self, kind: str, inputs: list[int], outputs: list[Handle], options: Any = None, version: int = 1
    ) -> None:
        """Add an operator by its schema name with an options object (or none)."""
        s = self._s
        code = getattr(s.BuiltinOperator, kind)
        if code not in self._codes:
            self._codes[code] = len(self._model.operatorCodes)
            self._model.operatorCodes.append(
                s.OperatorCodeT(builtinCode=code, deprecatedBuiltinCode=min(code, 127), version=version)
            )
        operator = s.OperatorT(opcodeIndex=self._codes[code], inputs=inputs, outputs=[o.index for o in outputs])
        if options is not None:
            operator.builtinOptions = options
            operator.builtinOptionsType = getattr(s.BuiltinOptions, type(options).__name__.removesuffix("T"))
        self._graph.operators.append(operator)

    def conv2d(
        self,
        x: Handle,
        filters: int,
        kernel: tuple[int, int],
        *,
        stride: tuple[int, int] = (1, 1),
        dilation: tuple[int, int] = (1, 1),
        same: bool = True,
        activation: str = "NONE",
        depthwise: bool = False,
        bias: bool = True,
        zero_point: int | None = None,
    ) -> Handle:
        """CONV_2D, or DEPTHWISE_CONV_2D with ``filters`` a multiple of the input's channels."""
        s, rng = self._s, self.rng
        channels = x.shape[3]
        shape = (1, *kernel, filters) if depthwise else (filters, *kernel, channels)
        axis = 3 if depthwise else 0
        weights = rng.integers(-127, 128, shape).astype(np.int8)
        spread = _spread(kernel[0] * kernel[1] * (1 if depthwise else channels))
        scales = self._weight_scales(x, spread, filters)
        w = self.tensor(shape, "int8", scales, 0, weights, axis)
        inputs = [x.index, w.index]
        if bias:
            values = rng.normal(0, spread, filters).astype(np.int32)
            inputs.append(self.tensor((filters,), "int32", scales * np.float32(x.scale), 0, values).index)
        size = [_extent(x.shape[1 + i], kernel[i], stride[i], dilation[i], same) for i in (0, 1)]
        out_scale = float(x.scale * scales.mean() * spread / ACTIVATION_STD)
        y = self.activation((x.shape[0], *size, filters), out_scale, zero_point)
        options = s.DepthwiseConv2DOptionsT() if depthwise else s.Conv2DOptionsT()
        if depthwise:
            options.depthMultiplier = filters // channels
        options.padding = s.Padding.SAME if same else s.Padding.VALID
        options.strideH, options.strideW = stride
        options.dilationHFactor, options.dilationWFactor = dilation
        options.fusedActivationFunction = getattr(s.ActivationFunctionType, activation)
        self.operator("DEPTHWISE_CONV_2D" if depthwise else "CONV_2D", inputs, [y], options, 3)
        return y

    def dense(
        self,
        x: Handle,
        units: int,
        *,
        activation: str = "NONE",
        bias: bool = True,
        per_channel: bool = False,
        keep_dims: bool = False,
    ) -> Handle:
        """FULLY_CONNECTED over the last dimension (or over all of them but the first, as the converter flattens)."""
        rng = self.rng
        depth = x.shape[-1] if keep_dims else int(np.prod(x.shape[1:]))
        weights = rng.integers(-127, 128, (units, depth)).astype(np.int8)
        spread = _spread(depth)
        scales = self._weight_scales(x, spread, units if per_channel else 1)
        inputs = [x.index, self.tensor((units, depth), "int8", scales, 0, weights).index]
        if bias:
            values = rng.normal(0, spread, units).astype(np.int32)
            inputs.append(self.tensor((units,), "int32", scales * np.float32(x.scale), 0, values).index)
        shape = (*x.shape[:-1], units) if keep_dims else (x.shape[0], units)
        y = self.activation(shape, float(x.scale * scales.mean() * spread / ACTIVATION_STD))
        self.operator("FULLY_CONNECTED", inputs, [y], self.dense_options(activation, keep_dims=keep_dims), 4)
        return y

    def pool(
        self,
        x: Handle,
        window: tuple[int, int],
        *,
        stride: tuple[int, int] = (1, 1),
        same: bool = False,
        activation: str = "NONE",
        largest: bool = False,
    ) -> Handle:
        """AVERAGE_POOL_2D or MAX_POOL_2D; the scale does not change."""
        s = self._s
        size = [_extent(x.shape[1 + i], window[i], stride[i], 1, same) for i in (0, 1)]
        y = self.tensor((x.shape[0], *size, x.shape[3]), "int8", x.scale, x.zero_point)
        options = s.Pool2DOptionsT(strideH=stride[0], strideW=stride[1], filterHeight=window[0], filterWidth=window[1])
        options.padding = s.Padding.SAME if same else s.Padding.VALID
        options.fusedActivationFunction = getattr(s.ActivationFunctionType, activation)
        self.operator("MAX_POOL_2D" if largest else "AVERAGE_POOL_2D", [x.index], [y], options, 2)
        return y

    def mean(self, x: Handle, axes: tuple[int, ...], *, keep_dims: bool = False, same_scale: bool = False) -> Handle:
        """MEAN over ``axes``."""
        axis = self.tensor((len(axes),), "int32", data=np.asarray(axes, np.int32))
        kept = [1 if i in axes else n for i, n in enumerate(x.shape) if keep_dims or i not in axes]
        scale = x.scale if same_scale else float(x.scale * self.rng.uniform(0.3, 0.9))
        y = self.activation(tuple(kept), scale, x.zero_point if same_scale or x.zero_point == -128 else None)
        self.operator("MEAN", [x.index, axis.index], [y], self._s.ReducerOptionsT(keepDims=keep_dims), 2)
        return y

    def elementwise(
        self, kind: str, a: Handle, b: Handle, *, activation: str = "NONE", zero_point: int | None = None
    ) -> Handle:
        """ADD or MUL of two tensors of the same shape (or one that broadcasts)."""
        s = self._s
        shape = tuple(int(n) for n in np.broadcast_shapes(a.shape, b.shape))
        scale = {"ADD": (a.scale + b.scale) * 0.8, "SUB": (a.scale + b.scale) * 0.8, "MUL": a.scale * b.scale * 80}[
            kind
        ]
        y = self.activation(shape, float(scale), zero_point)
        options = getattr(s, f"{kind.capitalize()}OptionsT")()
        options.fusedActivationFunction = getattr(s.ActivationFunctionType, activation)
        self.operator(kind, [a.index, b.index], [y], options, 2)
        return y

    def constant(self, shape: tuple[int, ...], scale: float) -> Handle:
        """A random int8 constant."""
        data = self.rng.integers(-128, 128, shape).astype(np.int8)
        return self.tensor(shape, "int8", scale, int(self.rng.integers(-128, 128)), data)

    def reshape(self, x: Handle, shape: tuple[int, ...]) -> Handle:
        """RESHAPE, the new shape given both as an operand and as an option."""
        target = self.tensor((len(shape),), "int32", data=np.asarray(shape, np.int32))
        y = self.tensor(shape, "int8", x.scale, x.zero_point)
        self.operator("RESHAPE", [x.index, target.index], [y], self._s.ReshapeOptionsT(newShape=list(shape)))
        return y

    def pad(self, x: Handle, widths: tuple[tuple[int, int], ...]) -> Handle:
        """PAD with the zero point."""
        amounts = self.tensor((len(widths), 2), "int32", data=np.asarray(widths, np.int32))
        shape = tuple(n + before + after for n, (before, after) in zip(x.shape, widths, strict=True))
        y = self.tensor(shape, "int8", x.scale, x.zero_point)
        self.operator("PAD", [x.index, amounts.index], [y], self._s.PadOptionsT(), 2)
        return y

    def crop(self, x: Handle, axis: int, before: int, after: int) -> Handle:
        """STRIDED_SLICE that leaves out so many at the ends of a dimension."""
        shape = tuple(n - before - after if i == axis else n for i, n in enumerate(x.shape))
        ends = [[before if i == axis else 0 for i in range(len(shape))], [0] * len(shape), [1] * len(shape)]
        ends[1][axis] = -after if after else x.shape[axis]
        places = [self.tensor((len(shape),), "int32", data=np.asarray(numbers, np.int32)) for numbers in ends]
        y = self.tensor(shape, "int8", x.scale, x.zero_point)
        others = (1 << len(shape)) - 1 - (1 << axis)
        options = self._s.StridedSliceOptionsT(beginMask=others, endMask=others)
        self.operator("STRIDED_SLICE", [x.index, *(place.index for place in places)], [y], options)
        return y

    def concatenate(self, parts: list[Handle], axis: int) -> Handle:
        """CONCATENATION of tensors that share one scale."""
        shape = list(parts[0].shape)
        shape[axis] = sum(part.shape[axis] for part in parts)
        y = self.tensor(tuple(shape), "int8", parts[0].scale, parts[0].zero_point)
        self.operator("CONCATENATION", [p.index for p in parts], [y], self._s.ConcatenationOptionsT(axis=axis), 2)
        return y

    def relu(self, x: Handle, six: bool = False) -> Handle:
        """RELU or RELU6 as an operator of its own."""
        y = self.activation(x.shape, float(x.scale * self.rng.uniform(0.6, 1.2)))
        self.operator("RELU6" if six else "RELU", [x.index], [y], None, 2)
        return y

    def logistic(self, x: Handle) -> Handle:
        """LOGISTIC."""
        y = self.tensor(x.shape, "int8", 1 / 256, -128)
        self.operator("LOGISTIC", [x.index], [y], None, 2)
        return y

    def softmax(self, x: Handle, beta: float = 1.0) -> Handle:
        """SOFTMAX over the last dimension."""
        y = self.tensor(x.shape, "int8", 1 / 256, -128)
        self.operator("SOFTMAX", [x.index], [y], self._s.SoftmaxOptionsT(beta=beta), 2)
        return y

    def convolution_options(self) -> Any:
        """Options of a CONV_2D of stride 1 with SAME padding."""
        return self._s.Conv2DOptionsT(strideH=1, strideW=1, dilationHFactor=1, dilationWFactor=1)

    def depthwise_options(self) -> Any:
        """Options of a DEPTHWISE_CONV_2D of stride 1 with SAME padding."""
        options = self._s.DepthwiseConv2DOptionsT(strideH=1, strideW=1, dilationHFactor=1, dilationWFactor=1)
        options.depthMultiplier = 1
        return options

    def dense_options(self, activation: str = "NONE", *, keep_dims: bool = False) -> Any:
        """Options of a FULLY_CONNECTED."""
        options = self._s.FullyConnectedOptionsT(keepNumDims=keep_dims)
        options.fusedActivationFunction = getattr(self._s.ActivationFunctionType, activation)
        return options

    # ---- the file

    def finish(self, *outputs: Handle, inputs: Sequence[Handle] = ()) -> bytes:
        """The model as the bytes of a .tflite; ``inputs`` names inputs that :meth:`input` did not make."""
        self._graph.inputs += [handle.index for handle in inputs]
        self._graph.outputs = [output.index for output in outputs]
        self._model.subgraphs = [self._graph]
        builder = flatbuffers.Builder(1 << 16)
        builder.Finish(self._model.Pack(builder), file_identifier=IDENTIFIER)
        return bytes(builder.Output())


def _spread(products: int) -> float:
    """Standard deviation of a sum of products of evenly distributed int8 numbers."""
    return float(np.sqrt(products)) * 73 * 73


def _extent(size: int, kernel: int, stride: int, dilation: int, same: bool) -> int:
    """Output length of a sliding window (TensorFlow's SAME and VALID)."""
    reach = 1 if same else (kernel - 1) * dilation + 1
    return (size - reach + stride) // stride
