"""The course of a guided session, without a terminal or a board: blocks and keys in, stages and takes out."""

from __future__ import annotations

import io

import numpy as np

from firmware_tools.levels import FLOOR_DB
from firmware_tools.recorder.capture import Block
from kws_data.cli.record.screen import screen
from kws_data.sources.recording.guide import Guide, PeakHold, Stage
from kws_data.sources.recording.sessions import Item

ITEMS = (Item(0, "yes"), Item(0, "no"), Item(1, "yes"))


class Person:
    """Drives a guide with a stream whose samples count up, so that a take shows where it was cut."""

    def __init__(self) -> None:
        self.kept: list[tuple[Item, np.ndarray[tuple[int, ...], np.dtype[np.int16]]]] = []
        self.skipped: list[Item] = []
        self.began: list[Item] = []
        self.at = 0
        self.guide = Guide(
            ITEMS,
            16_000,
            1_000,
            on_take=self.began.append,
            on_keep=lambda item, samples, _: self.kept.append((item, samples)),
            on_skip=self.skipped.append,
            countdown_s=0.05,
        )

    def hear(self, samples: int, lost: int = 0) -> None:
        self.at += lost
        block = np.arange(self.at, self.at + samples).astype(np.int16)
        self.guide.hear(Block(self.at, block, lost))
        self.at += samples

    def hear_until(self, stage: Stage) -> None:
        for _ in range(100):
            if self.guide.stage is stage:
                return
            self.hear(256)
        raise AssertionError(f"never came to {stage}")

    def shown(self) -> str:
        from rich.console import Console

        shown = io.StringIO()
        Console(width=100, file=shown).print(screen(self.guide, len(ITEMS), 0, "title"))
        return shown.getvalue()


def test_takes_are_cut_without_a_gap_from_the_stream() -> None:
    person = Person()
    assert person.guide.stage is Stage.WAIT and "Y E S" in person.shown()
    person.hear(5_000)
    assert person.guide.stage is Stage.WAIT
    person.guide.press("x")
    assert person.guide.stage is Stage.WAIT
    for _ in ITEMS:
        person.guide.press("\n")
        if person.guide.stage is Stage.COUNTDOWN:
            person.hear_until(Stage.REVIEW)
    assert "whole" in person.shown()
    person.guide.press("k")
    while person.guide.stage is not Stage.DONE:
        person.hear_until(Stage.REVIEW)
        person.guide.press(" ")
    assert [item for item, _ in person.kept] == list(ITEMS) == person.began
    for _, samples in person.kept:
        assert samples.shape == (1_000,) and np.all(np.diff(samples) == 1)


def test_a_take_that_lost_samples_cannot_be_kept() -> None:
    person = Person()
    person.guide.press("\n")
    person.hear_until(Stage.TAKE)
    person.hear(256)
    person.hear(256, lost=40)
    assert person.guide.stage is Stage.REVIEW and not person.guide.whole
    assert "40 samples were lost" in person.shown()
    person.guide.press("k")
    assert person.kept == [] and person.guide.stage is Stage.COUNTDOWN and person.guide.item == ITEMS[0]
    person.hear_until(Stage.REVIEW)
    assert person.guide.whole
    person.guide.press("k")
    assert len(person.kept) == 1


def test_redo_skip_pause_and_quit() -> None:
    person = Person()
    person.guide.press("\n")
    person.guide.press("p")
    assert person.guide.stage is Stage.WAIT
    person.guide.press("s")
    assert person.skipped == [ITEMS[0]] and person.guide.item == ITEMS[1]
    person.hear_until(Stage.REVIEW)
    person.guide.press("r")
    assert person.guide.stage is Stage.COUNTDOWN and person.guide.item == ITEMS[1]
    person.hear_until(Stage.REVIEW)
    person.guide.press("q")
    assert person.guide.stage is Stage.DONE and person.guide.quit and person.kept == []
    assert "session ended" in person.shown()


def test_clipping_is_shown_while_it_happens() -> None:
    person = Person()
    person.guide.hear(Block(0, np.full(256, 32_767, np.int16)))
    assert "CLIPPED" in person.shown()


def test_peak_and_clipping_are_held_for_a_while_and_then_forgotten() -> None:
    hold, quiet = PeakHold(16_000), np.tile(np.array([300, -300], np.int16), 8_000)
    assert hold.peak_db == FLOOR_DB and not hold.clipped
    hold.add(np.array([32_767], np.int16))
    hold.add(quiet)
    assert hold.clipped and hold.peak_db > -0.1
    for _ in range(3):
        hold.add(quiet)
    assert not hold.clipped and hold.peak_db < -38
