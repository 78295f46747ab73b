from pathlib import Path

import numpy as np
import pytest

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import synth_id
from kws_data.config.config import Config
from kws_data.config.synth import SynthSettings
from kws_data.dataset.plan import plan_dataset
from kws_data.errors import DataError
from kws_data.sources.synth.espeak import ACCENTS, VARIANTS, Espeak, SynthVoice, trim
from kws_data.sources.synth.noise import add_generated_noise
from kws_data.sources.synth.people import Utterance, make_speakers, place, synth_people, utterances


def config(**changes: object) -> Config:
    synth = {"speakers": 16, "takes": 2, "other_words": ["maybe", "house"]}
    values: dict[str, object] = {"name": "t", "keywords": ["yes", "no"], "data": {"synth": synth}}
    return Config.model_validate({**values, **changes})


def planned_origins(settings: Config) -> set[str]:
    return {utterance.origin for utterance in utterances(settings)}


def test_every_voice_can_speak() -> None:
    with Espeak() as espeak:
        for number, variant in enumerate(VARIANTS):
            samples = espeak.say(SynthVoice(ACCENTS[number % len(ACCENTS)], variant), "yes")
            assert 2_000 < len(samples) < 16_000, variant
            assert np.abs(samples.astype(int)).max() > 1_500, variant


def test_an_utterance_depends_on_its_request_only() -> None:
    one, other = SynthVoice("en-us", "f2", rate=150), SynthVoice("en-029", "m3")
    with Espeak() as espeak:
        first = espeak.say(one, "seven", 7)
        between = espeak.say(other, "go", 1)
        assert np.array_equal(espeak.say(one, "seven", 7), first)
    with Espeak() as espeak:
        assert np.array_equal(espeak.say(other, "go", 1), between)
        assert not np.array_equal(espeak.say(one, "seven", 8), first)


def test_faster_is_shorter_and_unknown_voices_are_named() -> None:
    with Espeak() as espeak:
        slow, fast = (espeak.say(SynthVoice("en", "m1", rate=rate), "seven") for rate in (110, 220))
        assert len(fast) < 0.8 * len(slow)
        with pytest.raises(DataError, match="no voice en-us\\+nobody"):
            espeak.say(SynthVoice("en-us", "nobody"), "yes")
        assert len(espeak.say(SynthVoice("en-us", "f1"), "yes")) > 0  # the next one is not disturbed


def test_trim_keeps_a_margin() -> None:
    samples = np.zeros(10_000, np.int16)
    samples[4_000:5_000] = 3_000
    assert len(trim(samples)) == 1_000 + 2 * 480
    assert len(trim(np.zeros(10, np.int16))) == 10


def test_speakers_are_spread_and_do_not_depend_on_their_number() -> None:
    speakers = make_speakers(SynthSettings(speakers=48), 1)
    assert make_speakers(SynthSettings(speakers=10), 1) == speakers[:10]
    assert make_speakers(SynthSettings(speakers=48), 2) != speakers
    assert {s.voice.accent for s in speakers} == set(ACCENTS)
    assert {s.voice.variant for s in speakers} == set(VARIANTS)


def test_words_lie_whole_in_their_clips_at_the_speakers_loudness() -> None:
    speaker = make_speakers(SynthSettings(), 0)[0]
    utterance = Utterance(speaker, "yes", 0, 0, 16_000)
    word = np.full(6_000, 1_000, np.int16)
    clip = place(word, utterance, np.random.default_rng(0))
    peak = 32_768 * 10 ** (speaker.peak_db / 20)
    loud = np.flatnonzero(clip > peak / 2)
    assert len(clip) == 16_000 and len(loud) == 6_000
    assert 5_000 - 1_280 <= loud[0] <= 5_000 + 1_280
    assert np.abs(clip[:3_000]).max() > 0  # a microphone is never quite silent


def test_people_are_synthesised_once_and_split_by_variant(tmp_path: Path) -> None:
    settings = config()
    with Catalog(tmp_path / "a") as catalog:
        count = synth_people(catalog, settings)
        assert (count.added, count.known) == (16 * 6, 0)
        again = synth_people(catalog, settings)
        assert (again.added, again.known) == (0, 16 * 6)
        clips = catalog.clips(source="synth")
        assert {c.origin for c in clips} == planned_origins(settings)
        assert catalog.clips(folder=synth_id(settings)) == clips
        assert all(c.samples == 16_000 and c.synthetic and c.licence == "CC0-1.0" for c in clips)
        add_generated_noise(catalog, settings.seed, 16_000)
        plan = plan_dataset(settings, catalog)
        variants = [
            {p.clip.attributes["variant"] for p in plan.of(s) if p.label != "_silence_"}
            for s in ("train", "validation", "test")
        ]
        assert all(variants) and sum(map(len, variants)) == len(set.union(*variants))
        ids = {c.id for c in clips}
    with Catalog(tmp_path / "b") as other:
        synth_people(other, settings)
        assert {c.id for c in other.clips(source="synth")} == ids  # ids hold the hash of the samples


def test_two_configurations_share_a_catalogue_without_mixing(tmp_path: Path) -> None:
    small = {"synth": {"speakers": 8, "takes": 1, "other_words": ["maybe"]}}
    one = config(data=small)
    other = config(data=small, keywords=["go"], seed=5)
    with Catalog(tmp_path) as catalog:
        synth_people(catalog, one)
        with pytest.raises(DataError, match="call kws synth first"):
            plan_dataset(other, catalog)
        synth_people(catalog, other)
        add_generated_noise(catalog, one.seed, 16_000)
        words = {p.clip.word for p in plan_dataset(one, catalog).clips}
        assert words == {"yes", "no", "maybe", "_silence_"}


def test_marks_are_drawn_for_each_utterance_and_change_nothing_else() -> None:
    plain = config()
    marked = config(data={"synth": plain.data.synth.model_dump() | {"marks": ["", ".", "?"]}})
    said = list(utterances(marked))
    assert {utterance.mark() for utterance in said} == {"", ".", "?"}
    assert [u.mark() for u in said] == [u.mark() for u in utterances(marked)]
    assert {utterance.mark() for utterance in utterances(plain)} == {""}
    assert not planned_origins(plain) & planned_origins(marked)
    one, other = next(utterances(plain)), said[0]
    assert one.rng().integers(2**31) == other.rng().integers(2**31)


def test_other_words_are_said_as_often_as_they_are_listed() -> None:
    plain = config()
    often = config(data={"synth": plain.data.synth.model_dump() | {"other_words": ["maybe", "house", "maybe"]}})
    said = [utterance.word for utterance in utterances(often)]
    assert said.count("maybe") == 2 * said.count("house") == 32 and said.count("yes") == 32
    assert planned_origins(plain) < planned_origins(often)


def test_the_floor_lies_under_the_word() -> None:
    plain = config()
    quiet = config(data={"synth": plain.data.synth.model_dump() | {"floor_db": [-110, -100]}})
    word = np.full(2_000, 9_000, np.int16)
    floors = []
    for utterance in (next(utterances(plain)), next(utterances(quiet))):
        floors.append(np.abs(place(word, utterance, utterance.rng())[:1_000].astype(int)).max())
    assert floors[0] > 10 and floors[1] <= 1
    assert not planned_origins(plain) & planned_origins(quiet)
    with pytest.raises(ValueError, match="floor_db"):
        SynthSettings(floor_db=(-60.0, 0.0))


def test_an_odd_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="marks"):
        SynthSettings(marks=["#"])  # type: ignore[list-item]
