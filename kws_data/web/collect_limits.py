"""How much anybody may send: so many requests of a kind in a window of time, by contributor and by address.

Counted in memory only; of an address a keyed hash is held, whose key ends with the process.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_MOST_KEYS = 10_000


@dataclass(frozen=True)
class Limits:
    """What is allowed.

    Attributes:
        takes_a_minute: of one contributor, kept or not.
        takes_a_minute_at_address: of all contributors of one address.
        contributors_an_hour: who begin at one address.
        most_clips: of all contributors together.
        asks_a_minute: any other request, of one address.
    """

    takes_a_minute: int = 40
    takes_a_minute_at_address: int = 200
    contributors_an_hour: int = 60
    most_clips: int = 20_000
    asks_a_minute: int = 600


class Pace:
    """Counts what happened in a window of time for each key. Safe in threads.

    Args:
        seconds: length of the window.
        most: that may happen in it for one key.
        now: a clock, in seconds.
    """

    def __init__(self, seconds: float, most: int, now: Callable[[], float] = time.monotonic) -> None:
        self.seconds, self.most, self._now = seconds, most, now
        self._seen: dict[bytes, deque[float]] = {}
        self._secret = secrets.token_bytes(16)
        self._lock = threading.Lock()

    def wait_s(self, key: str) -> float:
        """Count one more for a key: 0.0 when it is allowed, else the seconds until it will be (and it is not counted).

        A flood of keys makes the oldest be forgotten, so memory is bounded.
        """
        name, now = hmac.digest(self._secret, key.encode(), "sha256")[:16], self._now()
        with self._lock:
            times = self._seen.pop(name, deque())
            while times and times[0] <= now - self.seconds:
                times.popleft()
            self._seen[name] = times  # to the end: the keys stand in the order of their last use
            while len(self._seen) > _MOST_KEYS:
                self._seen.pop(next(iter(self._seen)))
            if len(times) >= self.most:
                return max(0.001, times[0] + self.seconds - now)
            times.append(now)
            return 0.0
