"""The gate before the network: its rule by a reference in Python, and board and host alike behind it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from synthetic_models import keyword_model

from firmware_tools.boards.spec import load_board
from firmware_tools.engine.host import HostEngine
from firmware_tools.engine.streaming.host import HostStream
from firmware_tools.errors import ModelError
from firmware_tools.flashers.emulated import EmulatedFlasher
from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.image.build import build_image
from firmware_tools.link.session import open_board
from firmware_tools.spotter import client as spotter
from firmware_tools.spotter.gate import open_frames, shown_frames
from firmware_tools.spotter.gate_spec import GateSpec
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.spotter.stream_spec import StreamSpec

SPEC, CLIP = FrontendSpec(), 16_000
LABELS = ("_silence_", "_unknown_", "yes", "no", "go")
GATE = GateSpec(open_sixteenths=32, hold_frames=7, preroll_frames=5, rise_shift=6)


def sound(seed: int = 0, seconds: float = 6.0) -> NDArray[np.int16]:
    """Quiet with bursts in it, one right after another, one clipped."""
    rng = np.random.default_rng(seed)
    made = rng.normal(0, 20, int(seconds * 16_000))
    for at, length, size in ((1.6, 0.3, 3_000), (2.5, 0.1, 800), (2.75, 0.4, 90_000), (4.5, 0.5, 200)):
        inside = slice(int(at * 16_000), int((at + length) * 16_000))
        made[inside] += rng.normal(0, size, inside.stop - inside.start)
    return np.clip(made, -32_768, 32_767).astype(np.int16)


def by_rule(samples: NDArray[np.int16], gate: GateSpec) -> list[bool]:
    """The rule of kws_gate.h, in words of Python."""
    steps = np.diff(samples.astype(np.int64), prepend=0) ** 2
    begin, floor, left, found = 0, -1, 0, []
    for frame in range(SPEC.frames(len(samples))):
        end = frame * SPEC.hop_samples + SPEC.window_samples
        energy, begin = int(steps[begin:end].sum()), end
        floor = energy if floor < 0 or energy < floor else floor + (floor >> gate.rise_shift) + 1
        left = gate.hold_frames if energy * 16 > floor * gate.open_sixteenths else left
        found.append(left > 0)
        left = max(0, left - 1)
    return found


@pytest.mark.parametrize("gate", [GATE, GateSpec(), GateSpec(open_sixteenths=20, hold_frames=1, rise_shift=1)])
@pytest.mark.parametrize("seed", [0, 1])
def test_frames_open_the_gate_by_its_rule(gate: GateSpec, seed: int) -> None:
    samples = sound(seed)
    found = open_frames(gate, SPEC, samples)
    assert found.tolist() == by_rule(samples, gate)
    assert 0 < found.mean() < 1


def test_the_loudest_square_there_is_fits() -> None:
    samples = np.tile(np.array([-32_768, 32_767], np.int16), 16_000)
    assert open_frames(GATE, SPEC, samples).tolist() == by_rule(samples, GATE)


def test_frames_before_the_opening_are_shown_late_and_only_once() -> None:
    shown = shown_frames(GATE, SPEC, sound(), 49)
    assert shown.frames.tolist() == sorted(set(shown.frames.tolist()))
    assert shown.live[:49].all() and not shown.live.all()
    late = shown.frames[~shown.live]
    first = shown.frames[shown.live][np.flatnonzero(np.diff(shown.frames[shown.live]) > 1) + 1]
    assert all(any(0 < begin - frame <= GATE.preroll_frames for begin in first) for frame in late)


@pytest.mark.parametrize(
    "change", [{"open_sixteenths": 15}, {"hold_frames": 0}, {"preroll_frames": 1_001}, {"rise_shift": 17}]
)
def test_settings_out_of_range_are_refused(change: dict[str, int]) -> None:
    with pytest.raises(ModelError, match=f"stream: gate: {next(iter(change))}"):
        GateSpec(**change)


def test_a_stream_keeps_its_gate_and_one_without_is_as_before() -> None:
    spec = StreamSpec(gate=GATE)
    assert StreamSpec.from_dict(spec.to_dict()) == spec
    assert "gate" not in StreamSpec().to_dict()
    with pytest.raises(ModelError, match="gate cannot be read"):
        StreamSpec.from_dict({**spec.to_dict(), "gate": {"hold_frames": 3}})


@pytest.mark.parametrize(("stride", "hop", "streaming"), [(1, 3, True), (2, 4, True), (1, 3, False)])
def test_the_board_hears_what_the_host_hears(stride: int, hop: int, streaming: bool, tmp_path: Path) -> None:
    frames = SPEC.frames(CLIP)
    shape = {"frames": frames, "features": SPEC.features, "channels": 12, "blocks": 2, "kernel": 5}
    tflite = keyword_model(**shape, labels=len(LABELS), seed=5, stride=stride, valid=True)
    stream = StreamSpec(stride_frames=hop, average=2, gate=GATE)
    board, samples = load_board("emulated"), sound()
    sources = spotter_sources(SPEC, tflite, LABELS, 0, "5e" * 32, stream=stream, streaming=streaming)
    EmulatedFlasher(board, tmp_path).flash(build_image(board, "spotter", sources, tmp_path / "image").bin)
    with open_board(board, None, tmp_path) as session:
        heard = [
            one for one in spotter.stream(session.link, [samples], scores=True) if isinstance(one, spotter.StreamScores)
        ]
    shown = shown_frames(GATE, SPEC, samples, frames)
    features = HostFrontend(SPEC).stream(samples)[shown.frames]
    engine = HostStream(tflite) if streaming else HostEngine(tflite)
    scores = engine.windows(features, hop)
    last = np.arange(len(scores)) * hop + frames - 1
    decided = shown.live[last]
    ends = shown.frames[last[decided]] * SPEC.hop_samples + SPEC.window_samples
    assert [one.sample for one in heard] == ends.tolist()
    np.testing.assert_array_equal([one.scores for one in heard], scores[decided])
    assert 5 < len(heard) < (SPEC.frames(len(samples)) - frames) // hop
