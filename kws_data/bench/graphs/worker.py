"""The process that holds networks against TFLM: either may end it, its parent watches it (``bench/watch.py``)."""

from __future__ import annotations

import contextlib
import signal
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np

from firmware_tools.errors import FirmwareError, KwsError, ModelError
from firmware_tools.tflite.graph import read_tflite
from kws_data.bench.graphs.compare import Compared, compare
from kws_data.bench.graphs.draw import Drawn, draw_graph
from kws_data.bench.graphs.library import BUILDS, Kernels, Network, Networks, load_kernels, plan_network
from kws_data.bench.watch import READY
from kws_data.system.native_output import native_output_silenced
from kws_data.system.processes import end_with_parent

#: What may become of a network, beside "crash" and "hang".
EQUAL, REFUSED, DIFFERS, TRACEBACK = "equal", "refused", "differs", "traceback"
Verdict = tuple[str, str]  # fate, and what there is to say


@dataclass
class Candidate:
    """A network on its way."""

    number: int
    drawn: Drawn
    network: Network | None = None
    networks: Networks | None = None
    place: int = 0
    verdict: Verdict | None = None


def work(pipe: Connection, folder: str, kinds: tuple[str, ...]) -> None:
    """Take tasks from the pipe until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    kernels = all_kernels()
    pipe.send((READY, "", ""))
    with native_output_silenced(), contextlib.suppress(EOFError):  # TFLM writes what it does not take to stderr
        while True:
            _, seed, first, stop = pipe.recv()
            for number, (fate, said) in enumerate(compare_graphs(seed, range(first, stop), kernels), first):
                pipe.send((number, fate, said))


def all_kernels() -> list[Kernels]:
    """Every build of the kernels."""
    return [load_kernels(build) for build in BUILDS]


def compare_graphs(seed: int, numbers: range, kernels: Sequence[Kernels]) -> Iterator[Verdict]:
    """A verdict on each network, in order; of equal ones numbers of outputs: windows, and hops of streams."""
    candidates = [Candidate(number, draw_graph(seed, number)) for number in numbers]
    for candidate in candidates:
        _plan(candidate)
    _compile([candidate for candidate in candidates if candidate.verdict is None])
    for candidate in candidates:
        yield candidate.verdict or _verdict(candidate, kernels, np.random.default_rng((seed, candidate.number, 1)))


def _plan(candidate: Candidate) -> None:
    try:
        candidate.network = plan_network(read_tflite(candidate.drawn.tflite))
    except ModelError as error:
        candidate.verdict = REFUSED, str(error)
    except Exception as error:
        candidate.verdict = TRACEBACK, _cause(error)


def _compile(candidates: Sequence[Candidate]) -> None:
    """All at once; one by one where the compiler refuses one."""
    try:
        networks = Networks([candidate.network for candidate in candidates if candidate.network is not None])
        for place, candidate in enumerate(candidates):
            candidate.networks, candidate.place = networks, place
    except FirmwareError as error:
        if len(candidates) == 1:
            candidates[0].verdict = DIFFERS, str(error)
            return
        for candidate in candidates:
            _compile([candidate])


def _verdict(candidate: Candidate, kernels: Sequence[Kernels], rng: np.random.Generator) -> Verdict:
    assert candidate.networks is not None and candidate.network is not None
    try:
        found = compare(candidate.networks, candidate.place, candidate.network.graph, candidate.drawn, kernels, rng)
    except KwsError as error:  # TFLM's
        return REFUSED, str(error)
    except Exception as error:
        return TRACEBACK, _cause(error)
    return (DIFFERS, found.difference) if found.difference else (EQUAL, _counts(candidate.drawn, found))


def _counts(drawn: Drawn, found: Compared) -> str:
    return f"{drawn.way} {int(drawn.four_bits)} {found.windows} {found.hops}"


def _cause(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {last.name}: {error}"
