"""Random networks against TFLM: those of ``make test``, and the bench that draws ten thousand."""

from __future__ import annotations

import json
import os
from collections import Counter
from ctypes import c_void_p, cast
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from firmware_tools.tflite.graph import read_tflite
from firmware_tools.tflite.tflm import available
from kws_data.bench.graphs import bench as bench_module
from kws_data.bench.graphs.bench import Graphs, GraphsBench, bench_graphs
from kws_data.bench.graphs.compare import compare
from kws_data.bench.graphs.draw import WAYS, draw_graph
from kws_data.bench.graphs.library import Guarded, Networks, plan_network
from kws_data.bench.graphs.worker import EQUAL, REFUSED, all_kernels, compare_graphs
from kws_data.bench.watch import READY
from kws_data.cli.bench.command import command
from kws_data.progress import no_progress

pytestmark = pytest.mark.skipif(not available(), reason="tflite-micro has no wheel for this machine")

IN_MAKE_TEST = 400  # networks; kws bench graphs draws 10,000


@pytest.mark.parametrize("first", range(0, IN_MAKE_TEST, 100))
def test_random_networks_give_tflms_bytes(first: int) -> None:
    verdicts = list(compare_graphs(18, range(first, first + 100), all_kernels()))
    wrong = {first + place: verdict for place, verdict in enumerate(verdicts) if verdict[0] not in (EQUAL, REFUSED)}
    assert not wrong
    equal = [said.split() for fate, said in verdicts if fate == EQUAL]
    assert len(equal) > 85  # few are refused
    assert sum(hops != "0" for *_, hops in equal) > 40  # and many stream


def test_every_way_is_drawn_the_same_each_time() -> None:
    drawn = [draw_graph(3, number) for number in range(60)]
    assert {one.way for one in drawn} == {way.__name__ for way, _ in WAYS}
    assert 8 < sum(one.four_bits for one in drawn) < 30
    assert draw_graph(3, 7) == drawn[7]
    kinds = Counter(op.kind for one in drawn for op in read_tflite(one.tflite).operators)
    assert len(kinds) >= 14


def test_a_wrong_weight_is_seen() -> None:
    """The comparison fails where it must: TFLM runs a network with one other bias."""
    drawn = next(one for one in (draw_graph(0, number) for number in range(99)) if one.way == "along_time")
    graph = read_tflite(drawn.tflite)
    networks, kernels = Networks([plan_network(graph)]), all_kernels()
    assert not compare(networks, 0, graph, drawn, kernels, np.random.default_rng(1)).difference
    (bias,) = [graph.tensors[op.inputs[2]] for op in graph.operators if op.kind == "FULLY_CONNECTED"]
    assert bias.data is not None
    tflite = drawn.twin.replace(bias.data.tobytes(), (bias.data + (1 << 20)).tobytes())
    other = replace(drawn, tflite=tflite, twin=tflite)
    assert "differ" in compare(networks, 0, graph, other, kernels, np.random.default_rng(1)).difference


def test_each_build_of_the_kernels_is_run() -> None:
    networks, addresses = Networks([plan_network(read_tflite(draw_graph(0, 1).tflite))]), set()
    for build in all_kernels():
        networks.use(build)
        (run, kernel) = (cast(library.kws_conv, c_void_p).value for library in (networks.library, build.library))
        assert run == kernel
        addresses.add(kernel)
    assert len(addresses) == 3


def test_bytes_around_memory_are_watched() -> None:
    memory = Guarded(5)
    memory.bytes[:] = 1
    memory.check()
    np.ctypeslib.as_array((np.ctypeslib.ctypes.c_int8 * 6).from_address(memory.address.value or 0))[5] = 1
    with pytest.raises(MemoryError, match="around the memory"):
        memory.check()


def test_the_bench_compares_as_many_as_were_asked_for() -> None:
    found = bench_graphs(GraphsBench(60, seed=0, workers=1), no_progress)
    assert found.compared == 60 and not found.findings
    assert found.refused and found.streamed and found.four_bits and found.hops < found.windows


def faulty_worker(pipe: Connection, folder: str, kinds: tuple[str, ...]) -> None:
    """Network 1 ends the process, network 3 differs, network 4 is refused."""
    pipe.send((READY, "", ""))
    while True:
        _, _, first, stop = pipe.recv()
        for number in range(first, stop):
            if number == 1:
                os.abort()
            others = {3: ("differs", "windowed, dsp: 1 of 4 differ"), 4: (REFUSED, "ADD (layer 3) is odd: 7")}
            pipe.send((number, *others.get(number, (EQUAL, "streaming 1 10 4"))))


def test_what_differs_is_counted_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bench_module, "work", faulty_worker)
    found = bench_graphs(GraphsBench(6, seed=5, workers=1, keep=tmp_path), no_progress)
    assert [(finding.number, finding.fate) for finding in found.findings] == [(1, "crash"), (3, "differs")]
    assert found.refused == {"ADD is odd": 1} and found.equal == {"streaming": 4} and found.hops == 16
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(kept) == {"crash-5-1.tflite", "differs-5-3.tflite"}
    assert kept["differs-5-3.tflite"] == draw_graph(5, 3).tflite


def shown(monkeypatch: pytest.MonkeyPatch, found: Graphs, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(bench_module, "bench_graphs", lambda bench, progress: found)
    result = CliRunner().invoke(command, ["graphs", "--graphs", "2", *arguments], standalone_mode=False)
    return int(result.return_value or 0), result.stdout


def test_the_verb_exits_with_1_where_one_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = Graphs(2, Counter(windowed=2)), Graphs(2, Counter(windowed=1))
    bad.findings.append(bench_module.Finding(17, "differs", "windowed, dsp: 1 of 4 differ", "x.tflite"))
    assert shown(monkeypatch, good)[0] == 0
    code, out = shown(monkeypatch, bad)
    assert code == 1 and "number 17: differs: windowed, dsp: 1 of 4 differ x.tflite" in out
    code, out = shown(monkeypatch, bad, "--json")
    assert code == 1 and json.loads(out)["findings"][0]["number"] == 17
