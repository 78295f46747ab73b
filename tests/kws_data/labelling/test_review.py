"""Labels that a change of the guideline may touch."""

from __future__ import annotations

from labelled_clips import add_bare_clips, say_it

from kws_data.labelling.labels import BAD, NOT_SURE
from kws_data.labelling.review import to_review

BEFORE = "# Rules\n\n- **R1 Whole**: all of it\n- **R2 Plurals**: cats is cat\n\nHalf a word is a bad recording.\n"
AFTER = BEFORE.replace("cats is cat", "cats is another word")


def test_no_guideline_no_review(catalog):
    say_it(catalog, add_bare_clips(catalog, 1)[0], "ann", "yes")
    found = to_review(catalog)
    assert (found.latest, found.touched, found.others) == (None, (), {})


def test_labels_and_rules_that_the_change_names_are_listed_and_others_counted(catalog):
    clips = add_bare_clips(catalog, 8)
    catalog.guidelines.add(BEFORE)
    catalog.guidelines.add(AFTER)
    say_it(catalog, clips[0], "ann", "cat", guideline=1)
    say_it(catalog, clips[1], "ann", "dog", rule="R2", guideline=1)
    say_it(catalog, clips[2], "ann", "dog", rule="R1", guideline=1)
    say_it(catalog, clips[3], "ann", BAD, guideline=1)
    say_it(catalog, clips[4], "ann", NOT_SURE, guideline=1)
    say_it(catalog, clips[5], "ann", "cat", guideline=2)  # under the version that holds
    say_it(catalog, clips[6], "ann", "cat")  # under none
    say_it(catalog, clips[7], "model", "cat", "model", 0.9)
    say_it(catalog, clips[7], "ann", "_unknown_", guideline=1)
    found = to_review(catalog)
    assert found.clip_ids == (clips[0], clips[1], clips[7])
    assert [one.why for one in found.touched] == [
        "its label is named in: - **R2 Plurals**: cats is cat",
        "rule R2 changed",
        "its label is named in: - **R2 Plurals**: cats is another word",
    ]
    assert found.others == {0: 1, 1: 3}


def test_who_labels_a_clip_again_is_no_longer_listed(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    catalog.guidelines.add(BEFORE)
    say_it(catalog, clip, "ann", "cat", guideline=1)
    catalog.guidelines.add(AFTER)
    assert to_review(catalog).clip_ids == (clip,)
    say_it(catalog, clip, "ann", "cat", guideline=2)
    assert to_review(catalog).clip_ids == ()
