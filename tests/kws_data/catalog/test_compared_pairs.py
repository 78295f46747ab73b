"""Pairs are judged once, and a memory changes no verdict."""

from __future__ import annotations

from pathlib import Path

import numpy as np

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
