"""Random int8 networks, as ``kws bench graphs`` draws them, for the tests of the engine."""

from __future__ import annotations

from kws_data.bench.graphs.windowed import random_model

__all__ = ["random_model"]
