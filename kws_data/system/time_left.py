"""How long a run of steps will still take: from how long each took last time, else from what is usual.

The times of last time are kept in a file. For a step that has none, the usual time counts, made longer or shorter as
the steps that are known took longer or shorter than usual. Nothing is told before that can be known.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from firmware_tools.atomic import write_text

#: A step that took less than this share of its usual time had next to nothing to do, and says nothing of speed.
TELLING = 0.1


class TimeLeft:
    """Watches the steps of one run.

    Args:
        file: where the seconds of each step are kept from one run to the next.
        usual_s: seconds that steps take elsewhere; only their proportions count. A step that is not among them, and
            did not run before, counts as nothing.
        clock: seconds that only grow.
    """

    def __init__(self, file: Path, usual_s: Mapping[str, float], clock: Callable[[], float] = time.monotonic) -> None:
        self._file, self._usual_s, self._clock = file, usual_s, clock
        self._known_s = _read(file)
        self._ahead: tuple[str, ...] = ()
        self._began = 0.0

    @contextmanager
    def during(self, step: str, waiting: Sequence[str]) -> Iterator[None]:
        """A step that runs now, ``waiting`` those that will run after it; its time is kept when it succeeds."""
        self._ahead, self._began = (step, *waiting), self._clock()
        try:
            yield
            self._known_s[step] = self._clock() - self._began
            write_text(self._file, json.dumps(self._known_s, indent=1))
        finally:
            self._ahead = ()

    def seconds(self) -> float | None:
        """Until the last step ends; None when no step runs, or too little is known."""
        if not self._ahead:
            return None
        elapsed = self._clock() - self._began
        now = self._ahead[0]
        speed = _speed(self._known_s, self._usual_s)
        if now not in self._known_s and speed is not None and elapsed > speed * self._usual_s.get(now, math.inf):
            speed = _speed(self._known_s | {now: elapsed}, self._usual_s)
        this, *others = (self._expected(step, speed) for step in self._ahead)
        if this is None or None in others:
            return None
        return max(this - elapsed, 0.0) + sum(other for other in others if other is not None)

    def words(self) -> str:
        """``about 3 min left``; empty when nothing is known, or next to nothing is left."""
        seconds = self.seconds()
        if seconds is None or seconds < 5:
            return ""
        if seconds < 90:
            return f"about {10 * math.ceil(seconds / 10)} s left"
        hours, minutes = divmod(round(seconds / 60), 60)
        return f"about {f'{hours} h ' if hours else ''}{minutes} min left"

    def _expected(self, step: str, speed: float | None) -> float | None:
        if step in self._known_s or step not in self._usual_s:
            return self._known_s.get(step, 0.0)
        return None if speed is None else speed * self._usual_s[step]


def _speed(known_s: Mapping[str, float], usual_s: Mapping[str, float]) -> float | None:
    """How many times longer than usual the known steps took; None when none of them tells."""
    both = [step for step in known_s.keys() & usual_s.keys() if known_s[step] >= TELLING * usual_s[step]]
    return sum(known_s[step] for step in both) / sum(usual_s[step] for step in both) if both else None


def _read(file: Path) -> dict[str, float]:
    try:
        return {str(step): float(seconds) for step, seconds in json.loads(file.read_text()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
