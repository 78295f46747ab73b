"""The geometry of windows that slide over a picture: convolutions and pools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from firmware_tools.engine.call import fits_uint16
from firmware_tools.errors import ModelError
from firmware_tools.tflite.flatbuffer import schema
from firmware_tools.tflite.graph import Graph, Operator, graph_place

MOST_PADDING = 32_767  # TFLM keeps it in 16 bits


@dataclass(frozen=True)
class Axis:
    """A window along one dimension."""

    size: int
    out: int
    kernel: int
    stride: int
    dilation: int
    pad: int

    @property
    def reach(self) -> int:
        """Input positions from the first to the last tap."""
        return (self.kernel - 1) * self.dilation + 1


@dataclass(frozen=True)
class Window:
    """A two-dimensional window over ``[1, height, width, channels]``."""

    height: Axis
    width: Axis
    in_channels: int
    out_channels: int

    def transposed(self) -> Window:
        """The same window over the picture with rows and columns exchanged."""
        return replace(self, height=self.width, width=self.height)

    def parameters(self, place: str) -> Mapping[str, int]:
        """Fields of the C struct ``kws_window``."""
        h, w = self.height, self.width
        fields = {
            "in_height": h.size,
            "in_width": w.size,
            "in_channels": self.in_channels,
            "out_height": h.out,
            "out_width": w.out,
            "out_channels": self.out_channels,
            "kernel_height": h.kernel,
            "kernel_width": w.kernel,
            "stride_height": h.stride,
            "stride_width": w.stride,
            "dilation_height": h.dilation,
            "dilation_width": w.dilation,
            "pad_top": h.pad,
            "pad_left": w.pad,
        }
        return fits_uint16(fields, place)

    def first_byte(self, pixel: int) -> int:
        """First byte of the input that outputs from number ``pixel`` on still need."""
        row, column = divmod(pixel, self.width.out)
        top = max(0, row * self.height.stride - self.height.pad)
        left = max(0, column * self.width.stride - self.width.pad)
        first = top * self.width.size + left
        if row + 1 < self.height.out:  # the next row starts again at the left
            first = min(first, max(0, (row + 1) * self.height.stride - self.height.pad) * self.width.size)
        return first * self.in_channels

    @property
    def one_piece(self) -> bool:
        """Whether the bytes under every output pixel lie side by side in the input."""
        h, w = self.height, self.width
        inside = h.pad == 0 and w.pad == 0 and all((a.out - 1) * a.stride + a.reach <= a.size for a in (h, w))
        across = w.kernel == 1 or w.dilation == 1
        down = h.kernel == 1 or (w.kernel == w.size and h.dilation == 1)
        return inside and across and down

    def allows_in_place(self, pixels_together: int) -> bool:
        """True when outputs written ``pixels_together`` at a time never overtake input that is still needed."""
        pixels = self.height.out * self.width.out
        ends = range(pixels_together, pixels, pixels_together)
        return all(end * self.out_channels <= self.first_byte(end) for end in ends)


def window_of(graph: Graph, operator: Operator, kernel: tuple[int, int]) -> Window:
    """The window of a convolution or pool with a ``kernel`` of height, width.

    Raises:
        ModelError: shapes and options do not agree.
    """
    place = graph_place(operator)
    x, y = graph.tensors[operator.inputs[0]].shape, graph.tensors[operator.output].shape
    if len(x) != 4 or len(y) != 4 or x[0] != 1 or y[0] != 1:
        raise ModelError(f"{place} works on pictures of batch size 1; found", [list(x), list(y)])
    options = operator.options
    same = int(options.get("padding", 0)) == schema().Padding.SAME
    axes = []
    for i, name in enumerate("HW"):
        stride = int(options.get(f"stride{name}", 1))
        dilation = int(options.get(f"dilation{name}Factor", 1))
        axes.append(_axis(place, x[1 + i], y[1 + i], kernel[i], stride, dilation, same))
    return Window(axes[0], axes[1], x[3], y[3])


def _axis(place: str, size: int, out: int, kernel: int, stride: int, dilation: int, same: bool) -> Axis:
    if min(stride, dilation, kernel) < 1:
        raise ModelError(f"{place} has an impossible window", [kernel, stride, dilation], "export the model again")
    reach = (kernel - 1) * dilation + 1
    expected = -(-size // stride) if same else (size - reach) // stride + 1
    if out != expected or out < 1:
        raise ModelError(f"{place} has an output that does not fit its input", [size, out], "export the model again")
    pad = max(0, (out - 1) * stride + reach - size) // 2 if same else 0
    if pad > MOST_PADDING:
        raise ModelError(f"{place} has an impossible window", [kernel, stride, dilation], "export the model again")
    return Axis(size, out, kernel, stride, dilation, pad)
