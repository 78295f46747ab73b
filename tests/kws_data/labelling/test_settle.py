"""When a clip's label holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.catalog.opinions import Opinion
from kws_data.labelling.labels import NOT_SURE
from kws_data.labelling.settle import settled


def by(giver: str, label: str, kind: str = "person", confidence: float | None = None, **more: object) -> Opinion:
    return Opinion("0" * 16, kind, giver, label, confidence, **more)  # type: ignore[arg-type]


def test_one_person_is_enough_where_one_is_needed():
    verdict = settled([by("ann", "yes")])
    assert (verdict.label, verdict.by, verdict.agreeing, verdict.of) == ("yes", "people", 1, 1)


def test_two_are_waited_for_where_two_are_needed():
    assert settled([by("ann", "yes")], needed=2).state == "open"
    assert settled([by("ann", "yes"), by("ann", "yes", "imported")], needed=2).state == "open"  # the same person twice
    assert settled([by("ann", "yes"), by("bob", "yes")], needed=2).label == "yes"


@pytest.mark.parametrize("other", ["no", NOT_SURE])
def test_people_who_disagree_or_are_not_sure_need_an_adjudicator(other):
    verdict = settled([by("ann", "yes"), by("bob", other)])
    assert (verdict.state, verdict.label) == ("disagreement", "")
    decided = settled([by("ann", "yes"), by("bob", other), by("eve", "no", "adjudicator")], needed=2)
    assert (decided.label, decided.by, decided.of) == ("no", "adjudicator", 3)


def test_an_adjudicator_who_is_not_sure_decides_nothing():
    assert settled([by("ann", "yes"), by("bob", "no"), by("eve", NOT_SURE, "adjudicator")]).state == "disagreement"


def test_machines_count_only_where_asked_for_and_where_no_person_spoke():
    sure = by("model 1", "yes", "model", 0.97)
    assert settled([sure]).state == "open"
    assert settled([sure], automatic=0.95).by == "automatic"
    assert settled([sure], automatic=0.98).state == "open"
    assert settled([sure, by("model 2", "no", "model", 0.96)], automatic=0.95).state == "open"
    assert settled([sure, by("ann", "no")], automatic=0.95).label == "no"


def test_what_was_withdrawn_does_not_count():
    assert settled([by("ann", "yes"), by("bob", "no", withdrawn_at="2026")]).label == "yes"


def test_a_cut_holds_where_all_cut_and_loses_nothing_that_one_kept():
    both = settled([by("ann", "yes", start=100, stop=900), by("bob", "yes", start=50, stop=800)], needed=2)
    assert (both.start, both.stop) == (50, 900)
    assert settled([by("ann", "yes", start=100, stop=900), by("bob", "yes")], needed=2).start is None


_OPINIONS = st.lists(
    st.builds(
        by,
        st.sampled_from(["ann", "bob", "eve"]),
        st.sampled_from(["yes", "no", NOT_SURE]),
        st.sampled_from(["person", "imported", "model", "adjudicator"]),
        st.sampled_from([None, 0.5, 0.99]),
    ),
    max_size=6,
)


@given(_OPINIONS, st.integers(1, 2))
def test_only_a_settled_clip_has_a_label_and_somebody_gave_it(opinions, needed):
    verdict = settled(opinions, needed)
    assert verdict.is_settled == bool(verdict.label)
    given_labels = {one.label for one in opinions if one.kind != "model"}
    assert not verdict.is_settled or verdict.label in given_labels - {NOT_SURE}
    assert settled([one for one in opinions if one.kind != "model"], needed) == verdict
