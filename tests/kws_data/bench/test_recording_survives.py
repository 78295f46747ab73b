"""What a catalogue survives: kill -9 at random moments, a full disk, two recorders at once. Small runs of the bench."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kws_data.bench.record.session import TAKE_SAMPLES, is_whole, plan, sound
from kws_data.bench.record.survival import (
    SurvivalFigures,
    bench_boards,
    bench_disk_full,
    bench_kill,
    bench_two_recorders,
    on_small_disk,
    session_command,
    small_disk_works,
)
from kws_data.catalog.catalog import Catalog


def test_every_take_sounds_unlike_the_others_and_always_the_same() -> None:
    sounds = {sound(item.word, item.take).tobytes() for item in plan(5)}
    assert len(sounds) == len(plan(5)) == 10
    np.testing.assert_array_equal(sound("yes", 3), sound("yes", 3))
    assert sound("yes", 3).shape == (TAKE_SAMPLES,)


def record(folder: Path, board: Path, speaker: str, takes: int) -> list[str]:
    """Ids that a session says it kept."""
    command = session_command(folder, board, speaker, takes)
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_a_session_stores_what_was_played_and_says_what_it_kept(tmp_path: Path) -> None:
    with bench_boards(1) as boards:
        kept = record(tmp_path, boards[0], "ann", 2) + record(tmp_path, boards[0], "bob", 1)
    with Catalog(tmp_path) as catalog:
        clips = catalog.clips(source="takes")
        assert {clip.id for clip in clips} == set(kept)
        assert len(clips) == 6 and all(is_whole(catalog, clip) for clip in clips)


def test_a_damaged_or_exchanged_clip_is_not_taken_for_whole(tmp_path: Path) -> None:
    with bench_boards(1) as boards:
        record(tmp_path, boards[0], "ann", 1)
    with Catalog(tmp_path) as catalog:
        first, second = catalog.clips(source="takes")
        path = tmp_path / "audio" / first.audio_sha256[:2] / f"{first.audio_sha256}.flac"
        path.write_bytes(path.read_bytes()[:2_000])
        assert not is_whole(catalog, first) and is_whole(catalog, second)


def test_figures_fail_for_each_thing_that_can_go_wrong() -> None:
    assert SurvivalFigures(tries=3, clips=5, kept=5).faultless
    for name in ("not_whole", "kept_but_gone", "doubled", "not_opened", "not_resumed", "silent_failures"):
        assert not SurvivalFigures(**{name: 1}).faultless, name


@pytest.mark.slow
def test_kill_9_at_random_moments_loses_nothing() -> None:
    found = bench_kill(5, seed=7, takes=8)
    assert found.faultless and found.tries == 5, found
    assert found.clips >= 16


@pytest.mark.slow
def test_two_recorders_share_a_catalogue() -> None:
    found = bench_two_recorders(4)
    assert found.faultless and found.clips == found.kept == 16, found


STORE_ON_A_FULL_DISK = """
import shutil, sys
from pathlib import Path
from kws_data.bench.record.session import sound
from kws_data.catalog.audio_store import load_audio, store_audio

disk, whole = Path(sys.argv[1]), 0
for room in range(0, 49_152, 4_096):
    filler = disk / "filler"
    filler.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - room)))
    try:
        stored = store_audio(disk, sound("yes", 0), 16_000)
    except (OSError, RuntimeError):
        assert not list(disk.rglob("*.flac")), f"{room} bytes of room: something half is left"
    else:
        load_audio(disk, stored.sha256)
        whole += 1
    filler.unlink()
    shutil.rmtree(disk / "audio", ignore_errors=True)
assert whole > 1
"""


@pytest.mark.skipif(not small_disk_works(), reason="unshare may make no file system here")
def test_audio_is_stored_whole_or_not_at_all_wherever_the_disk_is_full(tmp_path: Path) -> None:
    command = on_small_disk(tmp_path, [sys.executable, "-c", STORE_ON_A_FULL_DISK, str(tmp_path)])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-400:]


@pytest.mark.slow
@pytest.mark.skipif(not small_disk_works(), reason="unshare may make no file system here")
def test_a_full_disk_is_said_in_one_line_and_nothing_half_is_left() -> None:
    found = bench_disk_full(3, takes=4)
    assert not found.notes and found.faultless and found.tries == 3, found
