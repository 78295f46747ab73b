"""The bench of the emulated core: shapes are those that were published, and a hop costs less than its window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from firmware_tools.boards.spec import load_board
from firmware_tools.engine.streaming.columns import why_not_streaming
from firmware_tools.tflite.graph import read_tflite
from kws_data.bench.device import M0PLUS, M0PLUS_HZ, Outcome, Row, figures_of, rows
from kws_data.bench.engine_code import WINDOWED_BEFORE_BYTES, engine_code_bytes
from kws_data.bench.figures import Figure, all_passed
from kws_data.bench.measured import Measured
from kws_data.bench.readings import Readings
from kws_data.bench.shapes import built_in
from kws_data.cli import run
from kws_data.errors import ConfigError
from kws_data.progress import Progress

BOARD = load_board("emulated")


@pytest.fixture(scope="module")
def streaming() -> Measured:
    return Measured(built_in("streaming"), BOARD)


def test_published_shapes_have_their_published_multiplications() -> None:
    assert read_tflite(built_in("mlperf_ds_cnn").tflite).total_macs == 2_656_768
    assert read_tflite(built_in("micro_speech").tflite).total_macs == 336_000
    with pytest.raises(ConfigError, match="micro_speech"):
        built_in("resnet")


def test_a_streaming_shape_costs_less_a_hop_than_its_window(streaming: Measured) -> None:
    assert why_not_streaming(streaming.graph) is None
    windowed, hop = streaming.cycles("windowed"), streaming.cycles("streaming")
    assert sum(hop.latest) < hop.hop < sum(windowed.latest) / 4


def test_listening_is_frames_a_hop_and_a_decision_by_each_reading(streaming: Measured) -> None:
    listener, computed, frames = streaming.listener, streaming.computed, streaming.bundle.stream.stride_frames
    assert computed.default == frames * listener.frame.default + streaming.hop.default + listener.decision.default
    assert computed.kindest <= computed.default < computed.harshest < 2 * computed.default
    assert streaming.share(computed.default) == computed.default / streaming.bundle.hop_s / 64e6
    assert listener.island.bytes > streaming.bundle.tflite_bytes
    awake = listener.awake  # with samples to fetch, and a wake-up a millisecond
    assert computed.default < awake.default < 1.5 * computed.default
    assert awake.kindest <= 1.01 * awake.default and awake.default < awake.harshest


def test_a_cortex_m0plus_takes_longer(streaming: Measured) -> None:
    small = replace(streaming, board=replace(BOARD, core=M0PLUS, clock_hz=M0PLUS_HZ))
    assert 2 * streaming.hop.default < small.hop.default < 20 * streaming.hop.default
    assert small.hop.kindest == small.hop.default  # its manual leaves nothing open


def test_code_of_the_engine(streaming: Measured) -> None:
    windowed, streams = (engine_code_bytes(BOARD, streaming.graph, engine) for engine in ("windowed", "streaming"))
    assert 4_000 < windowed < 3 * WINDOWED_BEFORE_BYTES
    assert 4_000 < streams < 3 * WINDOWED_BEFORE_BYTES


def test_readings_add_up() -> None:
    one, two = Readings(default=10, kindest=9, harshest=15), Readings(default=1, kindest=1, harshest=2)
    assert one.plus(two, 3) == Readings(default=13, kindest=12, harshest=21)
    assert one.each() == {"default": 10, "kindest": 9, "harshest": 15}


def test_a_row_that_cannot_be_measured_is_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> Outcome:
        raise ConfigError("no such shape", "resnet", "use another")

    table = [
        Row("good", "<= 2", lambda: Outcome("1", True, {"cycles": 1}, kindest="1", harshest="3")),
        Row("broken", "<= 2", broken),
    ]

    def measured(progress: Progress) -> Iterator[Figure]:
        return figures_of(table, progress)

    monkeypatch.setattr("kws_data.bench.device.bench_device", measured)
    good, bad = measured(lambda *_: None)
    assert good.passed and bad.passed is None and "not measured" in bad.measured and "resnet" in bad.measured
    assert all_passed([good, bad]) and not all_passed([good, bad], unmeasured=False)
    assert run(["bench", "device", "--json"]) == 1
    told, said = json.loads((captured := capsys.readouterr()).out), captured.err
    assert [(one["kindest"], one["harshest"], one["passed"]) for one in told] == [("1", "3", True), ("", "", None)]
    assert "reached good: 1 [1 to 3]" in said and "MISSED broken" in said
    table.pop()
    assert run(["bench", "device"]) == 0
    assert "harshest" in capsys.readouterr().out


def test_each_row_of_the_table_says_what_is_wanted() -> None:
    table = rows(BOARD)  # builds nothing yet
    assert len({row.what for row in table}) == len(table)
    assert all("<" in row.wanted for row in table)
