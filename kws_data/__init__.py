"""Data, models, evaluation and the command line of ``kws``. Builds on ``firmware_tools``."""

__version__ = "0.1.0"
