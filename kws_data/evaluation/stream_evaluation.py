"""What was heard in streams, as values, and the ``stream`` block that others rely on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, asdict, dataclass, field, fields, replace
from typing import Any

from kws_data.statistics.intervals import poisson_upper95

#: Fields whose keys are left out of the block where there is nothing to say.
_OPTIONAL = ("sweep", "wish", "stitched", "times_real_time", "not_measured")


@dataclass(frozen=True)
class ResponseTimes:
    """Milliseconds from the end of a word to its detection, streaming; 0 when none of the words was detected."""

    p50: float
    p95: float
    detected: int
    words: int


@dataclass(frozen=True)
class Heard:
    """What was detected in one file: seconds from its start, label, probability, and whether it was right."""

    file: str
    time_s: float
    label: str
    score: float
    verdict: str


@dataclass(frozen=True)
class SetAside:
    """A file that was not measured, and why."""

    file: str
    reason: str


#: How negatives of some kinds are called of which nobody was recorded.
SYNTHETIC = dict.fromkeys(("speech", "other_words"), "of synthetic voices")


@dataclass(frozen=True)
class KindHeard:
    """One kind of negative: hours heard, false accepts in them, of which keywords they were, and of how many of the
    hours nobody was recorded: synthetic voices, and sounds that were made."""

    hours: float
    false_accepts: int
    per_keyword: Mapping[str, int] = field(default_factory=dict)
    synthetic_hours: float = 0.0

    def named(self, kind: str) -> str:
        """The kind as a person reads it, which never passes off what was made as recorded."""
        name, made = kind.replace("_", " "), SYNTHETIC.get(kind, "that was made")
        if not self.synthetic_hours:
            return name
        if self.synthetic_hours >= 0.999 * self.hours:
            return f"{'running speech' if kind == 'speech' else name} {made}"
        return f"{name} ({self.synthetic_hours:.2f} h {made})"

    @property
    def per_hour(self) -> float:
        """False accepts an hour."""
        return self.false_accepts / self.hours

    @property
    def upper95(self) -> float:
        """Bound of the rate from above (one-sided 95 %, Poisson)."""
        return poisson_upper95(self.false_accepts) / self.hours

    def to_dict(self) -> dict[str, Any]:
        """With rate and bound."""
        rates = {"false_accepts_per_hour": self.per_hour, "upper95": self.upper95}
        return {
            "hours": self.hours,
            "false_accepts": self.false_accepts,
            **rates,
            "per_keyword": dict(self.per_keyword),
            **({"synthetic_hours": self.synthetic_hours} if self.synthetic_hours else {}),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> KindHeard:
        """Inverse of :meth:`to_dict`."""
        made = values.get("synthetic_hours", 0.0)
        return cls(values["hours"], values["false_accepts"], dict(values["per_keyword"]), made)


@dataclass(frozen=True)
class CurvePoint:
    """Keywords missed where at most so many false accepts an hour are let through.

    Attributes:
        false_accepts_per_hour: of the negatives named by ``kind``.
        kind: ``speech`` where it was heard, else ``all``.
        frr: share of keywords missed, ``frr_ci95`` its interval (Wilson); None where ``reason`` says why.
        reason: why it is not known.
    """

    false_accepts_per_hour: float
    kind: str
    frr: float | None
    frr_ci95: tuple[float, float] | None
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """``reason`` only where there is one."""
        values = {**asdict(self), "frr_ci95": None if self.frr_ci95 is None else list(self.frr_ci95)}
        return {key: value for key, value in values.items() if key != "reason" or value is not None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> CurvePoint:
        """Inverse of :meth:`to_dict`."""
        interval = values["frr_ci95"]
        return cls(**{**values, "frr_ci95": None if interval is None else tuple(interval)})


@dataclass(frozen=True)
class Wish:
    """False accepts an hour that were wished for, at most, and the hours without one that would prove it."""

    false_accepts_per_hour: float
    hours_of_proof: float


@dataclass(frozen=True)
class Stitched:
    """Test clips one after the other without a pause: no stretch of life, so its false accepts have no hour."""

    minutes: float
    false_accepts: int
    keywords_said: int
    frr: float | None


Sweeps = Mapping[str, tuple[tuple[float, float], ...]]


@dataclass(frozen=True)
class StreamEvaluation:
    """The stream block: what was heard in long recordings.

    Attributes:
        hours: heard.
        false_accepts: detections of what was not said, ``false_accepts_per_hour`` their rate.
        upper95: bounds the rate from above (one-sided 95 %, Poisson). Count, rate and bound are None where they were
            not measured, ``not_measured`` says why.
        keywords_said: whose times are known.
        frr: share of them that was missed, ``frr_ci95`` its interval; None where no label says when keywords were said.
        detections: all of them.
        engine: ``host`` or ``device``.
        set_aside: files that could not be read.
        notes: what a person should know of the labels and transcripts, one line each.
        negatives: hours and false accepts by kind.
        curve: misses at a few rates of false accepts.
        response_ms: from the end of a word to its detection; None where no word has its times.
        sweep: by kind, (false accepts an hour, share of keywords missed) at many thresholds, for a picture.
        wish: what was wished for.
        stitched: what was heard in test clips one after the other.
        times_real_time: hours heard in an hour of processor time.
        not_measured: why there is no rate of false accepts, and what to do.
    """

    hours: float
    false_accepts: int | None
    false_accepts_per_hour: float | None
    upper95: float | None
    keywords_said: int
    frr: float | None
    frr_ci95: tuple[float, float] | None
    detections: tuple[Heard, ...]
    engine: str
    set_aside: tuple[SetAside, ...]
    notes: tuple[str, ...] = ()
    negatives: Mapping[str, KindHeard] = field(default_factory=dict)
    curve: tuple[CurvePoint, ...] = ()
    response_ms: ResponseTimes | None = None
    sweep: Sweeps = field(default_factory=dict)
    wish: Wish | None = None
    stitched: Stitched | None = None
    times_real_time: float | None = None
    not_measured: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As in report.json."""
        values = {
            **vars(self),
            "frr_ci95": None if self.frr_ci95 is None else list(self.frr_ci95),
            "detections": _dicts(self.detections),
            "set_aside": _dicts(self.set_aside),
            "notes": list(self.notes),
            "measured": self.false_accepts_per_hour is not None,
            "negatives": {kind: one.to_dict() for kind, one in self.negatives.items()},
            "curve": [point.to_dict() for point in self.curve],
            "response_ms": None if self.response_ms is None else asdict(self.response_ms),
            "sweep": {kind: [list(point) for point in points] for kind, points in self.sweep.items()},
            "wish": None if self.wish is None else asdict(self.wish),
            "stitched": None if self.stitched is None else asdict(self.stitched),
        }
        return {key: value for key, value in values.items() if key not in _OPTIONAL or value not in (None, {})}

    def without_rate(self, reason: str) -> StreamEvaluation:
        """The same, of recordings that say nothing of how often anything is falsely detected in life."""
        none = replace(self, false_accepts=None, false_accepts_per_hour=None, upper95=None)
        return replace(none, not_measured=reason, negatives={}, curve=(), sweep={})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> StreamEvaluation:
        """Inverse of :meth:`to_dict`; of documents from before there were ``negatives``, too."""
        own = {one.name: values[one.name] for one in fields(cls) if one.name in values or _required(one)}
        own["frr_ci95"] = None if values["frr_ci95"] is None else tuple(values["frr_ci95"])
        own["detections"] = tuple(Heard(**row) for row in values["detections"])
        own["set_aside"] = tuple(SetAside(**row) for row in values["set_aside"])
        own["notes"] = tuple(values.get("notes", ()))
        own["negatives"] = {kind: KindHeard.from_dict(one) for kind, one in values.get("negatives", {}).items()}
        own["curve"] = tuple(CurvePoint.from_dict(point) for point in values.get("curve", ()))
        own["sweep"] = {kind: tuple(map(tuple, points)) for kind, points in values.get("sweep", {}).items()}
        for name, part in (("response_ms", ResponseTimes), ("wish", Wish), ("stitched", Stitched)):
            own[name] = None if values.get(name) is None else part(**values[name])
        return cls(**own)


def _required(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _dicts(rows: Sequence[Heard] | Sequence[SetAside]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]
