"""The figures of a run's report that targets are held against, each with its interval and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil, isfinite
from typing import Any

from kws_data.statistics.enough import clips_to_tell, design_effect, hours_to_tell
from kws_data.statistics.intervals import two_sided_z, wilson

LEVEL = 0.95
CLIPS, HOURS, WORDS = "clips", "hours", "keywords said"
Ends = tuple[float | None, float | None]


@dataclass(frozen=True)
class Measured:
    """A figure of the report.

    Attributes:
        value: None where it was not measured, ``note`` says why.
        ends: of its 95 % interval; None where an end is not known.
        counted: clips, keywords or hours that it rests on, ``counted_in`` says which.
        effect: how many clips of the same people are worth one of somebody else.
        events: counted in hours.
        note: what a person should know of it.
    """

    value: float | None
    ends: Ends = (None, None)
    counted: float = 0.0
    counted_in: str = ""
    effect: float = 1.0
    events: int = 0
    note: str = ""

    def more(self, limit: float) -> float:
        """How many more would decide it; infinite where no number would."""
        if self.value is None or not self.counted_in:
            return float("inf")
        if self.counted_in == HOURS:
            needed = hours_to_tell(self.events, self.counted, limit) - self.counted
            return max(needed, 0.0)
        needed = self.effect * clips_to_tell(self.value, limit) - self.counted
        return max(ceil(needed), 1) if isfinite(needed) else needed


def figures_of(
    name: str, report: Mapping[str, Any], engine: str, slices: Mapping[str, Any] | None
) -> Iterator[tuple[str, Measured]]:
    """What a target is held against: (part, figure) of each."""
    clips = report["host"]["int8"] if engine == "host" else report["device"]
    sealed = report.get("sealed") or {}
    if name == "worst_slice_tpr_min":
        yield _worst_slice(slices)
    elif name == "agreement_min":
        yield "", _agreement(report["device"])
    elif name == "response_ms_max":
        yield "", _response(report, engine)
    elif name in ("false_accepts_per_hour_max", "frr_max"):
        yield from _stream(name, report, engine)
    elif clips is None:
        yield "", Measured(None, note="nothing was measured on a board")
    elif name == "per_keyword_tpr_min":
        for word, one in clips["per_keyword"].items():
            yield word, _for_looks(_share(one, "tpr", one["clips"], f"nobody says {word}"), sealed)
    else:
        yield "", _for_looks(_clips(name, clips), sealed)


def _clips(name: str, clips: Mapping[str, Any]) -> Measured:
    positives = sum(one["clips"] for one in clips["per_keyword"].values())
    if name == "tpr_min":
        return _share(clips, "tpr", positives, "no clip has a keyword")
    if name == "fpr_max":
        return _share(clips, "fpr", clips["clips"] - positives, "nobody says another word")
    return _share(clips, "accuracy", clips["clips"], "there are no clips")


def _share(values: Mapping[str, Any], name: str, clips: int, otherwise: str) -> Measured:
    """A share with the interval by speaker where that is known, else by clip."""
    by_clip = values.get(f"{name}_ci95")
    by_speaker = values.get(f"{name}_ci95_by_speaker")
    ends = by_speaker or by_clip
    if values[name] is None or ends is None:
        return Measured(None, note=otherwise)
    effect = design_effect(_pair(by_speaker), _pair(by_clip)) if by_speaker and by_clip else 1.0
    return Measured(values[name], _pair(ends), clips, CLIPS, effect)


def _for_looks(found: Measured, sealed: Mapping[str, Any]) -> Measured:
    """With an interval for the number of models that the test has seen (``sealed`` of report.json): wider by how much
    further a normal distribution reaches at its level."""
    level, (low, high) = sealed.get("level", LEVEL), found.ends
    if found.value is None or low is None or high is None or level <= LEVEL:
        return found
    wider = two_sided_z(level) / two_sided_z(LEVEL)
    ends = (max(0.0, found.value + (low - found.value) * wider), min(1.0, found.value + (high - found.value) * wider))
    note = f"the interval is widened for the {sealed['models']} models that this test has seen"
    return replace(found, ends=ends, effect=found.effect * wider**2, note=note)


def _pair(ends: Any) -> tuple[float, float]:
    low, high = ends
    return low, high


def _worst_slice(slices: Mapping[str, Any] | None) -> tuple[str, Measured]:
    found = None if slices is None else slices.get("worst_slice_tpr")
    if slices is None or found is None or found.get("value") is None:
        why = "kws slices has not looked for it" if slices is None else "no slice is large enough"
        return "", Measured(None, note=why)
    ends, clips = (found["low"], found["high"]), found["clips"]
    effect = design_effect(ends, wilson(round(found["value"] * clips), clips))
    return str(found["name"]), Measured(found["value"], ends, clips, CLIPS, effect)


def _agreement(device: Mapping[str, Any] | None) -> Measured:
    """All clips were replayed: a share that is counted, not estimated, has no interval."""
    if device is None:
        return Measured(None, note="nothing was measured on a board")
    return Measured(device["agreement"])


def _response(report: Mapping[str, Any], engine: str) -> Measured:
    where = report["stream"] if engine == "host" else report["device"]
    found = None if where is None else where.get("response_ms")
    if not found or not found["detected"]:
        return Measured(None, note="no word was detected in a stream" if found else "no word was said in a stream")
    return Measured(found["p95"], note=f"of {found['detected']} words that were detected; it has no interval")


def _stream(name: str, report: Mapping[str, Any], engine: str) -> Iterator[tuple[str, Measured]]:
    """Streams are heard on the host; on a board they count where its scores are those of the host, every byte."""
    stream, device = report["stream"], report["device"]
    if engine == "device" and (device is None or device["agreement"] < 1.0):
        yield "", Measured(None, note="streams are heard on the host, and the board does not agree with it everywhere")
    elif name == "frr_max":
        said = stream["keywords_said"]
        known = stream["frr"] is not None and stream["false_accepts_per_hour"] is not None
        ends = _pair(stream["frr_ci95"]) if known else (None, None)
        why = "" if known else stream.get("not_measured") or "no word was said in a stream"
        yield "", Measured(stream["frr"] if known else None, ends, said, WORDS, note=why)
    elif stream["false_accepts_per_hour"] is None:
        yield "", Measured(None, note=stream.get("not_measured") or "nobody says another word")
    else:
        for kind, heard in (stream.get("negatives") or {"": stream}).items():
            rate, count = heard["false_accepts_per_hour"], heard["false_accepts"]
            yield kind, Measured(rate, (None, heard["upper95"]), heard["hours"], HOURS, events=count)
