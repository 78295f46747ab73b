"""What a person wishes of a detector, read strictly: a wish that is misunderstood chooses a wrong threshold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from kws_data.errors import ConfigError

FORMS = (
    "at most 1 false accept in 10 hours",
    "0.5 false accepts an hour",
    "fpr <= 1 %",
    "tpr >= 0.95",
    "miss at most 5 %",
    "TPR first",
)
MOST_PER_HOUR = 1_000.0

_NUMBER = r"\d+(?:\.\d+)?|\.\d+"
_HOURS_IN = {"second": 1 / 3_600, "minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0}
_SPAN = rf"(?:(?P<hours>{_NUMBER}) )?(?P<unit>{'|'.join(_HOURS_IN)})s?"
_RATE = re.compile(
    rf"(?:at most |no more than )?(?P<count>{_NUMBER}|one) false accepts? (?P<way>in|an?|per|every|each) {_SPAN}"
)
_SHARE = rf"(?P<value>{_NUMBER}) ?(?P<percent>%)?"
_TPR, _FPR = re.compile(rf"tpr ?(?:>=|≥|at least) ?{_SHARE}"), re.compile(rf"fpr ?(?:<=|≤|at most) ?{_SHARE}")
_MISS = re.compile(rf"miss (?:at most|no more than) {_SHARE}")


@dataclass(frozen=True)
class Wishes:
    """What is wished for; at least one of them.

    Attributes:
        false_accepts_per_hour: in a stream, of each kind of negative, at most.
        fpr: share of clips without a keyword in which one is detected, at most.
        tpr: share of keywords heard, in clips and in streams, at least.
        tpr_first: as few keywords missed as any threshold gives; then as few false accepts as that allows.
    """

    false_accepts_per_hour: float | None = None
    fpr: float | None = None
    tpr: float | None = None
    tpr_first: bool = False

    def __post_init__(self) -> None:
        rate, fpr, tpr = self.false_accepts_per_hour, self.fpr, self.tpr
        if (rate, fpr, tpr, self.tpr_first) == (None, None, None, False):
            raise ConfigError("nothing is wished for", None, f"say --wish {_listed()}")
        if rate is not None and not 0 < rate <= MOST_PER_HOUR:
            remedy = f"more than 0 and at most {MOST_PER_HOUR:g} an hour: none at all is proven by no number of hours"
            raise ConfigError("false accepts an hour cannot be wished for", rate, remedy)
        if fpr is not None and not 0 < fpr < 1:
            raise ConfigError("fpr cannot be wished for", fpr, "more than 0 and less than 1, or 100 %")
        if tpr is not None and not 0 < tpr <= 1:
            raise ConfigError("tpr cannot be wished for", tpr, "more than 0 and at most 1, or 100 %")
        if tpr is not None and self.tpr_first:
            raise ConfigError("two wishes say different things of the TPR", "TPR first", f"or tpr >= {tpr:g}, not both")

    @property
    def floor(self) -> bool:
        """Whether something is wished of the keywords that are heard."""
        return self.tpr is not None or self.tpr_first

    def words(self) -> list[str]:
        """In words, each as it can be wished for again."""
        said = []
        if self.false_accepts_per_hour is not None:
            said.append(f"at most {self.false_accepts_per_hour:g} false accepts an hour")
        if self.fpr is not None:
            said.append(f"fpr <= {100 * self.fpr:g} %")
        if self.tpr is not None:
            said.append(f"tpr >= {100 * self.tpr:g} %")
        return [*said, *(["TPR first"] if self.tpr_first else [])]

    def to_dict(self) -> dict[str, Any]:
        """For JSON, what is wished for only."""
        return {key: value for key, value in asdict(self).items() if value}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Wishes:
        """Inverse of :meth:`to_dict`; raises ConfigError for values that are no wish."""
        kinds = {one.name: bool if one.name == "tpr_first" else float for one in fields(cls)}
        for key, value in values.items():
            if key not in kinds or type(value) not in (kinds[key], *([int] if kinds[key] is float else [])):
                raise ConfigError("a wish cannot be read", f"{key}: {value}", f"wishes are {', '.join(kinds)}")
        return cls(**values)


def read_wishes(texts: Iterable[str], **given: float | None) -> Wishes:
    """Wishes in words, as :data:`FORMS`, and those that options name.

    Raises:
        ConfigError: a text is none of these forms, something is wished twice, or a number cannot be wished for.
    """
    found: dict[str, Any] = {}
    for key, value in [*(pair for text in texts for pair in _read(text)), *given.items()]:
        if value is None:
            continue
        if key in found:
            raise ConfigError("something is wished for twice", f"{key} {found[key]} and {value}", "say it once")
        found[key] = value
    return Wishes(**found)


def _read(text: str) -> list[tuple[str, Any]]:
    plain = " ".join(text.lower().split())
    if plain == "tpr first":
        return [("tpr_first", True)]
    if match := _RATE.fullmatch(plain):
        return [("false_accepts_per_hour", _per_hour(match, text))]
    for pattern, key in ((_TPR, "tpr"), (_FPR, "fpr"), (_MISS, "miss")):
        if match := pattern.fullmatch(plain):
            value = _share(match, text)
            return [("tpr", 1.0 - value) if key == "miss" else (key, value)]
    raise ConfigError("wish is not understood", text, f"say {_listed()}")


def _per_hour(match: re.Match[str], text: str) -> float:
    if (match["way"] in ("a", "an") and match["hours"]) or (match["way"] == "in" and not match["hours"]):
        raise ConfigError("wish is not understood", text, "say: 1 false accept in 10 hours, or: an hour")
    count = 1.0 if match["count"] == "one" else float(match["count"])
    hours = float(match["hours"] or 1) * _HOURS_IN[match["unit"]]
    if not hours:
        raise ConfigError("wish is not understood", text, "0 hours are no time")
    return count / hours


def _share(match: re.Match[str], text: str) -> float:
    value = float(match["value"])
    if match["percent"]:
        return value / 100
    if value > 1:
        raise ConfigError("a share is more than 1", text, f"write {match['value']} %, or a number from 0 to 1")
    return value


def _listed() -> str:
    return ", ".join(f'"{form}"' for form in FORMS[:-1]) + f' or "{FORMS[-1]}"'
