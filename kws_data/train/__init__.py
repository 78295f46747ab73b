"""Training: balanced batches of augmented features, AdamW on a cosine, weight averaging, teachers.

Everything random comes from the seed of the config, TensorFlow runs deterministic operations on one thread, and no
weights are picked by looking at validation data: the last (averaged) weights are the result. A run that is interrupted
goes on where it was and ends with the same bytes.
"""

from kws_data.train.average import WeightAverage
from kws_data.train.batches import batches, draw_batch
from kws_data.train.dataset import TrainSet, as_input, draw_weights, load_train_set, train_set, training_words
from kws_data.train.fit import History, fit, prepare_tensorflow
from kws_data.train.run import train

__all__ = [
    "History",
    "TrainSet",
    "WeightAverage",
    "as_input",
    "batches",
    "draw_batch",
    "draw_weights",
    "fit",
    "load_train_set",
    "prepare_tensorflow",
    "train",
    "train_set",
    "training_words",
]
