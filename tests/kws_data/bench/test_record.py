"""``kws bench``: its choices, its table, its exit code; the figures themselves are tested where they are made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner

from firmware_tools.errors import KwsError
from kws_data.bench.figures import Figure, all_passed
from kws_data.bench.record import rows as bench_record
from kws_data.bench.record.rows import PARTS, RecordBench
from kws_data.bench.record.rows import bench_record as measure
from kws_data.cli.bench import command as verb
from kws_data.cli.bench import record as bench_record_verb

GOOD = Figure("a line", "0 lost", "0 lost", True)
BAD = Figure("another line", "0 lost", "7 lost", False)
SKIPPED = Figure("a disk", "full", "not measured", None)


def run(monkeypatch: pytest.MonkeyPatch, figures: list[Figure], *arguments: str) -> tuple[int, str, RecordBench]:
    asked: list[RecordBench] = []

    def fake(bench: RecordBench, _progress: object) -> Iterator[Figure]:
        asked.append(bench)
        yield from figures

    monkeypatch.setattr(bench_record, "bench_record", fake)
    done = CliRunner().invoke(verb.command, ["record", *arguments])
    return done.exit_code, done.stdout, asked[0]


def test_options_shorten_each_part(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, asked = run(monkeypatch, [GOOD], "--minutes", "2", "--hours", "0.5", "--kills", "7", "--seed", "9")
    assert asked == replace(RecordBench(), minutes=2.0, chaos_hours=0.5, kills=7, seed=9)
    _, _, asked = run(monkeypatch, [GOOD], "--quick", "--only", "decoder", "--only", "good", "--fuzz", "5")
    assert asked == replace(RecordBench.quick(), parts=("good", "decoder"), fuzz_inputs=5)


def test_full_amounts_are_those_of_the_promise() -> None:
    full = RecordBench()
    assert (full.minutes, full.chaos_hours, full.faults, full.kills) == (30, 10, 100_000, 100)
    assert (full.boards, full.fuzz_inputs) == (4, 1_000_000)
    assert PARTS == bench_record_verb.PARTS == full.parts
    assert 60 < full.estimate_s() < 3_600 > RecordBench.quick().estimate_s() < 120


def test_exit_code_and_json_say_what_was_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = run(monkeypatch, [GOOD, SKIPPED], "--json")
    assert code == 0 and [row["passed"] for row in json.loads(out)] == [True, None]
    code, out, _ = run(monkeypatch, [GOOD, BAD])
    assert code == 1 and "MISSED" in out and "7 lost" in out
    assert all_passed([GOOD, SKIPPED]) and not all_passed([GOOD, BAD])


def test_unknown_benches_are_refused() -> None:
    assert "no verb 'nothing'" in CliRunner().invoke(verb.command, ["nothing"]).output
    assert "did you mean record?" in CliRunner().invoke(verb.command, ["recrod"]).output


def test_a_part_that_fails_is_a_figure_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_bench: RecordBench, _progress: object) -> Figure:
        """Broken part. More."""
        raise KwsError("board is gone", None, "power it on")

    monkeypatch.setitem(bench_record._MEASURES, "good", (broken, lambda *_: GOOD))
    first, second = measure(replace(RecordBench(), parts=("good",)))
    assert (first.what, first.passed) == ("Broken part", False) and "board is gone" in first.measured
    assert second.passed


def test_decoder_rows_are_measured() -> None:
    speed, fuzzed = measure(replace(RecordBench.quick(), parts=("decoder",), fuzz_inputs=2_000))
    assert "MB/s" in speed.measured and speed.details["mb_per_s"] > 0
    assert fuzzed.passed and "2,000 inputs" in fuzzed.measured
