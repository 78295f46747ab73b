"""The limits of one server for contributors, by address and by contributor."""

from __future__ import annotations

from starlette.requests import Request

from kws_data.web.collect_limits import Limits, Pace
from kws_data.web.collect_people import CollectError


class Paces:
    """The limits of one server."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._asks = Pace(60, limits.asks_a_minute)
        self._takes = Pace(60, limits.takes_a_minute)
        self._at_address = Pace(60, limits.takes_a_minute_at_address)
        self._begun = Pace(3_600, limits.contributors_an_hour)

    def ask(self, request: Request) -> None:
        """Any request; raises CollectError."""
        _allow(self._asks, _address(request), "too many requests")

    def take(self, request: Request, secret: str) -> None:
        """A take that is judged or stored."""
        _allow(self._at_address, _address(request), "too many recordings from this network")
        _allow(self._takes, secret, "too many recordings a minute")

    def begin(self, request: Request) -> None:
        """A contributor who begins."""
        _allow(self._begun, _address(request), "too many contributors from this network")


def _allow(pace: Pace, key: str, what: str) -> None:
    wait_s = pace.wait_s(key)
    if wait_s:
        raise CollectError(what, 429, remedy=f"wait {max(1, round(wait_s))} s, then go on: nothing is lost")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
