"""A memory plan for TFLM in the file: less arena, the same outputs; no file where there is nothing to gain."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from synthetic_models import keyword_model

from firmware_tools.engine.host import load_batches
from firmware_tools.engine.tflm_plan import ALIGNMENT, METADATA, SUBGRAPH, UNPLANNED, VERSION, plan_vector
from firmware_tools.tflite.flatbuffer import load_model
from firmware_tools.tflite.graph import read_tflite
from firmware_tools.tflite.slim import slim
from firmware_tools.tflite.tflm import TflmInterpreter, arena_bytes, available
from kws_data.config.export import ExportSettings
from kws_data.config.model import ModelSettings
from kws_data.experiments.untrained import randomise
from kws_data.export.convert import exported_tflite
from kws_data.models.registry import build_model

FRAMES, FEATURES = 49, 20
NEEDS_TFLM = pytest.mark.skipif(not available(), reason="tflite-micro has no wheel for this machine")


def features(clips: int = 12) -> np.ndarray:
    return np.random.default_rng(3).integers(-128, 128, (clips, FRAMES, FEATURES)).astype(np.int8)


def exported(channels: int, arena_plan: bool, pointwise_bits: int = 8) -> bytes:
    model = build_model(
        ModelSettings(family="tenet", channels=channels, blocks=2, branches=()), (FRAMES, 1, FEATURES), 5
    )
    randomise(model, np.random.default_rng(0))
    return exported_tflite(model, features(), ExportSettings(arena_plan=arena_plan), 0, pointwise_bits)


@pytest.mark.slow
@NEEDS_TFLM
def test_a_plan_saves_arena_and_changes_no_output() -> None:
    usual, planned = (exported(30, plan, pointwise_bits=4) for plan in (False, True))
    assert 0 < len(planned) - len(usual) < 300
    assert arena_bytes(planned) <= arena_bytes(usual) - 1_000
    x = features()[:, :, None, :]
    said = TflmInterpreter(usual)(x)
    np.testing.assert_array_equal(TflmInterpreter(planned)(x), said)
    (run,) = load_batches([read_tflite(planned)], optimise="-O1")
    np.testing.assert_array_equal(run(x), said)
    assert exported(30, True, pointwise_bits=4) == planned


@pytest.mark.slow
def test_what_lives_at_the_same_time_does_not_share_memory() -> None:
    file = exported(30, arena_plan=True)
    model = load_model(file)
    (note,) = model.metadata
    assert note.name == METADATA.encode()
    content = np.frombuffer(np.asarray(model.buffers[note.buffer].data, np.uint8).tobytes(), "<i4").tolist()
    graph = model.subgraphs[0]
    version, subgraph, count, *offsets = content
    assert (version, subgraph, count, len(offsets)) == (VERSION, SUBGRAPH, len(graph.tensors), len(graph.tensors))
    size = {i: int(np.prod(t.shape)) for i, t in enumerate(graph.tensors) if offsets[i] != UNPLANNED}
    assert all(offsets[i] % ALIGNMENT == 0 for i in size) and set(map(int, graph.inputs)) <= set(size)
    alive = set(map(int, graph.inputs))
    for number, operator in enumerate(graph.operators):
        alive |= set(map(int, operator.outputs))
        spans = sorted((offsets[i], offsets[i] + size[i]) for i in alive)
        assert all(end <= start for (_, end), (start, _) in pairwise(spans)), number
        later = {int(i) for after in graph.operators[number + 1 :] for i in after.inputs} | set(map(int, graph.outputs))
        alive &= later


def test_no_plan_where_it_would_save_nothing_or_state_is_kept() -> None:
    from firmware_tools.tflite.flatbuffer import model_bytes

    file = slim(keyword_model())
    if (plan := plan_vector(file)) is not None:
        file = slim(file, {METADATA: plan})
    assert slim(file) == slim(keyword_model()), "a plan stays in a file that is made slim again"
    model = load_model(keyword_model())
    model.subgraphs[0].tensors[0].isVariable = True
    assert plan_vector(model_bytes(model)) is None
