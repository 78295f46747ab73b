"""A model of one keyword whose only output is the logit of that keyword: what microWakeWord's runtimes want.

Training, quantisation and evaluation know three labels. So two fixed layers follow the one output z: the logits
(0, 0, z + ln 2) and their softmax, which gives the keyword exp(z + ln 2) / (2 + exp(z + ln 2)) = sigmoid(z), and
silence and other words a half of the rest each. What is exported as one sigmoid is cut before them, without loss.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from kws_data.errors import ConfigError

if TYPE_CHECKING:
    import keras

SCORE, LABELS = "score", 3


def with_one_score(model: keras.Model) -> keras.Model:
    """The model of a family with one dense output ``score``, and the fixed layers of three labels behind it.

    Raises:
        ConfigError: it has other than three labels.
    """
    import keras

    labels = int(model.output_shape[-1])
    if labels != LABELS:
        raise ConfigError("model.one_score needs exactly one keyword", labels - 2, "name one in keywords:")
    score = keras.layers.Dense(1, name=SCORE)(model.get_layer("logits").input)
    logits = keras.layers.Dense(
        LABELS,
        name="logits",
        trainable=False,
        kernel_initializer=keras.initializers.Constant([[0.0, 0.0, 1.0]]),
        bias_initializer=keras.initializers.Constant([0.0, 0.0, log(2.0)]),
    )(score)
    return keras.Model(model.input, keras.layers.Softmax(name="scores")(logits))


def has_one_score(model: keras.Model) -> bool:
    """Whether a model ends that way."""
    return any(layer.name == SCORE for layer in model.layers)
