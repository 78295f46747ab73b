"""By what real number an operator's integers are multiplied: where TFLM computes in double, and where it depends.

The scales of a .tflite are float32. What is made of them is computed in double precision by every operator of the
``tflite-micro`` wheel that this project pins (0.dev20261023182759), which is what the C engine must equal:

- CONV_2D, DEPTHWISE_CONV_2D, MUL, and FULLY_CONNECTED with a scale a channel: input * weights / output;
- FULLY_CONNECTED with one scale: the same, with and without biases;
- ADD, MEAN, RELU: quotients of two scales.

TFLM's sources differ in one of these: as of August 2026 ``GetQuantizedConvolutionMultipler``
(tensorflow/lite/kernels/kernel_util.cc), which serves dense layers with **one** scale, takes the product of input and
weights in float32. A firmware with TFLM built from such sources gives one step more or less where a sum lies next to
the middle between two outputs: about one output in a hundred thousand. A scale a channel is the same everywhere.
:mod:`firmware_tools.engine.tflm_rule` asks the wheel at hand which rule it follows.
"""

from __future__ import annotations


def product_over(first_scale: float, second_scale: float, output_scale: float) -> float:
    """``first * second / output`` in double precision: of a sum of products, or of one product, to the output.

    Args:
        first_scale, second_scale, output_scale: float32 values in Python floats, as the file has them.
    """
    return first_scale * second_scale / output_scale
