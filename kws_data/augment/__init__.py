"""What may happen to a training clip before its features are computed.

Each transform is a pure function of a batch of rows with its parameters given; :mod:`~kws_data.augment.draws` draws
the parameters, :mod:`~kws_data.augment.chain` puts them in order. Names and meanings are those of audiomentations,
which is too slow for many copies of many clips; the loops are in C.
"""

from kws_data.augment.chain import augment_batch
from kws_data.augment.sounds import Sounds

__all__ = ["Sounds", "augment_batch"]
