"""Where labelling stands."""

from __future__ import annotations

from labelled_clips import add_bare_clips, say_it

from kws_data.labelling.doubled import Doubled, keep_doubled
from kws_data.labelling.labels import BAD
from kws_data.labelling.status import label_status
from kws_data.labelling.take_over import take_over
from kws_data.labels import SILENCE


def test_what_was_taken_over_of_machines_no_longer_waits(catalog):
    add_bare_clips(catalog, 1, word="yes")
    clips = add_bare_clips(catalog, 5)
    for clip, label, confidence in zip(
        clips, ["yes", "YES", SILENCE, BAD, "no"], [0.97, 0.99, 0.96, 0.97, 0.6], strict=True
    ):
        say_it(catalog, clip, "model 1", label, "model", confidence)
    assert label_status(catalog).machine == 5
    done = take_over(catalog, automatic=0.95)
    assert (done.words, label_status(catalog).machine) == (3, 1)
    catalog.changes.undo(done.batch)
    assert label_status(catalog).machine == 5


def test_who_takes_over_and_who_asks_for_the_status_are_told_the_same(catalog):
    keep_doubled(catalog, Doubled(1.0))
    add_bare_clips(catalog, 3)
    clips = add_bare_clips(catalog, 4, word="no")
    say_it(catalog, clips[0], "ann", "yes")  # waits for a second person
    say_it(catalog, clips[1], "model 1", "yes", "model", 0.6)  # has a label
    for giver, label in (("ann", "yes"), ("bob", "no")):
        say_it(catalog, clips[2], giver, label)
        say_it(catalog, clips[3], giver, "yes")
    now, done = label_status(catalog).progress, take_over(catalog)
    assert (now.open, now.disagreements) == (done.open, done.disagreements) == (4, 1)
    assert (now.settled, label_status(catalog).progress) == (done.words, now)
    assert take_over(catalog, clips).open == 1


def test_a_cut_that_waits_is_not_to_be_heard(catalog):
    keep_doubled(catalog, Doubled(0.0))
    clip = add_bare_clips(catalog, 1)[0]
    say_it(catalog, clip, "ann", "yes", cut=(4_000, 12_000))
    before = label_status(catalog)
    catalog.changes.undo(take_over(catalog).batch)
    assert len(catalog.cuts()) == 1
    assert label_status(catalog) == before
    assert (before.progress.total, before.unlabelled) == (1, 0)
