"""A guided session at a terminal: keys are pressed, takes are kept; killed, it goes on where it stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from terminal import Terminal

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog

SESSION = ("record", "--speaker", "s01", "--words", "yes,no", "--takes", "2", "--countdown", "0.2")


def clips(folder: Path) -> list[tuple[str, int]]:
    with Catalog(folder / "recordings") as catalog:
        kept = catalog.clips(source="takes")
        assert all(len(catalog.load(clip)) == 16_000 for clip in kept)
        return sorted((clip.word, clip.attributes["take"]) for clip in kept)


def answer_questions(terminal: Terminal) -> None:
    for question, answer in (
        ("agree to", "research"),
        ("Accent", "scottish"),
        ("Age band", "20-39"),
        ("Room", "kitchen"),
        ("Distance", "1 m"),
    ):
        terminal.wait_for(question)
        terminal.press(answer + "\n")


@pytest.mark.slow
def test_session_is_led_by_keys_killed_and_resumed(tmp_path: Path) -> None:
    with Terminal(SESSION, tmp_path) as terminal:
        answer_questions(terminal)
        terminal.wait_for("press a key when you are ready")
        terminal.press("\n")
        shown = terminal.wait_for("SAY IT NOW")
        assert "Y E S" in shown and "get ready" in shown and "level" in shown
        shown = terminal.wait_for("[enter] keep")
        assert "whole, peak" in shown
        terminal.press("r")  # again
        terminal.wait_for("SAY IT NOW")
        terminal.wait_for("[enter] keep")
        terminal.press("k")
        terminal.wait_for("N O")
        terminal.wait_for("SAY IT NOW")
        terminal.wait_for("[enter] keep")
        assert clips(tmp_path) == [("yes", 0)]  # stored the moment it was kept, the one under review is not
        terminal.kill()
    assert clips(tmp_path) == [("yes", 0)]
    with Terminal(SESSION, tmp_path) as terminal:  # nothing is asked again
        terminal.wait_for("3 of 4 takes remain")
        terminal.wait_for("kitchen")
        terminal.press("\n")
        terminal.wait_for("[enter] keep")
        terminal.press("\n")
        terminal.wait_for("Y E S")
        terminal.wait_for("[enter] keep")
        terminal.press("s")  # leave it out
        terminal.wait_for("3/4")
        terminal.wait_for("[enter] keep")
        terminal.press("\n")
        terminal.wait_for("2 kept, 1 skipped")
        assert terminal.finish() == 0
    assert clips(tmp_path) == [("no", 0), ("no", 1), ("yes", 0)]
    with Catalog(tmp_path / "recordings") as catalog:
        (speaker,) = catalog.profiles("speaker").values()
        assert (speaker["consent"], speaker["accent"], speaker["age_band"]) == ("research", "scottish", "20-39")
        assert "s01" not in str(catalog.profiles("session")) + str(catalog.profiles("speaker"))
        for clip in catalog.clips():
            assert clip.consent == "research"
            assert (clip.attributes["room"], clip.attributes["distance"]) == ("kitchen", "1 m")
            assert np.ptp(catalog.load(clip)) > 1_000


@pytest.mark.slow
def test_quitting_keeps_what_was_kept_and_restores_the_terminal(tmp_path: Path) -> None:
    about = ("--consent", "research", "--room", "hall", "--distance", "2 m", "--accent", "-", "--age-band", "60+")
    sound = np.random.default_rng(2).integers(-9_000, 9_000, 8_000).astype(np.int16)
    write_flac(tmp_path / "sound.flac", sound, 16_000)
    with Terminal([*SESSION, *about, "--play", "sound.flac"], tmp_path) as terminal:
        terminal.wait_for("press a key when you are ready")
        terminal.press("\n")
        terminal.wait_for("[enter] keep")
        terminal.press("kq")
        terminal.wait_for("1 kept")
        assert terminal.finish() == 0
    assert clips(tmp_path) == [("yes", 0)]
    with Catalog(tmp_path / "recordings") as catalog:  # sample for sample, wherever in the take the sound began
        (clip,) = catalog.clips()
        heard = catalog.load(clip)
        start = int(np.flatnonzero(heard)[0])
        np.testing.assert_array_equal(heard[start : start + len(sound)], sound)
        assert not heard[:start].any() and not heard[start + len(sound) :].any()
        assert {"snr_db", "noise_floor_db", "clipped_share", "speech_start_s"} <= set(clip.attributes)


@pytest.mark.slow
def test_takes_of_several_boards_are_decided_by_keys(tmp_path: Path) -> None:
    about = ("--consent", "research", "--room", "hall", "--distance", "2 m", "--accent", "-", "--age-band", "60+")
    words = ("record", "--speaker", "s01", "--words", "yes,no", "--takes", "1")
    with Terminal([*words, *about, "--board", "emulated", "--board", "emulated"], tmp_path) as terminal:
        for key in ("r", "k", "s"):
            assert "aligned" in terminal.wait_for("[q]uit")
            terminal.press(key)
        terminal.wait_for("1 of 2 takes kept")
        assert terminal.finish() == 0
    assert clips(tmp_path) == [("yes", 0), ("yes", 0)]  # as each board heard it
