"""Float Keras model to full-int8 ``.tflite``.

The input's scale is exactly 1/128 with zero point 0, so that the int8 features of the front end go into the model as
they are: the representative set holds -1 and 127/128 to fix that, and the result is checked.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from kws_data.interrupts import deferred_interrupts
from kws_data.models.calibration import representative
from kws_data.models.float_model import load_float
from kws_data.system.native_output import native_output_silenced

if TYPE_CHECKING:
    import keras

INPUT_SCALE = 1.0 / 128.0
OUTPUT_SCALE, OUTPUT_ZERO = 1.0 / 256.0, -128


def quantise(
    model_float: Path | keras.Model, features: NDArray[np.int8], seed: int = 0, *, dense_per_channel: bool = False
) -> bytes:
    """Convert a float model to full int8.

    Args:
        model_float: path of ``model_float.keras``, or the model.
        features: int8 [clips, frames, features], training features to calibrate the activations on.
        seed: which of them are used, when there are more than are needed.
        dense_per_channel: a scale for each output of dense layers, at 12 bytes each, instead of one for all.

    Returns:
        The bytes of the converter's file: input int8 (scale 1/128, zero point 0), output int8 (1/256, -128).

    Raises:
        ModelError: no features, or the converter made another input or output than that.
    """
    with native_output_silenced():
        import tensorflow as tf

    from kws_data.models.folding import deploy

    model = load_float(model_float) if isinstance(model_float, Path) else model_float
    chosen = representative(features, seed)

    def batches() -> Iterator[list[NDArray[np.float32]]]:
        for clip in chosen:
            yield [clip[np.newaxis]]

    converter = tf.lite.TFLiteConverter.from_keras_model(one_clip_model(deploy(model)))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = batches
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    converter._experimental_disable_per_channel_quantization_for_dense_layers = not dense_per_channel
    # It prints what it does, from Python and from C++; stdout is not its own.
    with deferred_interrupts(), native_output_silenced(), redirect_stdout(StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tflite = bytes(converter.convert())
    check_ends(tflite)
    return tflite


def convert_float(model: keras.Model) -> bytes:
    """The model as a float ``.tflite``: the same operators as its int8 file, to compare layer by layer."""
    with native_output_silenced():
        import tensorflow as tf

    from kws_data.models.folding import deploy

    converter = tf.lite.TFLiteConverter.from_keras_model(one_clip_model(deploy(model)))
    with deferred_interrupts(), native_output_silenced(), redirect_stdout(StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bytes(converter.convert())


def one_clip_model(model: keras.Model) -> keras.Model:
    """The same model for batches of one clip, so that no operator has to ask for the size of the batch."""
    import keras

    inputs = keras.Input(batch_shape=(1, *model.input_shape[1:]), name="features")
    return keras.Model(inputs, model(inputs, training=False))


def check_ends(tflite: bytes) -> None:
    """Raises ModelError unless input and output are int8 with the scales that front end and detector expect."""
    for which, detail, scale, zero in zip(
        ("input", "output"), ends(tflite), (INPUT_SCALE, OUTPUT_SCALE), (0, OUTPUT_ZERO), strict=True
    ):
        found = detail["quantization"]
        if detail["dtype"] is not np.int8 or tuple(found) != (scale, zero):
            raise ModelError(
                f"quantised model has another {which}", found, f"expected int8 with scale {scale}, zero point {zero}"
            )


def ends(tflite: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Details of the only input and the only output, as LiteRT reads them."""
    from ai_edge_litert.interpreter import Interpreter

    try:
        interpreter = Interpreter(model_content=tflite)
        (given,), (result,) = interpreter.get_input_details(), interpreter.get_output_details()
    except (ValueError, RuntimeError) as error:
        raise ModelError("model cannot be opened", None, f"it needs one input and one output ({error})") from None
    return given, result
