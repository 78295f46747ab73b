"""Opinions: kept once, never overwritten, withdrawn and given back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labelled_clips import add_bare_clips, say_it

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.opinions import NewOpinion
from kws_data.errors import DataError

NEW = NewOpinion("", "person", "ann", "yes", 0.9, "loud", "R1", 100, 900, 2.5, None, "t1")


def test_everything_that_was_said_comes_back(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    catalog.guidelines.add("# Rules")
    new = replace(NEW, clip_id=clip, guideline=1)
    number = catalog.opinions.give(new)
    (one,) = catalog.opinions.all()
    assert replace(new) == NewOpinion(*(getattr(one, name) for name in NewOpinion.__dataclass_fields__))
    assert (one.id, one.withdrawn_at) == (number, "")
    assert one.given_at.endswith("+00:00")


def test_what_is_sent_twice_is_kept_once(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    new = replace(NEW, clip_id=clip)
    assert catalog.opinions.give(new) == catalog.opinions.give(new) == catalog.opinions.give(replace(new, label="no"))
    assert [one.label for one in catalog.opinions.all(with_withdrawn=True)] == ["yes"]


def test_who_changes_their_mind_keeps_both_and_undo_brings_the_first_back(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    first, second = say_it(catalog, clip, "ann", "yes"), say_it(catalog, clip, "ann", "no")
    other = say_it(catalog, clip, "bob", "yes")
    assert [one.id for one in catalog.opinions.all()] == [second, other]
    assert catalog.opinions.withdraw(second).label == "no"
    assert [one.id for one in catalog.opinions.all()] == [first, other]
    assert catalog.opinions.withdraw(second) is None
    assert catalog.opinions.withdraw(first).id == first
    assert [one.id for one in catalog.opinions.all(giver="ann")] == []
    assert len(catalog.opinions.all(with_withdrawn=True)) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"clip_id": "f" * 16},
        {"kind": "crowd"},
        {"giver": " "},
        {"label": ""},
        {"confidence": 1.2},
        {"seconds": float("nan")},
        {"seconds": -1.0},
        {"start": 9, "stop": 9},
        {"start": None},
        {"note": "x" * 2_001},
    ],
)
def test_what_is_none_is_refused_and_nothing_is_kept(catalog, wrong):
    clip = add_bare_clips(catalog, 1)[0]
    right = replace(NEW, clip_id=clip)
    with pytest.raises(DataError):
        catalog.opinions.give_all([replace(right, token="t0"), replace(right, **wrong)])
    assert catalog.opinions.all(with_withdrawn=True) == []


def test_lists_are_those_asked_for(catalog):
    clips = add_bare_clips(catalog, 2)
    say_it(catalog, clips[0], "ann", "yes")
    say_it(catalog, clips[1], "ann", "yes", "adjudicator")
    say_it(catalog, clips[1], "m", "yes", "model", 0.5)
    assert [one.clip_id for one in catalog.opinions.all(clip_ids=clips[:1])] == clips[:1]
    assert [one.kind for one in catalog.opinions.all(kinds=["adjudicator", "model"])] == ["adjudicator", "model"]
    assert [one.giver for one in catalog.opinions.all(giver="m")] == ["m"]
    assert catalog.opinions.all(clip_ids=[]) == []


def test_a_catalogue_that_was_not_made_has_none(tmp_path):
    with Catalog(tmp_path / "rec") as empty:
        assert empty.opinions.all() == []
        assert empty.opinions.changed_since().clip_ids == ()


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.integers(0, 2), st.sampled_from("ab"), st.sampled_from(["yes", "no"])),
        st.tuples(st.just("withdraw"), st.integers(1, 12)),
    ),
    max_size=14,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(_STEPS)
def test_whatever_happens_one_opinion_of_each_holds_and_changes_are_told(tmp_path_factory, steps):
    with Catalog(tmp_path_factory.mktemp("rec")) as catalog:
        clips = add_bare_clips(catalog, 3)
        marks = catalog.opinions.changed_since()
        for step in steps:
            before = {one.id: one for one in catalog.opinions.all()}
            if step[0] == "give":
                say_it(catalog, clips[step[1]], step[2], step[3])
            else:
                catalog.opinions.withdraw(step[1])
            after = {one.id: one for one in catalog.opinions.all()}
            assert len({(one.clip_id, one.giver) for one in after.values()}) == len(after)
            differ = {one.clip_id for i, one in {**before, **after}.items() if (i in before) != (i in after)}
            marks = catalog.opinions.changed_since(marks.last_id, marks.last_withdrawn)
            assert differ <= set(marks.clip_ids)
