"""Bundles of models that nobody trained: they cost what they cost, and detect whatever they like."""

from __future__ import annotations

from collections.abc import Sequence

from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.tflite.graph import read_tflite
from kws_data.bundle import Engine, ModelBundle, model_hash

CLIP_SAMPLES = 16_000


def bundle_of(
    name: str,
    tflite: bytes,
    labels: Sequence[str],
    frontend: FrontendSpec,
    stream: StreamSpec,
    engine: Engine = "windowed",
) -> ModelBundle:
    """A bundle of clips of a second; raises ModelError when the model cannot be read."""
    graph = read_tflite(tflite)
    return ModelBundle(
        config=name,
        labels=tuple(labels),
        frontend=frontend,
        clip_samples=CLIP_SAMPLES,
        threshold_int8=0,
        dataset_version="none",
        model_sha256=model_hash(tflite),
        seed=0,
        tflite_bytes=len(tflite),
        arena_bytes=0,
        macs=graph.total_macs,
        parameters=graph.parameters,
        train_settings={},
        tflite=tflite,
        stream=stream,
        engine=engine,
    )
