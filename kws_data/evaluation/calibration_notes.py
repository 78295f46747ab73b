"""Why a calibration does not meet its wish, and what its hours cannot prove: lines for a person."""

from __future__ import annotations

from collections.abc import Mapping

from kws_data.config.stream import StreamSettings
from kws_data.evaluation.lowest_threshold import (
    BARE,
    BROKEN,
    EXTRAPOLATED,
    SHORT,
    allowed_in,
    countable,
)
from kws_data.evaluation.stream_calibration import Heard
from kws_data.evaluation.sweep import Tally
from kws_data.evaluation.wishes import Wishes
from kws_data.statistics.intervals import poisson_upper95, share


def problems_of(
    kinds: Mapping[str, Heard],
    tally: Tally,
    keywords: Mapping[str, tuple[int, int]],
    settings: StreamSettings,
    wishes: Wishes,
) -> list[str]:
    """Why the wish is not met on the very streams it was chosen on."""
    found = []
    rate, words = wishes.false_accepts_per_hour, len(tally.words)
    if rate is not None:
        high = [kind for kind, one in kinds.items() if one.basis == BROKEN]
        found += [f"stream: no threshold is high enough for {rate:g} false accepts an hour of {kind}" for kind in high]
        found += [_broken(kind, one, rate) for kind, one in kinds.items() if kind not in high and _breaks(one, rate)]
    if wishes.tpr is None:
        return found
    within = "" if rate is None else f" within {rate:g} false accepts an hour"
    if tally.missed > int((1.0 - wishes.tpr) * words + 1e-9):
        reached = f"{100 * (1 - share(tally.missed, words)):.1f} % of {words} are heard"
        found.append(f"stream: a TPR of {100 * wishes.tpr:g} % is not reached{within}: {reached}")
    if settings.per_keyword and rate is None:
        short = [word for word, (said, lost) in keywords.items() if lost > int((1.0 - wishes.tpr) * said + 1e-9)]
        found += [f"stream: {', '.join(short)}: no threshold hears {100 * wishes.tpr:g} %"] if short else []
    return found


def _breaks(one: Heard, per_hour: float) -> bool:
    return countable(one.hours, per_hour) and one.false_accepts > allowed_in(one.hours, per_hour)


def _broken(kind: str, one: Heard, per_hour: float) -> str:
    allowed = f"{per_hour:g} an hour allows {allowed_in(one.hours, per_hour)}"
    return f"stream: {kind}: {one.false_accepts} false accepts in {one.hours:.2f} h, where {allowed}"


def notes_of(kinds: Mapping[str, Heard], per_hour: float | None) -> list[str]:
    """How many hours the wish needs to be proven, how many there are, and where thresholds come from a tail."""
    lines = []
    for kind, one in kinds.items():
        heard = f"{kind}: {one.false_accepts} false accept{'s' * (one.false_accepts != 1)} in {one.hours:.2f} h"
        if one.basis == SHORT:
            lines.append(f"{heard}, too little to choose a threshold by")
        elif one.basis == EXTRAPOLATED:
            told = "" if one.expected_per_hour is None else f": the tail says {one.expected_per_hour:.2g} an hour"
            if per_hour is not None and countable(one.hours, per_hour) and not _breaks(one, per_hour):
                lines.append(f"{heard}, within the wish; so few tell little, so the tail was asked as well{told}")
            else:
                lines.append(f"{heard}; the wish is met by extrapolation only{told}")
        elif one.basis == BARE:
            lines.append(f"{heard}; too few even at low thresholds to tell what more hours would bring")
        if per_hour is not None and one.hours_without is not None:
            lines.append(_proof(kind, one, per_hour))
    return lines


def _proof(kind: str, one: Heard, per_hour: float) -> str:
    if one.hours_at_this_rate is not None and one.hours >= one.hours_at_this_rate:
        return f"{kind}: {one.hours:.2f} h prove {per_hour:g} an hour on the hours it was chosen on"
    if not one.false_accepts:
        needs = f"{one.hours_without:.3g} h without a false accept to be proven"
        return f"{kind}: {per_hour:g} an hour needs {needs}; there are {one.hours:.2f} h"
    needs = f"{poisson_upper95(one.false_accepts) / per_hour:.3g} h without a further one to be proven"
    more = "at the rate that was heard no number of hours proves it"
    if one.hours_at_this_rate is not None:
        more = f"or {one.hours_at_this_rate:.3g} h in all at this rate"
    heard = f"after {one.false_accepts} false accepts"
    return f"{kind}: {heard} {per_hour:g} an hour needs {needs}, {more}; there are {one.hours:.2f} h"
