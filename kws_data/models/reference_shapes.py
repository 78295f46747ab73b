"""The two models that keyword engines are compared on, as they were published, with weights that nobody trained.

- MLPerf Tiny's ``kws_ref_model`` (https://github.com/mlcommons/tiny, a DS-CNN after https://arxiv.org/abs/1711.07128):
  2,656,768 multiplications. The family ``ds_cnn`` is the same but for its end, which takes a mean.
- TensorFlow Lite Micro's ``micro_speech`` (``tiny_conv``): 336,000 multiplications. Its only convolution is a depthwise
  one of a single channel, eight times over.

What they cost depends on their shape alone; batch norms are left out, because export folds them away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kws_data.models.layers import classifier
from kws_data.models.registry import build_model

if TYPE_CHECKING:
    import keras

    from kws_data.config.model import ModelSettings

DS_CNN_FRAMES, DS_CNN_FEATURES, DS_CNN_LABELS = 49, 10, 12
MICRO_SPEECH_FRAMES, MICRO_SPEECH_FEATURES, MICRO_SPEECH_LABELS = 49, 40, 4
_CHANNELS, _BLOCKS = 64, 4


def mlperf_ds_cnn(seed: int = 0) -> keras.Model:
    """Conv 10×4 stride 2, four blocks of depthwise 3×3 and pointwise, average pool, dense: (49, 1, 10) -> 12."""
    import keras

    keras.utils.set_random_seed(seed)
    inputs, x = _image(DS_CNN_FRAMES, DS_CNN_FEATURES)
    x = keras.layers.Conv2D(_CHANNELS, (10, 4), strides=2, padding="same", activation="relu")(x)
    for _ in range(_BLOCKS):
        x = keras.layers.DepthwiseConv2D(3, padding="same", activation="relu")(x)
        x = keras.layers.Conv2D(_CHANNELS, 1, activation="relu")(x)
    x = keras.layers.AveragePooling2D((25, 5))(x)
    return classifier(inputs, keras.layers.Flatten()(x), DS_CNN_LABELS)


def micro_speech(seed: int = 0) -> keras.Model:
    """Depthwise 10×8 stride 2 of one channel into eight, dense: (49, 1, 40) -> 4."""
    import keras

    keras.utils.set_random_seed(seed)
    inputs, x = _image(MICRO_SPEECH_FRAMES, MICRO_SPEECH_FEATURES)
    x = keras.layers.DepthwiseConv2D((10, 8), strides=2, depth_multiplier=8, padding="same", activation="relu")(x)
    return classifier(inputs, keras.layers.Flatten()(x), MICRO_SPEECH_LABELS)


def untrained(settings: ModelSettings, input_shape: tuple[int, int, int], labels: int, seed: int = 0) -> keras.Model:
    """A model of a configuration, as its training begins; raises ConfigError as :func:`build_model`."""
    import keras

    keras.utils.set_random_seed(seed)
    return build_model(settings, input_shape, labels)


def _image(frames: int, features: int) -> tuple[Any, Any]:
    """An input of features as channels, and the same as a picture of time and frequency with one channel."""
    import keras

    inputs = keras.Input((frames, 1, features), name="features")
    return inputs, keras.layers.Reshape((frames, features, 1))(inputs)
