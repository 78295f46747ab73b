"""The whole bench: the same for any number of workers, bounded in time, and it sees crashes and hangs."""

from __future__ import annotations

import json
import os
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from click.testing import CliRunner

from firmware_tools.errors import KwsError
from kws_data.bench.damaged import bench as bench_module
from kws_data.bench.damaged.bench import DamagedBench, Row, bench_damaged
from kws_data.bench.watch import READY
from kws_data.cli.bench.command import command
from kws_data.progress import no_progress


def test_any_number_of_workers_finds_the_same() -> None:
    one = bench_damaged(DamagedBench(300, 0, 60, seed=3, workers=1), no_progress)
    two = bench_damaged(DamagedBench(300, 0, 60, seed=3, workers=2), no_progress)
    assert [row.to_dict() for row in one] == [row.to_dict() for row in two]
    assert [(row.kind, row.files) for row in one] == [("audio", 300), ("tflite", 60)]
    assert all(row.fates["read"] and row.fates["refused"] for row in one)


def faulty_worker(pipe: Connection, folder: str, kinds: tuple[str, ...]) -> None:
    """Dies at file 7, hangs at file 20, meets an exception at file 30; all others are read."""
    pipe.send((READY, "read", ""))
    while True:
        _, _, first, stop = pipe.recv()
        for number in range(first, stop):
            if number == 7:
                os.abort()
            if number == 20:
                time.sleep(60)
            pipe.send((number, "traceback", "IndexError in x.py, f") if number == 30 else (number, "read", ""))


def test_crashes_hangs_and_tracebacks_are_counted_kept_and_gone_past(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bench_module, "work", faulty_worker)
    bench = DamagedBench(audio=40, yaml=0, tflite=0, seed=5, workers=2, hang_s=1.0, keep=tmp_path)
    (row,) = bench_damaged(bench, no_progress)
    assert row.fates == {"read": 37, "crash": 1, "hang": 1, "traceback": 1}
    assert [(f.number, f.fate) for f in sorted(row.findings, key=lambda f: f.number)] == [
        (7, "crash"),
        (20, "hang"),
        (30, "traceback"),
    ]
    assert row.causes == {"crash: signal 6": 1, "hang": 1, "traceback: IndexError in x.py, f": 1}
    assert not row.faultless
    kept = {path.name.rsplit(".", 1)[0]: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(kept) == {"crash-audio-5-7", "hang-audio-5-20", "traceback-audio-5-30"}
    assert kept["crash-audio-5-7"] == bench_module.make_case("audio", 5, 7).data


def silent_worker(pipe: Connection, folder: str, kinds: tuple[str, ...]) -> None:
    pipe.send((READY, "read", ""))
    time.sleep(60)


def test_time_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_module, "work", silent_worker)
    started = time.monotonic()
    (row,) = bench_damaged(DamagedBench(audio=10, yaml=0, tflite=0, seconds=4), no_progress)
    assert row.files == 0 and time.monotonic() - started < 20


def stillborn_worker(pipe: Connection, folder: str, kinds: tuple[str, ...]) -> None:
    os._exit(3)


def test_workers_that_cannot_begin_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_module, "work", stillborn_worker)
    with pytest.raises(KwsError, match="ended before its first file: 3"):
        bench_damaged(DamagedBench(audio=10, yaml=0, tflite=0), no_progress)


def shown(monkeypatch: pytest.MonkeyPatch, row: Row, *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr(bench_module, "bench_damaged", lambda bench, progress: [row])
    result = CliRunner().invoke(command, ["damaged", *arguments], standalone_mode=False)
    return int(result.return_value or 0), result.stdout, result.stderr


def test_the_verb_exits_with_1_where_something_was_met_wrongly(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = Row("audio", 2), Row("audio", 3)
    good.fates.update(["read", "refused"])
    bad.fates.update(["read", "loss"])
    bad.causes["loss: WAV: cut, and read as whole"] = 1
    assert shown(monkeypatch, good)[0] == 0
    code, out, err = shown(monkeypatch, bad)
    assert code == 1 and "WAV: cut, and read as whole (1)" in out and "2 of 3 files" in err
    code, out, _ = shown(monkeypatch, bad, "--json")
    document = json.loads(out)
    assert code == 1 and not document["passed"] and document["kinds"][0]["silent_losses"] == 1


def test_it_is_listed() -> None:
    assert "damaged" in CliRunner().invoke(command, ["--help"]).stdout
