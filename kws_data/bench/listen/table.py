"""Figures of each bundle, and their means over bundles, as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from kws_data.bench.listen.listener import ClipsHeard, Listener, Part
from kws_data.bench.listen.material import Material, Wish
from kws_data.evaluation.stream_evaluation import CurvePoint, KindHeard
from kws_data.scores import FIRST_KEYWORD
from kws_data.statistics.intervals import MeanInterval, mean_rate, mean_share, share, wilson

#: False accepts an hour of speech at which is told how many are found; 0 is none in all hours.
RATES_PER_HOUR = (0.5, 1.0, 5.0, 20.0, 0.0)
FEWEST_RUNS = 3  # of which a mean has an interval over them

_CURVES = ("at", "sweep")  # at rates that people ask for, and at every few counts for a picture

Values = dict[str, Any]


def document(listeners: Sequence[Listener], material: Material, wish: Wish) -> Values:
    """Means over the bundles, each bundle by itself, and what was not heard."""
    first, own = listeners[0], [_own(listener) for listener in listeners]
    return {
        "keywords": list(first.bundle.labels[FIRST_KEYWORD:]),
        "runs": len(own),
        "snr_db": list(wish.snr_db),
        "seed": wish.seed,
        "window_s": first.bundle.clip_samples / first.bundle.frontend.sample_rate_hz,
        "bytes": _mean([one["bytes"] for one in own], mean_rate),
        "times_real_time": _mean([one["times_real_time"] for one in own], mean_rate),
        "hours": {name: getattr(first, name).hours for name in ("negatives", "words", "recordings", "noise")},
        "found": {how: _found_mean([one["found"][how] for one in own]) for how in own[0]["found"]},
        "false_accepts": _kinds_mean([one["false_accepts"] for one in own]),
        "noise": _kinds_mean([one["noise"] for one in own]),
        "clips": _clips_mean([one["clips"] for one in own]),
        "bundles": own,
        "notes": material.notes,
        "set_aside": [{"file": file, "reason": reason} for file, reason in material.set_aside],
    }


def _own(listener: Listener) -> Values:
    """One bundle: counts with the bounds of Wilson and Poisson."""
    bundle = listener.bundle
    parts = {"words": listener.words, "recordings": listener.recordings}
    return {
        "bundle": str(listener.folder),
        "config": bundle.config,
        "seed": bundle.seed,
        "bundle_hash": bundle.bundle_hash,
        "bytes": bundle.tflite_bytes,
        "times_real_time": round(listener.times_real_time, 1),
        "found": {how: _found(listener, part, how) for how, part in parts.items() if part.spoken},
        "false_accepts": {kind: one.to_dict() for kind, one in listener.negatives.found().negatives.items()},
        "noise": _noise(listener),
        "clips": listener.clips and _clips(listener.clips),
    }


def _found(listener: Listener, part: Part, how: str) -> Values:
    """Keywords found; the response is told of words, whose ends are known."""
    heard = part.found()
    said, found = (Counter(word.label for word in part.spoken if word.heard or every) for every in (True, False))
    response = heard.response_ms if how == "words" else None
    curves = listener.curves(part)
    return {
        "said": heard.keywords_said,
        "frozen": _share(found.total(), said.total()),
        "per_keyword": {label: _share(found[label], count) for label, count in sorted(said.items())},
        "at": [_point(point, listener) for point in curves.points(RATES_PER_HOUR)],
        "sweep": [_point(point, listener) for point in curves.points(curves.counted_rates())],
        "response_ms": asdict(response) if response and response.detected else None,
    }


def _share(count: int, total: int) -> Values:
    return {"count": count, "of": total, "share": share(count, total), "ci95": list(wilson(count, total))}


def _point(point: CurvePoint, listener: Listener) -> Values:
    """A point of the curve, found instead of missed."""
    heard = listener.negatives.found()
    hours = heard.negatives[point.kind].hours if point.kind in heard.negatives else heard.hours
    ends = None if point.frr_ci95 is None else [1 - point.frr_ci95[1], 1 - point.frr_ci95[0]]
    return {
        "false_accepts_per_hour": point.false_accepts_per_hour,
        "kind": point.kind,
        "hours": hours,
        "share": None if point.frr is None else 1 - point.frr,
        "ci95": ends,
        "reason": point.reason,
    }


def _noise(listener: Listener) -> Values:
    """By sound, and all together: false accepts of a stream, and windows taken for a word."""
    if not listener.noise.samples:
        return {}
    heard = listener.noise.found()
    rows = {sound: {**one.to_dict(), "taken": _share(*listener.taken[sound])} for sound, one in heard.negatives.items()}
    words = sum((Counter(one.per_keyword) for one in heard.negatives.values()), Counter[str]())
    whole = KindHeard(heard.hours, heard.false_accepts or 0, dict(sorted(words.items())))
    counts = (sum(pair[at] for pair in listener.taken.values()) for at in range(2))
    return {**rows, "all": {**whole.to_dict(), "taken": _share(*counts)}}


def _clips(heard: ClipsHeard) -> Values:
    return {**heard.frozen.to_dict(), "at_1pct_fpr": heard.at_1pct and asdict(heard.at_1pct)}


def _found_mean(rows: Sequence[Values]) -> Values:
    times = [row["response_ms"] for row in rows]
    return {
        "said": rows[0]["said"],
        "frozen": _shares(row["frozen"] for row in rows),
        **{name: [_point_mean(those) for those in zip(*(row[name] for row in rows), strict=True)] for name in _CURVES},
        "response_ms": {
            name: _mean([time[name] for time in times], mean_rate) if all(times) else None for name in ("p50", "p95")
        },
    }


def _point_mean(points: Sequence[Values]) -> Values:
    """One point of the curve, of all bundles."""
    same = {key: points[0][key] for key in ("false_accepts_per_hour", "kind", "hours", "reason")}
    return {**same, "found": _shares(points)}


def _kinds_mean(rows: Sequence[Values]) -> Values:
    """By kind: the mean rate, and the highest bound (Poisson) that any of the bundles has."""
    return {
        kind: {
            "hours": rows[0][kind]["hours"],
            "false_accepts": _mean([row[kind]["false_accepts"] for row in rows], mean_rate),
            "per_hour": _mean([row[kind]["false_accepts_per_hour"] for row in rows], mean_rate),
            "upper95": max(row[kind]["upper95"] for row in rows),
            **(
                {"windows": rows[0][kind]["taken"]["of"], "taken": _shares(row[kind]["taken"] for row in rows)}
                if "taken" in rows[0][kind]
                else {}
            ),
        }
        for kind in rows[0]
    }


def _clips_mean(rows: Sequence[Values | None]) -> Values | None:
    own = [row for row in rows if row]
    if not own:
        return None
    named = {
        name: _shares({"share": row[name], "ci95": row[f"{name}_ci95"]} for row in own)
        for name in ("accuracy", "tpr", "fpr")
    }
    points = [row["at_1pct_fpr"] for row in own]
    at = _shares({"share": one["tpr"], "ci95": one["tpr_ci95"]} for one in points) if all(points) else None
    return {"clips": own[0]["clips"], **named, "tpr_at_1pct_fpr": at}


def _shares(rows: Iterable[Values]) -> Values | None:
    """Mean of shares; of one bundle with its own interval. None where it was not measured."""
    own = list(rows)
    if any(row["share"] is None for row in own):
        return None
    mean = _mean([row["share"] for row in own], mean_share)
    return {**mean, "low": own[0]["ci95"][0], "high": own[0]["ci95"][1]} if len(own) == 1 else mean


def _mean(values: Sequence[float], of: Callable[[Sequence[float]], MeanInterval]) -> Values:
    found = of(values).to_dict()
    return found if len(values) >= FEWEST_RUNS else {**found, "low": None, "high": None}
