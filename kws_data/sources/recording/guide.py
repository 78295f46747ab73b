"""The course of a guided session: what is on the screen when, and what each key does.

Time is counted in samples of the running stream, so a session is the same whatever the clock does, and tests need none.

::

    WAIT ──key──► COUNTDOWN ──► TAKE ──► REVIEW ──keep/skip──► COUNTDOWN of the next … ──► DONE
                     ▲                     │ redo, or samples lost
                     └─────────────────────┘
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum

import numpy as np

from firmware_tools.levels import FLOOR_DB, Levels, levels
from firmware_tools.recorder.capture import Block
from kws_data.audio import Samples
from kws_data.sources.recording.sessions import Item
from kws_data.sources.recording.take_verdict import Judgement, judge

HOLD_SECONDS = 1.5

KEYS = {
    "\r": "keep",
    "\n": "keep",
    "k": "keep",
    "y": "keep",
    " ": "keep",
    "r": "redo",
    "s": "skip",
    "p": "pause",
    "q": "quit",
    "\x03": "quit",
    "\x04": "quit",
}


class Stage(Enum):
    """Where a session is."""

    WAIT = "wait"
    COUNTDOWN = "countdown"
    TAKE = "take"
    REVIEW = "review"
    DONE = "done"


class Guide:
    """A guided session over ``items``. Feed it blocks and keys; it calls back when a take begins, is kept or skipped.

    Args:
        items: takes that remain.
        sample_rate_hz: of the stream.
        clip_samples: length of a take.
        on_take: called as a take begins (an emulated microphone is given its sound).
        on_keep: called with a take that is to be stored.
        on_skip: called with one that is left out.
        countdown_s: before each take.
    """

    def __init__(
        self,
        items: Sequence[Item],
        sample_rate_hz: int,
        clip_samples: int,
        *,
        on_take: Callable[[Item], None],
        on_keep: Callable[[Item, Samples, Judgement], None],
        on_skip: Callable[[Item], None],
        countdown_s: float = 1.5,
    ) -> None:
        self.items = list(items)
        self.rate_hz = sample_rate_hz
        self.clip_samples = clip_samples
        self.countdown_samples = int(countdown_s * sample_rate_hz)
        self._on_take, self._on_keep, self._on_skip = on_take, on_keep, on_skip
        self.stage = Stage.WAIT if self.items else Stage.DONE
        self.meter = PeakHold(sample_rate_hz)
        self.now: Levels = levels(np.zeros(0, np.int16))
        self.take: Samples = np.zeros(0, np.int16)
        self.lost_in_take = 0
        self.lost_in_all = 0
        self.verdict = Judgement()
        self.kept = self.skipped = self.redone = 0
        self.quit = False
        self._left = 0

    @property
    def item(self) -> Item | None:
        """The take that is being recorded, or comes next."""
        return self.items[0] if self.items else None

    @property
    def seconds_left(self) -> float:
        """Until the take begins, or ends."""
        return self._left / self.rate_hz

    @property
    def whole(self) -> bool:
        """Whether the take under review has every sample."""
        return self.lost_in_take == 0

    # ---- the stream ------------------------------------------------------------------------------------------------

    def hear(self, block: Block) -> None:
        """The next samples of the stream, in order, with what was lost before them."""
        self.lost_in_all += block.lost_before
        self.now = self.meter.add(block.samples)
        if self.stage is Stage.COUNTDOWN:
            self._count_down(len(block.samples) + block.lost_before)
        elif self.stage is Stage.TAKE:
            self._record(block)

    def _count_down(self, passed: int) -> None:
        self._left -= passed
        if self._left <= 0 and self.item is not None:
            self._on_take(self.item)
            self.stage, self._left = Stage.TAKE, self.clip_samples
            self.take, self.lost_in_take = np.zeros(0, np.int16), 0

    def _record(self, block: Block) -> None:
        self.lost_in_take += block.lost_before
        self.take = np.concatenate([self.take, block.samples])[: self.clip_samples]
        self._left = self.clip_samples - len(self.take)
        if self._left == 0 or not self.whole:
            self._left = 0
            self.verdict = judge(self.take, self.rate_hz) if self.whole else Judgement()
            self.stage = Stage.REVIEW

    # ---- keys ------------------------------------------------------------------------------------------------------

    def press(self, key: str) -> None:
        """A key: keep, redo, skip, pause, quit; others do nothing."""
        action = KEYS.get(key.lower())
        if action == "quit":
            self.stage, self.quit = Stage.DONE, True
        elif action == "skip" and self.stage is not Stage.DONE:
            self._skip()
        elif self.stage is Stage.WAIT and action is not None:
            self._begin()
        elif self.stage is Stage.COUNTDOWN and action == "pause":
            self.stage = Stage.WAIT
        elif self.stage is Stage.REVIEW:
            self._review(action)

    def _review(self, action: str | None) -> None:
        if action == "keep" and self.whole:
            assert self.item is not None
            self._on_keep(self.item, self.take, self.verdict)
            self.kept += 1
            self._next()
        elif action in ("redo", "keep"):  # one that lost samples cannot be kept
            self.redone += 1
            self._begin()
        elif action == "pause":
            self.redone += 1
            self.stage = Stage.WAIT

    def _skip(self) -> None:
        assert self.item is not None
        self._on_skip(self.item)
        self.skipped += 1
        self._next()

    def _next(self) -> None:
        self.items.pop(0)
        if self.items:
            self._begin()
        else:
            self.stage = Stage.DONE

    def _begin(self) -> None:
        self.stage, self._left = Stage.COUNTDOWN, self.countdown_samples


class PeakHold:
    """The highest peak of the last ``HOLD_SECONDS`` of audio, and whether anything clipped in them."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._keep = HOLD_SECONDS * sample_rate_hz
        self._recent: deque[tuple[int, Levels]] = deque()
        self._at = 0

    def add(self, samples: Samples) -> Levels:
        """Take in the next samples; returns their own levels."""
        now = levels(samples)
        self._at += len(samples)
        self._recent.append((self._at, now))
        while self._recent[0][0] < self._at - self._keep:
            self._recent.popleft()
        return now

    @property
    def peak_db(self) -> float:
        """Highest peak of late."""
        return max((entry.peak_db for _, entry in self._recent), default=FLOOR_DB)

    @property
    def clipped(self) -> bool:
        """Whether anything clipped of late."""
        return any(entry.clipped_share > 0 for _, entry in self._recent)
