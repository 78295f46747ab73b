"""Random int8 networks that can be computed column by column, as ``kws bench graphs`` draws them."""

from __future__ import annotations

from kws_data.bench.graphs.streams import random_stream, random_streams

__all__ = ["random_stream", "random_streams"]
