"""Settings of a plan: what they take, what they refuse, and that a file gives back what was written."""

from __future__ import annotations

import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_data.coverage.data_plan.document import checked_plan, plan_document, read_plan, settings_yaml
from kws_data.coverage.data_plan.people_needed import design_effect, enough_of, people_for
from kws_data.coverage.data_plan.plan import DataPlan
from kws_data.coverage.data_plan.schedule import minutes_a_person, phases
from kws_data.errors import ConfigError, DataError, KwsError
from kws_data.statistics.intervals import wilson

LEAST: dict[str, Any] = {
    "name": "kitchen",
    "purpose": "hear a lamp",
    "words": ["lamp", "radio"],
    "licences": ["CC-BY-4.0"],
    "schedule": {"start": datetime.date(2027, 1, 4)},
}
LINES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Cn", "Co")), min_size=1, max_size=40).filter(
    lambda text: text.strip() and " ".join(text.split()).isprintable()
)
WORDS = st.lists(st.sampled_from(["yes", "no", "on", "off", "hey jarvis", "Größe", "三", "null", "12", "0x1f", "~"]))
GROUPS = st.dictionaries(LINES.map(lambda text: " ".join(text.split())), st.integers(1, 5), min_size=1, max_size=3)
PLANS = st.fixed_dictionaries(
    {
        "name": LINES,
        "purpose": LINES,
        "words": WORDS.filter(bool).map(lambda words: list(dict.fromkeys(words))),
        "takes": st.integers(1, 1_000),
        "licences": st.lists(LINES, min_size=1, max_size=3),
        "consents": st.lists(LINES, max_size=2),
        "people": st.fixed_dictionaries(
            {"total": st.integers(15, 10_000), "subgroups": st.dictionaries(st.sampled_from(["accent", "age"]), GROUPS)}
        ),
        "hours": st.fixed_dictionaries({"negatives": st.floats(0, 1_000)}),
        "conditions": st.fixed_dictionaries({"people": st.dictionaries(st.sampled_from(["room", "distance"]), GROUPS)}),
        "schedule": st.fixed_dictionaries(
            {"start": st.dates(datetime.date(1999, 1, 1), datetime.date(2500, 1, 1)), "people_a_day": st.floats(5, 99)}
        ),
        "roles": st.dictionaries(LINES, LINES, max_size=3),
        "risks": st.lists(LINES, max_size=3),
    }
)


def plan(**more: Any) -> DataPlan:
    return checked_plan({**LEAST, **more}, "test")


@settings(max_examples=120)
@given(values=PLANS)
def test_a_plan_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]) -> None:
    made = checked_plan(values, "test")
    folder = tmp_path_factory.mktemp("plan")
    (folder / "plan.md").write_text(plan_document(made), encoding="utf-8")
    (folder / "plan.yaml").write_text(settings_yaml(made), encoding="utf-8")
    assert read_plan(folder / "plan.md") == read_plan(folder / "plan.yaml") == made
    assert plan_document(read_plan(folder / "plan.md")) == plan_document(made)


@settings(max_examples=60)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"---\n{text}\n---\n".encode()))
def test_any_file_is_a_plan_or_one_line(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("plan") / "plan.md"
    path.write_bytes(data)
    with pytest.raises(KwsError) as refused:
        read_plan(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"peple": {}}, "did you mean people"),
        ({"people": {"totl": 3}}, "did you mean total"),
        ({"people": {"subgroups": {"acent": {"x": 1}}}}, "did you mean accent"),
        ({"people": {"subgroups": {"age": {}}}}, "name its groups"),
        ({"people": {"total": 5, "subgroups": {"age": {"20-39": 3, "60+": 3}}}}, "people.total"),
        ({"people": {"total": True}}, "number"),
        ({"conditions": {"people": {"rom": {"kitchen": 1}}}}, "did you mean room"),
        ({"hours": {"negatives": 1, "kinds": {"musc": 1}}}, "did you mean music"),
        ({"hours": {"negatives": 1, "kinds": {"music": 2}}}, "hours.negatives"),
        ({"words": []}, "words"),
        ({"words": [True]}, "quotes"),
        ({"words": ["yes", "Yes"]}, "twice"),
        ({"words": ["a/b"]}, "no word"),
        ({"words": ["_silence_"]}, "no word"),
        ({"licences": []}, "licences"),
        ({"licences": [" "]}, "empty"),
        ({"purpose": "a\u202eb"}, "nobody can see"),
        ({"schedule": {"start": "soon"}}, "schedule.start"),
        ({"test_share": 0}, "test_share"),
        ({"takes": 0}, "takes"),
    ],
)
def test_what_does_not_fit_is_named(more: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigError, match="test: ") as refused:
        plan(**more)
    assert named in str(refused.value)


@pytest.mark.parametrize("text", ["", "# A plan\n", "---\n---\n", "---\n- a\n---\n", "---\nname: [\n---\n"])
def test_a_file_without_settings_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.md"
    path.write_text(text)
    with pytest.raises(DataError):
        read_plan(path)
    with pytest.raises(DataError, match="not found"):
        read_plan(tmp_path / "none.md")


def test_days_are_working_days() -> None:
    made = plan(people={"total": 23}, schedule={"start": datetime.date(2027, 1, 2), "people_a_day": 4})  # a Saturday
    found = {phase.name: (phase.start.isoformat(), phase.end.isoformat()) for phase in phases(made)}
    assert found == {
        "Preparation": ("2027-01-04", "2027-01-06"),
        "Pilot": ("2027-01-07", "2027-01-08"),
        "Recording": ("2027-01-11", "2027-01-15"),
        "Labelling": ("2027-01-12", "2027-01-18"),
        "Review": ("2027-01-19", "2027-01-20"),
    }
    assert minutes_a_person(made) == 10 + 2 * 10 * 6 / 60


@given(st.dates(datetime.date(2000, 1, 1), datetime.date(2100, 1, 1)), st.integers(1, 5_000), st.floats(0.5, 50))
def test_phases_lie_on_working_days_in_order(start: datetime.date, people: int, pace: float) -> None:
    found = phases(plan(people={"total": people}, schedule={"start": start, "people_a_day": pace}))
    assert all(day.weekday() < 5 for phase in found for day in (phase.start, phase.end))
    assert all(phase.start <= phase.end for phase in found) and found[0].start >= start
    assert all(one.end < other.start for one, other in pairwise(found) if other.name != "Labelling")
    assert found[-1].start > found[-2].end > found[-3].end - datetime.timedelta(days=1)


def test_a_schedule_beyond_the_calendar_is_refused() -> None:
    far = plan(schedule={"start": datetime.date(9999, 12, 30)})
    with pytest.raises(ConfigError, match="last year of the calendar"):
        plan_document(far)


def test_people_needed_follow_from_wilson_and_kish() -> None:
    single = plan(takes=1, people={"total": 200})  # 40 people in the test, each takes once
    found = enough_of(single)
    assert found.test_people == found.effective_takes == 40
    assert (found.low, found.high) == pytest.approx(wilson(38, 40))
    assert design_effect(1) == 1 and design_effect(11) == pytest.approx(3)
    for limit, people in found.wanted:
        takes = round(people * single.test_share)
        low = wilson(round(0.95 * takes), takes)[0]
        assert low == pytest.approx(limit, abs=0.03)  # whole takes
    assert people_for(plan(takes=10), 0.9) > people_for(plan(takes=1), 0.9) / 10


def test_the_text_shows_what_was_said_and_no_markup_of_it() -> None:
    text = plan_document(plan(purpose="hear <b>*lamps*</b> | at home", risks=["[x](http://a)"]))
    body = text.split("---\n", 2)[2]
    assert r"\<b\>\*lamps\*\</b\> \| at home" in body and r"\[x\](http://a)" in body
