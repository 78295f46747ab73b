"""How a float model is learnt. Everything random comes from the seed of the config, TensorFlow runs deterministic
operations on one thread; no weights are picked by looking at validation data. A run that is interrupted goes on where
it was and ends with the same bytes.

May import: ``models``, ``features``, ``dataset`` and below. Start reading at ``run.py``, then ``fit.py`` (the loop).
"""
