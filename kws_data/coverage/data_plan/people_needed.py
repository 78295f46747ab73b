"""How many people are enough: what a test with the planned people can tell, and how many it takes to tell more.

Takes of one person are alike: ``n`` of them are worth ``n / (1 + (n - 1) r)`` takes of different people (Kish 1965,
Survey Sampling, section 5.4). Before there is a model nobody knows ``r``, and 0.2 is an assumption: a report of
``kws run`` gives the intervals by clip and by speaker from which it follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, sqrt

from kws_data.coverage.data_plan.plan import DataPlan
from kws_data.statistics.enough import clips_to_tell
from kws_data.statistics.intervals import Z95

ALIKE = 0.2
HIT = 0.95
LIMITS = (0.80, 0.85, 0.90, 0.92)


@dataclass(frozen=True)
class Enough:
    """What a test of so many people tells of a word that is heard in ``HIT`` of its takes.

    Attributes:
        test_people: in the test.
        effective_takes: of a word, as if each was said by somebody else.
        low, high: 95 % interval of the share that is heard.
        wanted: people in all that it takes for the interval's lower end to reach a limit, by limit.
    """

    test_people: int
    effective_takes: float
    low: float
    high: float
    wanted: tuple[tuple[float, int], ...]


def design_effect(takes: int, alike: float = ALIKE) -> float:
    """By how much fewer takes several takes of one person are worth."""
    return 1 + (takes - 1) * alike


def enough_of(plan: DataPlan) -> Enough:
    """What the plan's test can tell."""
    people = max(1, round(plan.people.total * plan.test_share))
    effective = people * plan.takes / design_effect(plan.takes)
    low, high = _wilson(HIT, effective)
    return Enough(people, effective, low, high, tuple((limit, people_for(plan, limit)) for limit in LIMITS))


def people_for(plan: DataPlan, limit: float) -> int:
    """People in all, of whom the test's share lets a word that is heard in ``HIT`` be told from ``limit``."""
    takes = clips_to_tell(HIT, limit)
    assert takes < inf
    return ceil(takes * design_effect(plan.takes) / plan.takes / plan.test_share)


def _wilson(share: float, takes: float) -> tuple[float, float]:
    """Ends of Wilson's interval where the takes are no whole number, as those that are worth fewer are not."""
    z2 = Z95 * Z95
    centre = (share + z2 / (2 * takes)) / (1 + z2 / takes)
    half = Z95 * sqrt(share * (1 - share) / takes + z2 / (4 * takes * takes)) / (1 + z2 / takes)
    return centre - half, centre + half
