"""Pairs are judged once, and a memory changes no verdict."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kws_data.catalog.compared_pairs import PairMemory, short_hashes


def test_only_new_pairs_are_judged(tmp_path: Path) -> None:
    path, asked = tmp_path / "compared.npy", []
    hashes = np.random.default_rng(0).integers(0, 2**63, 40).astype(np.uint64)
    one, other = np.triu_indices(40, 1)
    truth = (one + other) % 3 == 0

    def ask(pairs: slice) -> np.ndarray:
        def judge(places: np.ndarray) -> np.ndarray:
            asked.append(len(places))
            return truth[pairs][places]

        memory = PairMemory(path)
        found = memory.verdicts(hashes[one[pairs]], hashes[other[pairs]], judge)
        memory.save()
        return found

    assert np.array_equal(ask(slice(0, 500)), truth[:500])
    assert np.array_equal(ask(slice(200, None)), truth[200:])
    assert np.array_equal(ask(slice(None)), truth) and asked == [500, 280]
    for damaged in (b"", path.read_bytes()[:-9], np.zeros(3).tobytes()):
        path.write_bytes(damaged)
        assert np.array_equal(ask(slice(0, 9)), truth[:9])


def test_short_hashes_are_the_beginnings() -> None:
    hashes = np.array([b"ff" * 32, b"00" * 7 + b"01" + b"ab" * 24], "S64")
    assert list(short_hashes(hashes)) == [2**64 - 1, 1]


@given(st.data())
def test_pairs_that_were_found_are_found_between_two_lists(data: st.DataObject) -> None:
    """As many as a look at every pair would find, whichever of the two stands first in the memory."""
    count = data.draw(st.integers(2, 30))
    hashes = np.random.default_rng(data.draw(st.integers(0, 9))).integers(0, 2**64, count, np.uint64)
    hashes = np.sort(hashes) if data.draw(st.booleans()) else np.sort(hashes ^ hashes[0])  # one of them 0
    one, other = np.triu_indices(count, 1)
    same = np.array(data.draw(st.lists(st.booleans(), min_size=len(one), max_size=len(one))))
    side = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    with tempfile.TemporaryDirectory() as folder:
        memory = PairMemory(Path(folder) / "compared.npy")
        memory.verdicts(hashes[one], hashes[other], lambda places: same[places])
        memory.save()
        some, rest = np.flatnonzero(side), np.flatnonzero(~side)
        found = memory.same_between(hashes[some], hashes[rest])
    expected = {frozenset((int(a), int(b))) for a, b in zip(one[same], other[same], strict=True) if side[a] != side[b]}
    assert {frozenset((int(some[i]), int(rest[j]))) for i, j in found} == expected
    assert len(found) == len(expected)
