"""One step of the optimiser as a compiled function, with the loss that follows labels and teachers.

The teachers' part is the cross entropy with their softened probabilities, times the square of the temperature so that
its gradients keep their size (Hinton et al. 2015, https://arxiv.org/abs/1503.02531).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kws_data.config.training import TrainSettings
from kws_data.models.one_score import has_one_score
from kws_data.models.weights_4bit import levelled, pointwise_layers
from kws_data.training.average import WeightAverage
from kws_data.training.batches.unknown_words import put_together
from kws_data.training.temporal_matmul import temporal_logits

if TYPE_CHECKING:
    import keras

Step = Callable[..., Any]


def make_optimizer(model: keras.Model, settings: TrainSettings, total_steps: int) -> Any:
    """AdamW: a twentieth of the steps to warm up, then a cosine to nothing; no decay of biases and batch norms."""
    import keras

    warmup = max(1, total_steps // 20)
    rate = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate / 20,
        max(1, total_steps - warmup),
        warmup_target=settings.learning_rate,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay, clipnorm=5.0)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(model.trainable_variables)
    return optimizer


def make_step(
    model: keras.Model,
    optimizer: Any,
    settings: TrainSettings,
    teachers: Sequence[keras.Model],
    soft: bool = False,
    label_weights: NDArray[np.float64] | None = None,
    average: WeightAverage | None = None,
    *,
    pointwise_bits: int = 8,
    by_layers: bool = False,
) -> Step:
    """A compiled function of (input, target, soft) -> (loss, share of hits).

    Args:
        model: what learns.
        optimizer: of :func:`make_optimizer`.
        settings: with the teachers' temperature and share.
        teachers: asked about each batch as it is.
        soft: whether batches bring what teachers say; then ``teachers`` are not asked.
        label_weights: [labels] how much an error on each label counts; all the same when None.
        average: takes in the weights after each step.
        pointwise_bits: 4 to run with the kernels of 1x1 convolutions on their 15 levels.
        by_layers: let Keras run its layers in any case, for a comparison.
    """
    import tensorflow as tf

    net, whole = learner(logits_model(model), by_layers)
    if pointwise_bits == 4:
        net = on_levels_while_learning(net, model)
    wise = [logits_model(teacher) for teacher in teachers]
    heat, share = settings.teacher.temperature, settings.teacher.soft_share
    labels = int(model.output_shape[-1])
    hits = _either_hit if has_one_score(model) else _hit
    costs = None if label_weights is None else tf.constant(label_weights, tf.float32)

    @tf.function(jit_compile=whole and not wise, autograph=not whole)  # type: ignore[untyped-decorator]
    def step(x: Any, target: Any, told: Any) -> Any:
        wanted = told if soft else (softened(wise, x, heat, labels) if wise else None)
        with tf.GradientTape() as tape:
            logits = net(x)
            losses = tf.nn.softmax_cross_entropy_with_logits(target, logits)
            loss = tf.reduce_mean(losses if costs is None else losses * tf.linalg.matvec(target, costs))
            if wanted is not None:
                follow = tf.nn.softmax_cross_entropy_with_logits(wanted, logits / heat)
                loss = (1 - share) * loss + share * heat**2 * tf.reduce_mean(follow)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        if average is not None:
            average.update()
        return loss, tf.reduce_mean(tf.cast(hits(logits, target), tf.float32))

    compiled: Step = step
    return compiled


def _hit(logits: Any, target: Any) -> Any:
    import tensorflow as tf

    return tf.equal(tf.argmax(logits, 1), tf.argmax(target, 1))


def _either_hit(logits: Any, target: Any) -> Any:
    """Where labels share a score, each of them is the highest."""
    import tensorflow as tf

    own = tf.gather(logits, tf.argmax(target, 1), axis=1, batch_dims=1)
    return own >= tf.reduce_max(logits, 1)


def learner(net: keras.Model, by_layers: bool = False) -> tuple[Callable[[Any], Any], bool]:
    """What a model that ends in logits does when training, and whether XLA makes that faster."""
    fast = None if by_layers else temporal_logits(net)
    if fast is not None:
        return fast, True
    return lambda x: net(x, training=True), False


def on_levels_while_learning(net: Callable[[Any], Any], model: keras.Model) -> Callable[[Any], Any]:
    """The same with the kernels of 1x1 convolutions on their levels; gradients pass as if they were not (straight
    through; Courbariaux et al. 2015, https://arxiv.org/abs/1511.00363). Batch norms stay: they scale a channel, and the
    levels of a channel scale with it.

    Raises:
        ModelError: the model has no such convolution.
    """
    import keras
    import tensorflow as tf

    kernels = [layer.kernel for layer in pointwise_layers(model)]

    def call(x: Any) -> Any:
        exact = [tf.convert_to_tensor(kernel) for kernel in kernels]
        felt = [(k, e + tf.stop_gradient(levelled(e) - e)) for k, e in zip(kernels, exact, strict=True)]
        with keras.StatelessScope(felt, initialize_variables=False) as scope:
            logits = net(x)
        for variable in model.non_trainable_variables:
            if (value := scope.get_current_value(variable)) is not None:
                variable.assign(value)
        return logits

    return call


def softened(teachers: Sequence[keras.Model], x: Any, temperature: float, labels: int) -> Any:
    """Mean of what models that end in logits say at a temperature: probabilities [batch, labels]."""
    import tensorflow as tf

    said = [put_together(net(x, training=False), labels) for net in teachers]
    return tf.add_n([tf.nn.softmax(logits / temperature) for logits in said]) / len(said)


def logits_model(model: keras.Model) -> keras.Model:
    """The same model (shared weights) up to its logits."""
    import keras

    return keras.Model(model.input, model.get_layer("logits").output)
