"""Who labels which clip next."""

from __future__ import annotations

import pytest
from labelled_clips import add_bare_clips, say_it

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Finding
from kws_data.labelling.doubled import Doubled, keep_doubled, kept_doubled
from kws_data.labelling.labels import NOT_SURE
from kws_data.labelling.queue import HANDED_SECONDS, LabelQueue, QueueSettings, Task


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def ids_of(tasks: list[Task]) -> list[str]:
    return [task.clip.id for task in tasks]


def test_clips_come_in_their_order_each_until_it_is_labelled(catalog):
    clips = add_bare_clips(catalog, 4)
    queue = LabelQueue(catalog, QueueSettings(tuple(clips), twice_share=0))
    assert ids_of(queue.next_for("ann", 2)) == clips[:2]
    assert ids_of(queue.next_for("ann", 2)) == clips[:2]
    assert ids_of(queue.next_for("ann", 2, skip=clips[:2])) == clips[2:]
    say_it(catalog, clips[0], "ann", "yes")
    assert ids_of(queue.next_for("ann", 9)) == clips[1:]
    assert queue.next_for("ann")[0].why == "unlabelled"


def test_two_people_do_not_get_the_same_clip_at_the_same_moment(catalog):
    clips, clock = add_bare_clips(catalog, 4), Clock()
    queue = LabelQueue(catalog, QueueSettings(tuple(clips), twice_share=0), clock)
    assert ids_of(queue.next_for("ann", 2)) == clips[:2]
    assert ids_of(queue.next_for("bob", 9)) == clips[2:]
    clock.now = HANDED_SECONDS + 1  # ann went away
    assert ids_of(queue.next_for("bob", 9)) == clips


def test_a_clip_for_two_people_is_given_to_two_and_to_no_third(catalog):
    clips = add_bare_clips(catalog, 2)
    queue = LabelQueue(catalog, QueueSettings(tuple(clips), twice_share=1))
    assert ids_of(queue.next_for("ann", 2)) == ids_of(queue.next_for("bob", 2)) == clips
    assert queue.next_for("eve", 2) == []
    say_it(catalog, clips[0], "ann", "yes")
    assert ids_of(queue.next_for("ann", 2)) == clips[1:]
    second = queue.next_for("bob", 2)[0]
    assert (second.why, second.others) == ("second opinion", ())  # blind: what ann said is not there
    say_it(catalog, clips[0], "bob", "yes")
    assert ids_of(queue.next_for("eve", 2)) == []  # clips[1] is before ann and bob


def test_the_share_for_two_is_the_same_everywhere_and_about_as_asked(catalog):
    doubled = Doubled(0.1, 5)
    drawn = [f"{number:016x}" for number in range(5_000) if doubled.needed(f"{number:016x}") == 2]
    assert 400 < len(drawn) < 600
    assert {Doubled(0.0).needed("a"), Doubled(1.0).needed("a")} == {1, 2}
    keep_doubled(catalog, doubled)
    assert kept_doubled(catalog) == doubled


def test_disputed_clips_go_to_somebody_who_did_not_label_them(catalog):
    clips = add_bare_clips(catalog, 3)
    queue = LabelQueue(catalog, QueueSettings(tuple(clips), twice_share=0))
    say_it(catalog, clips[0], "ann", "yes")
    say_it(catalog, clips[0], "bob", "no")
    say_it(catalog, clips[1], "bob", NOT_SURE)
    say_it(catalog, clips[2], "bob", "yes")
    assert ids_of(queue.disagreements("eve", 9)) == clips[:2]
    assert queue.disagreements("bob") == []  # eve has both before her
    task = queue.disagreements("eve")[0]
    assert task.why == "disagreement"
    assert [(one.giver, one.label) for one in task.others] == [("ann", "yes"), ("bob", "no")]
    say_it(catalog, clips[0], "eve", "no", "adjudicator")
    say_it(catalog, clips[1], "eve", NOT_SURE, "adjudicator")
    assert queue.disagreements("eve", 9) == []
    assert ids_of(queue.disagreements("ann", 9)) == clips[1:2]
    assert ids_of(queue.next_for("ann", 9)) == []


def test_who_labelled_a_disputed_clip_gets_it_last(catalog):
    clips = add_bare_clips(catalog, 2)
    queue = LabelQueue(catalog, QueueSettings(tuple(clips)))
    for clip, first, second in ((clips[0], "ann", "bob"), (clips[1], "bob", "eve")):
        say_it(catalog, clip, first, "yes")
        say_it(catalog, clip, second, "no")
    assert ids_of(queue.disagreements("ann", 2)) == [clips[1], clips[0]]


def test_opinions_of_other_processes_and_withdrawn_ones_are_seen(catalog):
    clips = add_bare_clips(catalog, 2)
    queue = LabelQueue(catalog, QueueSettings(tuple(clips), twice_share=0))
    assert ids_of(queue.next_for("ann")) == clips[:1]
    with Catalog(catalog.folder) as other:
        given = say_it(other, clips[0], "ann", "yes")
    assert ids_of(queue.next_for("ann")) == clips[1:]
    catalog.opinions.withdraw(given)
    assert ids_of(queue.next_for("ann")) == clips[:1]


def test_a_new_queue_goes_on_where_a_killed_one_was(catalog):
    clips = add_bare_clips(catalog, 3)
    settings = QueueSettings(tuple(clips), twice_share=0)
    LabelQueue(catalog, settings).next_for("ann", 2)
    say_it(catalog, clips[0], "ann", "yes")
    assert ids_of(LabelQueue(catalog, settings).next_for("ann", 2)) == clips[1:]


def test_forgotten_clips_are_not_handed_out(catalog):
    clips = add_bare_clips(catalog, 2)
    queue = LabelQueue(catalog, QueueSettings(tuple(clips)))
    speaker = next(clip.speaker for clip in catalog.clips() if clip.id == clips[0])
    catalog.forgetting.erase([speaker])
    assert ids_of(queue.next_for("ann", 2)) in (clips[1:], [])
    assert ids_of(queue.next_for("ann", 2)) == clips[1:]


def test_suggestions_are_the_surest_models_or_those_of_the_last_audit(catalog):
    clips = add_bare_clips(catalog, 3, word="yes")
    say_it(catalog, clips[0], "small 1", "no", "model", 0.6)
    say_it(catalog, clips[0], "encoder", "go", "model", 0.9)
    catalog.changes.undo(catalog.changes.record("audit", findings=[Finding(clips[2], "label error", "relabel")]))
    catalog.changes.record("audit", findings=[Finding(clips[1], "label error", "relabel", 0.8, "no")])
    tasks = LabelQueue(catalog, QueueSettings(tuple(clips))).next_for("ann", 3)
    assert [(t.why, t.suggestion, t.confidence, t.suggested_by) for t in tasks] == [
        ("labelled", "go", 0.9, "encoder"),
        ("found by audit", "no", 0.8, "audit"),
        ("labelled", "", None, ""),
    ]


def test_a_word_in_doubt_without_another_one_has_no_suggestion(catalog):
    clips = add_bare_clips(catalog, 1, word="yes")
    catalog.changes.record("audit", findings=[Finding(clips[0], "copy with another word", "relabel")])
    (task,) = LabelQueue(catalog, QueueSettings(tuple(clips))).next_for("ann")
    assert (task.why, task.suggestion, task.suggested_by) == ("found by audit", "", "")


def test_labels_under_an_older_guideline_are_given_again(catalog):
    clips = add_bare_clips(catalog, 2)
    for text in ("one", "two"):
        catalog.guidelines.add(text)
    say_it(catalog, clips[0], "ann", "yes", guideline=1)
    say_it(catalog, clips[1], "ann", "yes", guideline=2)
    queue = LabelQueue(catalog, QueueSettings(tuple(clips), twice_share=0, since_guideline=2))
    tasks = queue.next_for("ann", 2)
    assert [(task.clip.id, task.why) for task in tasks] == [(clips[0], "review")]


def test_progress_counts_clips_and_says_how_fast_people_are(catalog):
    clips = add_bare_clips(catalog, 4)
    queue = LabelQueue(catalog, QueueSettings(tuple(clips), twice_share=0))
    say_it(catalog, clips[0], "ann", "yes", seconds=2.0)
    say_it(catalog, clips[1], "ann", NOT_SURE, seconds=4.0)
    say_it(catalog, clips[1], "model", "no", "model", 0.7)
    progress = queue.progress()
    assert (progress.total, progress.settled, progress.open, progress.disagreements) == (4, 1, 2, 1)
    assert {name: (pace.count, pace.median_seconds) for name, pace in progress.annotators.items()} == {"ann": (2, 3.0)}


@pytest.mark.parametrize("since", [None, 9])
def test_further_clips_in_dispute_are_for_an_adjudicator_alone(catalog, since):
    clips = add_bare_clips(catalog, 3, word="yes")
    for clip in clips[1:]:
        say_it(catalog, clip, "ann", "yes")
        say_it(catalog, clip, "bob", "no")
    settings = QueueSettings(tuple(clips[:1]), since_guideline=since, disputed_ids=tuple(clips[1:]))
    queue = LabelQueue(catalog, settings)
    assert ids_of(queue.next_for("zoe", 9)) == clips[:1]
    assert (queue.progress().total, queue.progress().disagreements) == (3, 2)
    assert ids_of(queue.disagreements("eve", 9)) == clips[1:]
    say_it(catalog, clips[1], "eve", "yes", "adjudicator")
    assert ids_of(queue.disagreements("eve", 9)) == clips[2:]
    assert (queue.progress().settled, queue.progress().disagreements) == (1, 1)
