"""What bundles made of streams, as tables: found, false accepts by kind, noise, clips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kws_data.cli.options import tell
from kws_data.cli.terminal.table import print_table
from kws_data.pages.numbers import NOT_MEASURED, interval, percent

Values = Mapping[str, Any]


def print_listened(found: Values) -> None:
    """The document of ``kws bench listen`` on stdout."""
    for line in _head(found):
        tell(line)
    for how, one in found["found"].items():
        tell("")
        print_table(list(_found_rows(how, one, found)))
        times = one["response_ms"]
        if times["p50"] is not None:
            spoken = (f"{name} {_number(times[name], '.0f')} ms" for name in ("p50", "p95"))
            tell(f"response after the end of the word, as frozen: {', '.join(spoken)}")
    tell("")
    print_table([_kind_row(kind, row) for kind, row in found["false_accepts"].items()])
    if found["noise"]:
        tell("")
        print_table([_noise_row(sound, row, found["window_s"]) for sound, row in found["noise"].items()])
    if found["clips"]:
        tell("")
        print_table(list(_clip_rows(found["clips"])))


def _head(found: Values) -> Iterator[str]:
    keywords, hours = found["keywords"], found["hours"]
    runs = found["runs"]
    named = ", ".join(keywords)
    yield f"{len(keywords)} keywords: {named}" if len(keywords) > 1 else f"keyword: {named}"
    size, faster = _number(found["bytes"], ",.0f"), _number(found["times_real_time"], ",.0f")
    yield f"{size} bytes, {faster} times real time on one core here"
    yield "heard: " + ", ".join(f"{hours[name]:.2f} h of {told}" for name, told in _PARTS.items() if hours[name])
    brackets = {1: "1 training; in brackets 95 % of what was counted", 2: "mean of 2 trainings"}
    yield brackets.get(runs, f"mean of {runs} trainings; in brackets the 95 % interval over them")
    if runs > 1:
        yield "at most: what the training with most false accepts may have in the long run"


_PARTS = {
    "negatives": "negatives",
    "words": "them again with words laid in",
    "recordings": "recordings of keywords",
    "noise": "noise",
}


def _found_rows(how: str, one: Values, found: Values) -> Iterator[dict[str, str]]:
    """Found at rates of false accepts that are let through, then at the frozen thresholds."""
    least, most = found["snr_db"]
    snr = f"{least:g} to {most:g}" if least != most else f"{least:g}"
    of = f"found of {one['said']} words at {snr} dB" if how == "words" else f"found of {one['said']} recordings"
    for point in one["at"]:
        rate, kind, hours = point["false_accepts_per_hour"], point["kind"], point["hours"]
        allowed = f"at most {rate:g} an hour of {kind}" if rate else f"none in {hours:.2f} h of {kind}"
        reason = f"not known: {point['reason']}" if point["reason"] else NOT_MEASURED
        yield {"false accepts let through": allowed, of: _share(point["found"], reason)}
    yield {"false accepts let through": "as frozen (next table)", of: _share(one["frozen"])}


def _kind_row(kind: str, row: Values) -> dict[str, str]:
    return {
        "false accepts, as frozen": kind,
        "hours": f"{row['hours']:.3f}",
        "heard": _count(row["false_accepts"]["mean"]),
        "an hour": _number(row["per_hour"], ".1f"),
        "at most (95 %)": f"{row['upper95']:.1f}",
    }


def _noise_row(sound: str, row: Values, window_s: float) -> dict[str, str]:
    """As a kind of negative, and windows taken for a word."""
    cells = {
        ("noise, as frozen" if name.startswith("false") else name): text for name, text in _kind_row(sound, row).items()
    }
    windows = "seconds" if window_s == 1 else f"windows of {window_s:g} s"
    taken = row["taken"]
    return {
        **cells,
        windows: f"{row['windows']:,}",
        "taken for a word": _count(taken["mean"] * row["windows"]),
        "share": _share(taken),
    }


def _clip_rows(clips: Values) -> Iterator[dict[str, str]]:
    told = {
        "accuracy": "accuracy",
        "tpr": "TPR, as frozen",
        "fpr": "FPR, as frozen",
        "tpr_at_1pct_fpr": "TPR where 1 % pass",
    }
    for name, what in told.items():
        yield {f"{clips['clips']:,} clips": what, "share": _share(clips[name])}


def _share(value: Values | None, missing: str = NOT_MEASURED) -> str:
    if value is None:
        return missing
    ends = "" if value["low"] is None else f" {interval((value['low'], value['high']))}"
    return f"{percent(value['mean'])}{ends}"


def _count(mean: float) -> str:
    """A count, or the mean of a few."""
    return f"{mean:,.1f}".removesuffix(".0")


def _number(value: Values, form: str) -> str:
    """A mean with its interval; without one where all are the same."""
    if value["low"] is None or value["low"] == value["high"]:
        return f"{value['mean']:{form}}"
    return f"{value['mean']:{form}} [{value['low']:{form}}, {value['high']:{form}}]"
