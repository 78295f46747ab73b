"""``kws bench``: one module a part."""

from __future__ import annotations

from pathlib import Path

import click

from kws_data.cli.lazy import LazyGroup
from kws_data.cli.options import json_option

#: part -> (module below kws_data.cli, what it measures).
BENCHES: dict[str, tuple[str, str]] = {
    "frontend": ("bench.frontend", "The C front end against librosa."),
    "engine": ("bench.engine", "The C engine against TensorFlow Lite Micro, on a model."),
    "graphs": (
        "bench.graphs",
        "Random networks in the C engine: TensorFlow Lite Micro's bytes, by windows and as streams.",
    ),
    "sanitized": ("bench.sanitized", "The firmware's C under ASan and UBSan: any samples, commands, networks."),
    "device": ("bench.device", "Detectors on the emulated core: cycles and bytes, beside TFLM with CMSIS-NN."),
    "microphone": (
        "bench.microphone",
        "A detector at the emulated microphone for half an hour, against the host.",
    ),
    "train": ("bench.train", "Steps of training, along time only, against Keras layers."),
    "build": ("bench.build", "How data sets are built: speed, memory, the same bytes always."),
    "model": ("bench.model", "Model families side by side on one data set."),
    "synth": ("bench.synth", "Speech engines: clips a second, beside espeak-ng."),
    "near": ("bench.near", "How often words that are no keyword are taken for one, by folds of people."),
    "gate": ("bench.gate", "A gate of energy before the network: what it saves in sounds, and which words it misses."),
    "intervals": ("bench.intervals", "Do 95 % intervals hold the truth in 95 % of cases? By clip and by speaker."),
    "try": ("bench.try_", "The page of kws try in a browser: equal to every engine, how fast, how large."),
    "listen": ("bench.listen", "What models do in streams they never met: found, false accepts, noise, clips."),
    "slices": ("bench.slices", "The search for failing slices: planted ones found, false findings, time."),
    "labels": ("bench.labels", "Planted label errors, copies and broken clips: how many are found, of how many."),
    "report": ("bench.report", "The report of a run of 100,000 test clips: seconds to write and to open it."),
    "record": ("bench.record", "What serial capture loses, mistakes or survives."),
    "damaged": ("bench.damaged", "Damaged audio, configurations and models: nothing may crash, hang or get lost."),
}


@click.group(
    "bench",
    cls=LazyGroup,
    table=BENCHES,
    title="What to measure",
    invoke_without_command=True,
    epilog="Example: kws bench record --quick",
)
@click.option("--bundle", type=click.Path(path_type=Path), default=None, help="Also compare engines on this model.")
@json_option
@click.pass_context
def command(ctx: click.Context, bundle: Path | None, as_json: bool) -> None:
    """Measure on this machine, always against a named baseline. Without a part: front end, and engine with --bundle."""
    if ctx.invoked_subcommand is None:
        from kws_data.cli.bench.speed import bench_speed

        bench_speed(None, bundle, as_json)
