"""Where labelling stands."""

from __future__ import annotations

from labelled_clips import add_bare_clips, say_it

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
