"""``kws bench frontend``."""

from __future__ import annotations

from kws_data.cli.options import json_option, verb


@verb("frontend", "kws bench frontend")
@json_option
def command(as_json: bool) -> None:
    """Speed of the C front end against librosa, clip by clip and in batches."""
    from kws_data.cli.bench.speed import bench_speed

    bench_speed("frontend", None, as_json)
