"""The catalogue held against a plan: each want is met or it is named, with what to call next."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from labelled_clips import add_bare_clips
from served_page import spoken_take

from kws_data.catalog.audio_store import audio_path
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip, clip_id
from kws_data.catalog.measures import forget_measures
from kws_data.catalog.opinions import NewOpinion
from kws_data.cli import cli
from kws_data.coverage.data_plan.document import checked_plan, plan_document
from kws_data.coverage.data_plan.held import needs_of
from kws_data.coverage.data_plan.needs import Need, in_order
from kws_data.coverage.data_plan.plan import DataPlan
from kws_data.labelling.doubled import Doubled, keep_doubled
from kws_data.web.label.clips import chosen_clips

GOOD = {"snr_db": 25.0, "peak_db": -10.0, "clipped_share": 0.0}
NO_QUALITY = {"duplicates_max": None, "labelled_twice": 0}


def plan(**more: Any) -> DataPlan:
    values = {
        "name": "test",
        "purpose": "a test",
        "words": ["yes", "no"],
        "takes": 2,
        "people": {"total": 3},
        "hours": {"negatives": 0},
        "licences": ["CC-BY-4.0", "CC0-1.0"],
        "schedule": {"start": datetime.date(2027, 1, 4)},
        "quality": NO_QUALITY,
    }
    return checked_plan({**values, **more}, "test")


def clips(catalog: Catalog, people: int = 3, takes: int = 2, **more: Any) -> Iterator[NewClip]:
    """Takes of both words by so many people."""
    for person in range(people):
        for word in ("yes", "no"):
            for take in range(takes):
                samples = np.random.default_rng([person, take, word == "yes"]).integers(-9_000, 9_000, 16_000)
                audio = catalog.store_audio(samples.astype(np.int16), 16_000)
                told: dict[str, Any] = {"licence": "CC-BY-4.0", "consent": "research", "attributes": GOOD, **more}
                yield NewClip(audio, word, f"person {person}", "made", f"{person}/{word}/{take}", **told)


def needs(catalog: Catalog, wanted: DataPlan) -> dict[str, Need]:
    return {need.what: need for need in needs_of(wanted, catalog)}


def missing(catalog: Catalog, wanted: DataPlan) -> list[str]:
    return [need.what for need in in_order(needs_of(wanted, catalog))]


def test_all_is_met_and_an_empty_catalogue_meets_nothing(catalog: Catalog) -> None:
    assert missing(catalog, plan()) == ["people who said all words", "clips of no", "clips of yes"]
    catalog.add_clips(clips(catalog))
    assert missing(catalog, plan()) == []


@pytest.mark.parametrize("more", [{"synthetic": True}, {"reasons": "too loud"}, {"parent": "0" * 16}])
def test_voices_of_machines_copies_and_clips_set_aside_do_not_count(catalog: Catalog, more: dict[str, Any]) -> None:
    first = next(clips(catalog))
    catalog.add_clip(first)
    parent = {"parent": clip_id(first), "device": "board:x"} if "parent" in more else more
    catalog.add_clips(one for one in clips(catalog, **parent) if one.speaker != first.speaker)
    found = needs(catalog, plan())
    assert (found["people who said all words"].found, found["clips of yes"].found, found["clips of no"].found) == (
        0,
        1,
        0,
    )


def test_other_terms_are_the_most_urgent(catalog: Catalog) -> None:
    catalog.add_clips(clips(catalog, 2))
    catalog.add_clips(
        NewClip(clip.audio, clip.word, "x", "made", f"x{clip.origin}", licence="unknown", attributes=GOOD)
        for clip in clips(catalog, 1)
    )
    found = needs(catalog, plan())
    assert missing(catalog, plan())[:2] == ["clips with another consent", "clips with another licence"]
    assert found["clips with another licence"].found == found["clips with another consent"].found == 4
    assert found["clips with another licence"].note == "4 clips: unknown"
    assert "clips with another consent" in missing(catalog, plan(consents=["publication"]))
    assert needs(catalog, plan(consents=["Research"]))["clips with another consent"].found == 4


def test_people_of_a_group_are_what_most_of_their_clips_say(catalog: Catalog) -> None:
    told = [{"age_band": "60+"}, {"age_band": "20-39"}, {}]
    for person, said in enumerate(told):
        own = [one for one in clips(catalog, 3) if one.speaker == f"person {person}"]
        catalog.add_clips(
            NewClip(
                one.audio,
                one.word,
                one.speaker,
                "made",
                one.origin,
                licence="CC0-1.0",
                consent="c",
                attributes={**GOOD, **(said if take else {"room": "Kitchen", **said})},
            )
            for take, one in enumerate(own)
        )
    wanted = plan(
        people={"total": 3, "subgroups": {"age": {"60+": 2, "20-39": 1}}},
        conditions={"people": {"room": {"kitchen": 3, "attic": 1}}},
    )
    found = needs(catalog, wanted)
    assert found["people with age 60+"].found == found["people with age 20-39"].found == 1
    assert found["people with room kitchen"].met and found["people with room attic"].found == 0
    assert missing(catalog, wanted) == ["people with age 60+", "people with room attic"]
    assert "--age-band 60+" in found["people with age 60+"].next[0]


def test_hours_without_a_keyword_are_counted_by_kind(catalog: Catalog) -> None:
    audio = catalog.store_audio(np.zeros(64_000, np.int16), 16_000)
    catalog.add_clips(
        NewClip(
            audio,
            "_background_noise_",
            "room",
            "negatives",
            f"r/{n}",
            licence="CC0-1.0",
            consent="c",
            attributes={"kind": "noise" if n else "speech", "start_sample": n * 64_000},
        )
        for n in range(10)
    )
    wanted = plan(people={"total": 1}, hours={"negatives": 0.02, "kinds": {"speech": 0.01}})
    found = needs(catalog, wanted)
    assert found["hours without a keyword"].found == pytest.approx(40 / 3_600)
    assert found["hours of speech without a keyword"].found == pytest.approx(4 / 3_600)
    assert "--negatives --kind speech" in found["hours of speech without a keyword"].next[0]
    assert found["clips with another licence"].met


def test_quality_is_a_share_of_good_clips(catalog: Catalog) -> None:
    every = list(clips(catalog, 3))
    bad: list[dict[str, Any]] = [{"snr_db": 3.0}, {"peak_db": -60.0}, {"clipped_share": 0.4}, {"snr_db": None}]
    catalog.add_clips(
        NewClip(
            one.audio,
            one.word,
            one.speaker,
            "made",
            one.origin,
            licence="CC0-1.0",
            consent="c",
            attributes={**GOOD, **(bad[n] if n < len(bad) else {})},
        )
        for n, one in enumerate(every)
    )
    found = needs(catalog, plan())["good clips"]
    assert found.found == pytest.approx(8 / 12) and not found.met and found.unit == "share"
    for why in ("SNR below 10 dB", "no voice", "peak below -36 dB", "samples clipped"):
        assert f"{why}" in found.note
    assert needs(catalog, plan(quality={**NO_QUALITY, "good_share_min": 0.66}))["good clips"].met
    noisy = plan(conditions={"noisy_share": 0.5})
    assert needs(catalog, noisy)["clips with an SNR below 20 dB"].found == pytest.approx(1 / 11)


def test_clips_that_came_without_figures_are_listened_to_once(catalog: Catalog) -> None:
    for number, samples in enumerate((spoken_take(), spoken_take(level=0.0), np.zeros(16_000, np.int16))):
        audio = catalog.store_audio(samples, 16_000)
        told: dict[str, Any] = {"licence": "CC0-1.0", "consent": "c", "attributes": {"peak_db": -3.0}}
        catalog.add_clip(NewClip(audio, "yes", f"p{number}", "made", f"{number}", **told))
    found = needs(catalog, plan())["good clips"]
    assert found.found == pytest.approx(1 / 3) and "2 with no voice above the noise" in found.note
    for clip in catalog.clips():
        audio_path(catalog.folder, clip.audio_sha256).unlink()
    assert needs(catalog, plan())["good clips"] == found
    assert forget_measures(catalog.folder, [clip.audio_sha256 for clip in catalog.clips()]) == 3


def test_repeated_recordings_and_clips_set_aside_are_shares(catalog: Catalog) -> None:
    catalog.add_clips(clips(catalog))
    first = next(clips(catalog))
    copy = np.clip(catalog.load(first.audio.sha256).astype(float) * 0.5, -32_768, 32_767).astype(np.int16)
    again = catalog.store_audio(copy, 16_000)
    catalog.add_clip(NewClip(again, "yes", "z", "made", "copy", licence="CC0-1.0", consent="c", attributes=GOOD))
    aside = catalog.clips(word="no")[0]
    catalog.set_aside({aside.id: "cut off"})
    found = needs(catalog, plan(quality={"labelled_twice": 0}))
    assert found["clips that repeat a recording"].found == pytest.approx(1 / 12)
    assert not found["clips that repeat a recording"].met
    assert found["clips that were set aside"].found == pytest.approx(1 / 13) and found["clips that were set aside"].met


def test_agreement_counts_clips_that_two_people_labelled(catalog: Catalog) -> None:
    catalog.add_clips(clips(catalog))
    asked = plan(quality={"duplicates_max": None, "labelled_twice": 3, "agreement_min": 0.9})
    assert missing(catalog, asked) == ["clips that two people labelled"]
    every = catalog.clips()
    for number, clip in enumerate(every[:4]):
        catalog.opinions.give(NewOpinion(clip.id, "person", "ann", clip.word))
        catalog.opinions.give(NewOpinion(clip.id, "person", "bob", clip.word if number else "stop"))
    found = needs(catalog, asked)
    assert found["clips that two people labelled"].found == 4
    assert found["agreement (Krippendorff's α)"].found < 0.9


def label_call(catalog: Catalog, wanted: DataPlan) -> str:
    return next(iter(needs(catalog, wanted)["clips that two people labelled"].next), "")


def test_the_call_for_labels_has_clips_to_label_and_as_many_of_them_for_two(catalog: Catalog) -> None:
    asked = plan(quality={"duplicates_max": None, "labelled_twice": 5})
    assert label_call(catalog, asked) == ""  # there is nothing to label yet
    catalog.add_clips(clips(catalog))
    call = label_call(catalog, asked)
    assert "--clips all" in call  # all have a word
    share, ids = float(call.split("--twice ")[1].split()[0]), chosen_clips(catalog, "all")
    assert sum(Doubled(share).needed(one) == 2 for one in ids) in (5, 6)
    add_bare_clips(catalog, 4)
    assert "--clips all" in label_call(catalog, asked)  # too few
    add_bare_clips(catalog, 30, samples=8_000)
    call = label_call(catalog, asked)
    share, ids = float(call.split("--twice ")[1].split()[0]), chosen_clips(catalog, "unlabelled")
    assert "--clips" not in call and sum(Doubled(share).needed(one) == 2 for one in ids) >= 5
    keep_doubled(catalog, Doubled(0.8))
    assert "--twice 0.8" in label_call(catalog, asked)  # who asked for more keeps it


def test_no_more_than_half_of_a_small_plan_is_labelled_twice(catalog: Catalog) -> None:
    small = plan(quality={}, people={"total": 1}, takes=2, words=["yes", "no"])
    assert needs(catalog, small)["clips that two people labelled"].wanted == 2
    assert "at least 2 " in plan_document(small) and ", 2 clips twice" in plan_document(small)
    assert needs(catalog, plan(quality={}, takes=100))["clips that two people labelled"].wanted == 50


def test_every_command_that_is_named_can_be_called(catalog: Catalog) -> None:
    wanted = plan(
        people={"total": 9, "subgroups": {"gender": {"female": 4}, "accent": {"north east": 2}}},
        hours={"negatives": 1, "kinds": {"music": 0.5}},
        conditions={"people": {"distance": {"2 m": 3}, "device": {"board:x": 1}}},
        quality={"labelled_twice": 5},
    )
    calls = {call for need in needs_of(wanted, catalog) for call in need.next}
    assert len(calls) > 8
    for call in calls:
        kws, verb, *arguments = shlex.split(call)
        command = cli.get_command(None, verb)  # type: ignore[arg-type]
        assert kws == "kws" and command is not None, call
        if verb not in ("label",):
            command.make_context(verb, list(arguments), resilient_parsing=False)


def test_the_most_urgent_comes_first() -> None:
    def need(kind: str, found: float) -> Need:
        return Need(kind, f"{kind} {found}", 10, found, "")

    mixed = [need("labels", 0), need("words", 9), need("words", 1), need("terms", 9), need("people", 10)]
    assert [one.what for one in in_order(mixed)] == ["terms 9", "words 1", "words 9", "labels 0"]
