"""The wrapper around the TFLM interpreter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from synthetic_models import ModelBuilder, keyword_model

from firmware_tools.errors import ModelError
from firmware_tools.tflite import tflm
from firmware_tools.tflite.tflm import TflmInterpreter, arena_bytes, available

pytestmark = pytest.mark.skipif(not available(), reason="tflite-micro has no wheel for this machine")


def test_batches_and_shapes() -> None:
    interpreter = TflmInterpreter(keyword_model(labels=5))
    inputs = np.random.default_rng(0).integers(-128, 128, (4, 49, 1, 40)).astype(np.int8)
    outputs = interpreter(inputs)
    assert (outputs.shape, outputs.dtype) == ((4, 5), np.int8)
    np.testing.assert_array_equal(interpreter(inputs[2:3])[0], outputs[2])
    assert interpreter(inputs[:0]).shape == (0, 5)


def test_arena_is_what_the_recording_allocator_says() -> None:
    small, large = keyword_model(channels=8), keyword_model(channels=40)
    assert TflmInterpreter(small).arena_bytes == arena_bytes(small)
    assert 4_000 < arena_bytes(small) < arena_bytes(large) < 20_000


def test_arena_suffices() -> None:
    model = keyword_model(channels=8)
    offered = arena_bytes(model) + 1_024  # the allocator itself lives in the arena, too
    inputs = np.zeros((1, 49, 1, 40), np.int8)
    np.testing.assert_array_equal(TflmInterpreter(model, offered)(inputs), TflmInterpreter(model)(inputs))


def test_wrong_inputs_are_one_line() -> None:
    interpreter = TflmInterpreter(keyword_model())
    with pytest.raises(ModelError, match=r"takes other inputs: 'float64\[1, 49, 1, 40\]'"):
        interpreter(np.zeros((1, 49, 1, 40)))  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="takes other inputs"):
        interpreter(np.zeros((1, 48, 1, 40), np.int8))


def test_models_that_tflm_refuses() -> None:
    build = ModelBuilder()
    x = build.input((1, 4))
    y = build.activation((1, 4), 0.1)
    build.operator("HASHTABLE", [x.index], [y])
    model = build.finish(y)
    with pytest.raises(ModelError, match="tflite-micro cannot open"):
        TflmInterpreter(model)
    with pytest.raises(ModelError, match="tflite-micro cannot run"):
        arena_bytes(model)


def test_a_crash_or_a_hang_of_the_interpreter_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = keyword_model(channels=4, blocks=1)
    program = tmp_path / "python"
    monkeypatch.setattr(tflm.sys, "executable", str(program))
    program.write_text("#!/bin/sh\nkill -SEGV $$\n")
    program.chmod(0o755)
    with pytest.raises(ModelError, match=r"crashes on the model: 'SIGSEGV'"):
        arena_bytes(model)
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    monkeypatch.setattr(tflm, "ARENA_TIMEOUT_S", 0.3)
    with pytest.raises(ModelError, match=r"hangs on the model: 'no answer in 0.3 s'"):
        arena_bytes(model)
