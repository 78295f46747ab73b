"""From people, takes and pace to days: what is done when. Working days only, Monday to Friday."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from math import ceil

from kws_data.coverage.data_plan.plan import DataPlan

PREPARE_DAYS = 3
PILOT_DAYS = 2
REVIEW_DAYS = 2
GREETING_MIN = 10.0  # consent, level check and thanks, for each person


@dataclass(frozen=True)
class Phase:
    """A stretch of working days; ``end`` is its last."""

    name: str
    start: datetime.date
    end: datetime.date
    note: str


def minutes_a_person(plan: DataPlan) -> float:
    """Minutes of one person's session."""
    return GREETING_MIN + len(plan.words) * plan.takes * plan.schedule.seconds_a_take / 60


def label_hours(plan: DataPlan) -> float:
    """Hours of listening to all clips once, and to some a second time."""
    clips = len(plan.words) * plan.clips_a_word + plan.labelled_twice
    return clips * plan.schedule.seconds_a_label / 3_600


def phases(plan: DataPlan) -> tuple[Phase, ...]:
    """Phases one after the other; labelling begins with the recordings and ends after them.

    Raises:
        OverflowError: it ends after the last year of the calendar.
    """
    asked = plan.schedule
    pilot = min(asked.pilot_people, plan.people.total)
    record_days = max(1, ceil((plan.people.total - pilot) / asked.people_a_day))
    label_days = max(1, ceil(label_hours(plan) / asked.label_hours_a_day))
    lengths = [
        ("Preparation", PREPARE_DAYS, "guideline, consent text, rooms, the board; kws doctor"),
        *(
            [("Pilot", PILOT_DAYS, f"{pilot} people; listen to all of it, mend procedure and guideline")]
            if pilot
            else []
        ),
        (
            "Recording",
            record_days,
            f"{plan.people.total - pilot} people, {asked.people_a_day:g} a day, {minutes_a_person(plan):.0f} min each",
        ),
    ]
    made: list[Phase] = []
    day = _working(asked.start)
    for name, days, note in lengths:
        end = _after(day, days - 1)
        made.append(Phase(name, day, end, note))
        day = _after(end, 1)
    recording = made[-1]
    end = max(_after(recording.start, label_days), _after(recording.end, 1))
    note = f"{label_hours(plan):.1f} h of listening, {plan.labelled_twice} clips twice; kws label, kws agreement"
    made.append(Phase("Labelling", _after(recording.start, 1), end, note))
    review = _after(end, 1)
    made.append(
        Phase("Review", review, _after(review, REVIEW_DAYS - 1), "kws audit, kws plan-data --check; what is missing")
    )
    return tuple(made)


def _working(day: datetime.date) -> datetime.date:
    """The day itself, or the next Monday."""
    return day + datetime.timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)


def _after(day: datetime.date, days: int) -> datetime.date:
    """So many working days after a working day."""
    weeks, rest = divmod(day.weekday() + days, 5)
    return day + datetime.timedelta(days=7 * weeks + rest - day.weekday())
