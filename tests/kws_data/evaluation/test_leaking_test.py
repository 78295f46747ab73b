"""A test split that shares anybody or anything with training is refused, with the clips; a clean one is not."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_dataset import made_row, make_dataset

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.compared_pairs import short_hashes
from kws_data.catalog.near_duplicates import compared_pairs
from kws_data.errors import LeakError
from kws_data.evaluation.leaking_test import check_held_out, leaks
from tests.kws_data.catalog.test_catalog import new_clip

ROWS = [made_row(n) for n in range(30)]  # of which 0 trains, 1 fixes the threshold, 2 is tested, and so on


def changed(number: int, **changes: Any) -> list[dict[str, Any]]:
    return [*ROWS[:number], {**ROWS[number], **changes}, *ROWS[number + 1 :]]


def refusal(folder: Path, rows: list[dict[str, Any]], **info: Any) -> str:
    with pytest.raises(LeakError) as caught:
        check_held_out(make_dataset(folder / "data", rows, **info), folder / "recordings")
    assert "\n" not in str(caught.value) and "kws build" in str(caught.value)
    return str(caught.value)


def test_a_clean_test_passes_without_a_catalogue(tmp_path: Path) -> None:
    check_held_out(make_dataset(tmp_path / "data", ROWS), tmp_path / "recordings")
    assert not (tmp_path / "recordings").exists()


@pytest.mark.parametrize(("other", "split"), [(0, "train"), (1, "validation")])
def test_a_speaker_or_samples_of_another_split_are_refused(other: int, split: str, tmp_path: Path) -> None:
    test, there = ROWS[2]["clip_id"], ROWS[other]["clip_id"]
    said = refusal(tmp_path, changed(2, speaker=ROWS[other]["speaker"]))
    assert f"{test} and {there} of {split} (speaker {ROWS[other]['speaker']})" in said and "1 of its clips" in said
    said = refusal(tmp_path, changed(2, audio_sha256=ROWS[other]["audio_sha256"]))
    assert f"{test} and {there} of {split} (the same samples)" in said


def test_ten_pairs_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    rows = [made_row(n, speaker="s0") for n in range(60)]
    said = refusal(tmp_path, rows)
    assert said.count("(speaker s0)") == 10 and "and 10 pairs more" in said and "20 of its clips" in said


def test_silence_is_nobodys_and_voices_count_only_where_they_are_kept_apart(tmp_path: Path) -> None:
    quiet = [made_row(n, word="_silence_", label="_silence_", speaker="noise") for n in range(9)]
    check_held_out(make_dataset(tmp_path / "data", quiet), tmp_path)
    others = [made_row(n, word="_unknown_", label="_unknown_", speaker="ann") for n in range(9)]
    assert "(speaker ann)" in refusal(tmp_path / "others", others)  # another word is said by somebody
    voices = [made_row(n, synthetic=True, attributes={"variant": "m1"}) for n in range(9)]
    check_held_out(make_dataset(tmp_path / "data", voices), tmp_path)
    assert "(voice m1)" in refusal(tmp_path, voices, split={"disjoint": ["speaker", "voice"]})


def test_a_recording_of_a_training_clip_through_a_board_is_refused(tmp_path: Path) -> None:
    with Catalog(tmp_path / "recordings") as catalog:
        played = catalog.add_clip(new_clip(catalog, 1))
        take = catalog.add_clip(new_clip(catalog, 2, parent=played, device="board:x"))
    rows = [made_row(0, clip_id=played), made_row(1), made_row(2, clip_id=take, device="board:x")]
    assert f"{take} and {played} of train (the same clip, played)" in refusal(tmp_path, rows)


def test_near_duplicates_that_the_catalogue_knows_are_refused(tmp_path: Path) -> None:
    """Audio need not be there: a pair that was ever compared is remembered."""
    digests = [f"{n * 2_654_435_761 % 2**64:016x}" + "0" * 48 for n in range(30)]
    rows = [{**row, "audio_sha256": digest} for row, digest in zip(ROWS, digests, strict=True)]
    order = np.sort(np.array(digests, "S64"))
    short = short_hashes(order)
    same = {
        frozenset((digests[2], digests[9])),
        frozenset((digests[5], digests[4])),
        frozenset((digests[0], digests[3])),
    }
    one, other = np.triu_indices(30, 1)
    verdicts = np.array(
        [frozenset((order[a].decode(), order[b].decode())) in same for a, b in zip(one, other, strict=True)]
    )
    (tmp_path / "recordings/fingerprints").mkdir(parents=True)
    memory = compared_pairs(tmp_path / "recordings")
    memory.verdicts(short[one], short[other], lambda places: verdicts[places])
    memory.save()
    info = {"split": {"disjoint": ["speaker", "near_duplicate"]}}
    with Catalog(tmp_path / "recordings") as catalog:
        found = leaks(make_dataset(tmp_path / "data", rows, **info), catalog)
        pairs = {(leak.test_clip, leak.other_clip, leak.other_split) for leak in found}
        assert pairs == {
            (rows[2]["clip_id"], rows[9]["clip_id"], "train"),
            (rows[5]["clip_id"], rows[4]["clip_id"], "validation"),
        }
        allowed = make_dataset(tmp_path / "data", rows, split={"disjoint": ["speaker"]})
        assert leaks(allowed, catalog) == []  # who lets near-duplicates stand apart has said so
    assert "the same recording, nearly" in refusal(tmp_path, rows, **info)


def test_whom_training_hears_without_keywords_is_not_tested(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    folder = make_dataset(tmp_path / "data", ROWS)
    rows = [
        {"clip_id": "n1", "speaker": "", "split": "train"},
        {"clip_id": "n2", "speaker": ROWS[2]["speaker"], "split": "test"},
        {"clip_id": "n3", "speaker": ROWS[5]["speaker"], "split": "train"},
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "negatives.parquet")
    with Catalog(tmp_path / "recordings") as catalog:
        (leak,) = leaks(folder, catalog)
    assert (leak.test_clip, leak.other_clip, leak.other_split) == (ROWS[5]["clip_id"], "n3", "train")


@pytest.mark.slow
def test_a_hundred_thousand_clips_take_a_second_or_two(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [made_row(n, audio_sha256=rng.bytes(32).hex(), speaker=f"s{n // 40}x{n % 3}") for n in range(100_000)]
    folder = make_dataset(tmp_path / "data", rows)
    info = json.loads((folder / "dataset.json").read_text())
    info["split"]["disjoint"] = ["speaker", "near_duplicate"]
    (folder / "dataset.json").write_text(json.dumps(info))
    kept = compared_pairs(tmp_path / "recordings").path
    kept.parent.mkdir(parents=True)
    keys = np.unique(rng.integers(0, 2**64, 2_000_000, np.uint64) & ~np.uint64(1))
    keys[:500] |= np.uint64(1)
    np.save(kept, keys)
    started = time.monotonic()
    with Catalog(tmp_path / "recordings") as catalog:
        assert leaks(folder, catalog) == []
    assert time.monotonic() - started < 15  # two seconds on an idle core
