"""A bundle from a model file, a threshold and the data it saw."""

from __future__ import annotations

from math import ceil

from firmware_tools.frontend.spec import MICRO, FrontendSpec
from firmware_tools.spotter.gate_spec import GateSpec
from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.bundle import Engine, ModelBundle, model_hash
from kws_data.config.config import Config
from kws_data.config.stream import GateSettings
from kws_data.errors import ConfigError


def make_bundle(
    config: Config, tflite: bytes, threshold_int8: int, dataset_version: str, engine: Engine = "windowed"
) -> ModelBundle:
    """Measure a model and put what belongs to it together."""
    from firmware_tools.tflite.graph import read_tflite

    graph = read_tflite(tflite)
    stride_frames = config.stream.stride_frames if engine == "streaming" else StreamSpec().stride_frames
    return ModelBundle(
        config=config.name,
        labels=tuple(config.labels),
        frontend=config.frontend,
        clip_samples=config.clip_samples,
        threshold_int8=threshold_int8,
        dataset_version=dataset_version,
        model_sha256=model_hash(tflite),
        seed=config.seed,
        tflite_bytes=len(tflite),
        arena_bytes=arena_bytes(tflite),
        macs=graph.total_macs,
        parameters=graph.parameters,
        train_settings={
            "model": config.model.model_dump(mode="json"),
            "train": config.train.model_dump(mode="json"),
            "max_fpr": config.threshold.max_fpr,
        },
        tflite=tflite,
        stream=StreamSpec(stride_frames=stride_frames, gate=gate_of(config)),
        engine=engine,
    )


def gate_of(config: Config) -> GateSpec | None:
    """The gate that ``stream.gate`` asks for, in frames; None where it asks for none.

    Raises:
        ConfigError: it is asked for where other firmware than ours listens.
    """
    gate, spec = config.stream.gate, config.frontend
    if gate is not None and spec.kind == MICRO:
        raise ConfigError("stream.gate cannot be used", spec.kind, "micro_wake_word has no gate: leave it out")
    return None if gate is None else gate_in_frames(gate, spec)


def gate_in_frames(gate: GateSettings, spec: FrontendSpec) -> GateSpec:
    """A gate's times as frames of a front end, its level as a ratio."""
    frame_ms = 1_000 * spec.hop_samples / spec.sample_rate_hz
    return GateSpec(
        open_sixteenths=round(16 * 10 ** (gate.open_db / 10)),
        hold_frames=ceil(gate.hold_ms / frame_ms),
        preroll_frames=ceil(gate.preroll_ms / frame_ms),
        rise_shift=gate.rise_shift,
    )


def arena_bytes(tflite: bytes) -> int:
    """Arena by TFLM's recording allocator; where its wheel is missing, the exact plan of the C engine."""
    from firmware_tools.tflite import tflm

    if tflm.available():
        return tflm.arena_bytes(tflite)
    from firmware_tools.engine.plan import plan_memory
    from firmware_tools.tflite.graph import read_tflite

    return int(plan_memory(read_tflite(tflite)).arena_bytes)
