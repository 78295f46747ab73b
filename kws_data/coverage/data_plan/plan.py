"""What a data plan says. The same names stand in its file, in answers to its questions, and after ``--set``."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Mapping
from math import ceil
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator, model_validator

from kws_data.catalog.attributes import NOT_SAID
from kws_data.catalog.negative_clips import KINDS
from kws_data.config.base import Settings, Share
from kws_data.labels import likeness, spelt

#: What people can be wanted of; all of it is asked by ``kws collect``, some by ``kws record``.
SUBGROUPS = ("accent", "gender", "age", "language")
CONDITIONS = ("room", "distance", "device", "device_model", "source")
LONGEST = 2_000
TWICE_MOST = 0.5  # of the planned clips, whatever is asked for: the others one person labels
People = Annotated[int, Field(ge=1, le=1_000_000)]


def _line(text: str) -> str:
    plain = " ".join(text.split())
    if not plain.isprintable():
        raise ValueError("there are signs in it that nobody can see: type it anew")
    if len(plain) > LONGEST:
        raise ValueError(f"at most {LONGEST} characters")
    return plain


Line = Annotated[str, AfterValidator(_line)]


class PeoplePlan(Settings):
    """Who is wanted."""

    total: People = Field(40, description="people who say all words")
    subgroups: dict[str, dict[str, People]] = Field(
        default_factory=dict, description="of them at least so many of a group: accent, gender, age or language"
    )

    @field_validator("subgroups")
    @classmethod
    def _known(cls, groups: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
        return checked_groups(groups, SUBGROUPS)


class HoursPlan(Settings):
    """Hours in which no keyword is said."""

    negatives: float = Field(2.0, ge=0, le=100_000, allow_inf_nan=False, description="of all kinds together")
    kinds: dict[str, Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]] = Field(
        default_factory=dict, description=f"at least so many of a kind: {', '.join(KINDS)}"
    )

    @field_validator("kinds")
    @classmethod
    def _known(cls, kinds: dict[str, float]) -> dict[str, float]:
        for kind in kinds:
            _refuse_unknown(kind, KINDS)
        return kinds


class ConditionsPlan(Settings):
    """Where and with what it is recorded."""

    people: dict[str, dict[str, People]] = Field(
        default_factory=dict, description="at least so many people in a room, at a distance, with a device"
    )
    noisy_share: Share = Field(0.0, description="of the clips at least such a share with an SNR below noisy_db")
    noisy_db: float = Field(20.0, ge=-20, le=100)

    @field_validator("people")
    @classmethod
    def _known(cls, groups: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
        return checked_groups(groups, CONDITIONS)


class QualityPlan(Settings):
    """When a clip is good, and how good the whole must be. A line that is null is not asked for."""

    snr_db_min: float | None = Field(10.0, ge=-20, le=100, description="of a good clip")
    peak_db_min: float | None = Field(-36.0, ge=-120, le=0, description="of a good clip")
    clipped_share_max: Share | None = Field(0.001, description="of a good clip's samples")
    good_share_min: Share = Field(0.95, description="share of the clips that are good")
    set_aside_share_max: Share | None = Field(0.1, description="share of the clips that were set aside")
    duplicates_max: Share | None = Field(0.01, description="share of clips that repeat another one's recording")
    labelled_twice: int = Field(50, ge=0, description="clips that two people labelled, each without the other's label")
    agreement_min: float | None = Field(0.8, ge=-1, le=1, description="Krippendorff's alpha of those")


class SchedulePlan(Settings):
    """When it is done. Days are working days."""

    start: datetime.date = Field(description="first day, as 2027-01-11")
    pilot_people: int = Field(3, ge=0, le=1_000, description="recorded first, to mend the procedure")
    people_a_day: float = Field(4.0, gt=0, le=10_000, allow_inf_nan=False)
    seconds_a_take: float = Field(6.0, gt=0, le=600, allow_inf_nan=False, description="with what lies between takes")
    seconds_a_label: float = Field(5.0, gt=0, le=600, allow_inf_nan=False)
    label_hours_a_day: float = Field(4.0, gt=0, le=24, description="of all who label together")


class DataPlan(Settings):
    """A data plan."""

    name: Line = Field(min_length=1, max_length=100)
    purpose: Line = Field(min_length=1, description="what is to be heard, by what, where")
    words: list[str] = Field(min_length=1, max_length=1_000)
    takes: int = Field(10, ge=1, le=1_000, description="of each word by each person")
    people: PeoplePlan = Field(default_factory=lambda: PeoplePlan())
    hours: HoursPlan = Field(default_factory=lambda: HoursPlan())
    conditions: ConditionsPlan = Field(default_factory=lambda: ConditionsPlan())
    quality: QualityPlan = Field(default_factory=lambda: QualityPlan())
    licences: list[Line] = Field(min_length=1, max_length=100, description="any of which a clip may have")
    consents: list[Line] = Field(
        default_factory=list, max_length=100, description="of which a clip's consent must name one; none: any at all"
    )
    test_share: float = Field(0.2, gt=0, lt=1, description="of the people are kept for the test")
    schedule: SchedulePlan
    roles: dict[Line, Line] = Field(default_factory=dict, max_length=100, description="who does what")
    risks: list[Line] = Field(default_factory=list, max_length=100)

    @field_validator("words")
    @classmethod
    def _words(cls, words: list[str]) -> list[str]:
        words = [spelt(word) for word in words]
        for word in words:
            if not likeness(word) or word.startswith(("_", "(")) or not word.isprintable() or set(word) & set("/\\,"):
                raise ValueError(f"{word!r} is no word to be said")
        if len({likeness(word) for word in words}) < len(words):
            raise ValueError("a word stands twice, or in two ways")
        return words

    @model_validator(mode="after")
    def _fits(self) -> DataPlan:
        for groups in (self.people.subgroups, self.conditions.people):
            for name, wanted in groups.items():
                if max(wanted.values(), default=0) > self.people.total:
                    raise ValueError(f"{name}: more people of one group than people.total, {self.people.total}")
        for name, wanted in self.people.subgroups.items():
            if sum(wanted.values()) > self.people.total:
                raise ValueError(f"{name}: its groups are more people together than people.total, {self.people.total}")
        if sum(self.hours.kinds.values()) > self.hours.negatives + 1e-9:
            raise ValueError(f"hours.kinds are more together than hours.negatives, {self.hours.negatives:g}")
        return self

    @field_validator("licences", "consents")
    @classmethod
    def _none_empty(cls, names: list[str]) -> list[str]:
        if not all(names):
            raise ValueError("one of them is empty")
        return names

    @property
    def clips_a_word(self) -> int:
        """Clips of each word, of all people."""
        return self.people.total * self.takes

    @property
    def labelled_twice(self) -> int:
        """Clips that two people label: as the plan says, but no more than half of those that it asks for."""
        return min(self.quality.labelled_twice, ceil(TWICE_MOST * len(self.words) * self.clips_a_word))


def checked_groups(groups: Mapping[str, Mapping[str, int]], known: Iterable[str]) -> dict[str, dict[str, int]]:
    """People by attribute and value, each value in one line; raises ValueError."""
    checked: dict[str, dict[str, int]] = {}
    for name, wanted in groups.items():
        _refuse_unknown(name, known)
        values = {_line(value): people for value, people in wanted.items()}
        if not values or "" in values or NOT_SAID in values or len(values) < len(wanted):
            raise ValueError(f"{name}: name its groups, each once, with how many people: {{{name}: {{…: 10}}}}")
        checked[name] = values
    return checked


def _refuse_unknown(name: str, known: Iterable[str]) -> None:
    names = list(known)
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
        raise ValueError(f"{name!r} is not known here: " + (f"did you mean {near[0]}?" if near else ", ".join(names)))


def plain(plan: DataPlan) -> dict[str, Any]:
    """A plan as plain values, all settings in their order."""
    return plan.model_dump()
