"""How much anybody may send."""

from __future__ import annotations

from kws_data.web import collect_limits
from kws_data.web.collect_limits import Pace


class Clock:
    """A clock that is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_in_a_window_and_no_more() -> None:
    clock = Clock()
    pace = Pace(60, 3, clock)
    assert [pace.wait_s("a") for _ in range(3)] == [0, 0, 0]
    clock.now = 20
    assert pace.wait_s("a") == 40 and pace.wait_s("b") == 0
    clock.now = 59.9
    assert 0 < pace.wait_s("a") < 0.2
    clock.now = 60.1
    assert [pace.wait_s("a") == 0 for _ in range(4)] == [True, True, True, False]


def test_what_was_refused_is_not_counted() -> None:
    clock = Clock()
    pace = Pace(10, 1, clock)
    pace.wait_s("a")
    for second in range(1, 10):
        clock.now = second
        assert pace.wait_s("a") == 10 - second
    clock.now = 10.5
    assert pace.wait_s("a") == 0


def test_a_flood_of_keys_does_not_fill_the_memory() -> None:
    pace = Pace(60, 1, Clock())
    for number in range(collect_limits._MOST_KEYS + 500):
        assert pace.wait_s(str(number)) == 0
    assert len(pace._seen) == collect_limits._MOST_KEYS


def test_keys_cannot_be_read_from_memory() -> None:
    pace = Pace(60, 1, Clock())
    pace.wait_s("203.0.113.7")
    assert b"203" not in b"".join(pace._seen)
