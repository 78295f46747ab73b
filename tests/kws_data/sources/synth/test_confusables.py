from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_data.config.config import Config
from kws_data.sources.synth.confusables import common_words, confusables, pronunciations, sound_alikes
from kws_data.sources.synth.espeak import ACCENTS, Espeak
from kws_data.sources.synth.phonemes import CONSONANTS, VOWELS, Consonant, sound_distance, sound_of, word_distance
from kws_data.sources.synth.words import dealt, vocabulary

SOUNDS = [*CONSONANTS, *VOWELS, "oʊ", "aɪ", "ˈaɪ", "ɜː", "əl", "?"]
words = st.lists(st.sampled_from(SOUNDS), min_size=1, max_size=6).map(tuple)


@settings(max_examples=200, deadline=None)
@given(words, words)
def test_the_distance_of_words_is_one_of_a_kind(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert word_distance(one, one) == 0.0
    assert 0.0 <= word_distance(one, other) <= 1.5
    assert sound_distance(one[0], other[0]) == sound_distance(other[0], one[0]) <= 1.0


def test_features_order_sounds_as_ears_do() -> None:
    # place is confused more easily than voicing (Miller and Nicely, 1955), manner less easily than both
    assert sound_distance("p", "t") < sound_distance("p", "b") < sound_distance("p", "m") < sound_distance("p", "l")
    assert sound_distance("ɪ", "i") < sound_distance("ɪ", "ɛ") < sound_distance("ɪ", "ɑ") <= sound_distance("ɪ", "k")
    assert isinstance(sound_of("tʃ"), Consonant) and not isinstance(sound_of("ˈaɪ"), Consonant)


def test_the_end_of_a_word_weighs_less_than_its_beginning() -> None:
    right = ("ɹ", "ˈaɪ", "t")
    assert word_distance(right, ("ɹ", "ˈaɪ", "p")) < word_distance(right, ("w", "ˈaɪ", "t"))
    go = ("ɡ", "ˈoʊ")
    assert word_distance(go, ("ɡ", "ˈoʊ", "t")) < word_distance(go, ("ɡ", "ɹ", "ˈoʊ"))


@pytest.fixture(scope="module")
def said() -> dict[str, list[tuple[str, ...]]]:
    with Espeak() as espeak:
        return pronunciations(espeak, ["go", "right", "eight", *common_words()], ACCENTS)


def test_espeak_tells_its_phonemes(said: dict[str, list[tuple[str, ...]]]) -> None:
    assert said["goat"][0] == ("ɡ", "ˈoʊ", "t")
    assert len(said["go"]) > 2  # accents differ
    with Espeak() as espeak:
        assert espeak.pronounce(["church", "", "don't stop"]) == [
            ("tʃ", "ˈɜː", "tʃ"),
            (),
            ("d", "ˈoʊ", "n", "t", "s", "t", "ˈɑː", "p"),
        ]
        before = espeak.say(voice := _voice(), "seven", 3)
        espeak.pronounce(["go"], "en-029")
        assert (espeak.say(voice, "seven", 3) == before).all()  # asking leaves no trace


def _voice():  # type: ignore[no-untyped-def]
    from kws_data.sources.synth.espeak import SynthVoice

    return SynthVoice("en-us", "f2")


def test_near_words_of_go_are_those_that_fire(said: dict[str, list[tuple[str, ...]]]) -> None:
    same = sound_alikes(["go", "right", "eight"], said)
    assert same.keys() >= {"write", "ate"} and same["write"] == "right"
    near = confusables("go", said, {"right", "eight", *same}, 0.35)
    first = [found.word for found in near[:8]]
    assert {"no", "goat", "grow"} <= set(first)
    assert all(found.distance <= 0.35 for found in near)
    assert "eight" not in {found.word for found in near} and "kitchen" not in {found.word for found in near}


def test_the_list_has_short_words_once() -> None:
    listed = common_words()
    assert len(listed) == len(set(listed)) > 1_500
    assert all(word.isalpha() and word.islower() for word in listed)


def test_dealt_words_are_said_about_as_often_and_stay_for_each_person() -> None:
    some = [str(n) for n in range(7)]
    assert dealt(some, 3, None) == some == dealt(some, 3, 10)
    deals = [dealt(some, number, 3) for number in range(7)]
    assert sorted(word for deal in deals for word in deal) == sorted(3 * some)


def test_vocabulary_of_a_configuration() -> None:
    synth = {
        "confusables": {"per_keyword": 6, "per_speaker": 4},
        "candidates": ["gopher", "ghost"],
        "other_words": ["house", "write", "go"],
        "common_words": 30,
        "common_per_speaker": 5,
    }
    config = Config.model_validate({"name": "t", "keywords": ["go", "right"], "data": {"synth": synth}})
    found = vocabulary(config)
    near = [c.word for c in found.confusables]
    assert len(near) == len(set(near)) == 12 and not {"go", "right", "write"} & set(near)
    assert found.others == ("house",) and len(found.common) == 30  # write sounds like right, go is a keyword
    assert not set(near) & {*found.others, *found.common}
    assert len(found.said_by(0, config)) == 4 + 1 + 5
    plain = Config.model_validate({"name": "t", "keywords": ["go"], "data": {"synth": {"other_words": ["house"]}}})
    far = {"confusables": {"per_keyword": 6, "min_distance": 0.15}}
    config = Config.model_validate({"name": "t", "keywords": ["go"], "data": {"synth": far}})
    assert min(c.distance for c in vocabulary(config).confusables) >= 0.15
    assert vocabulary(plain).others == ("house",) and not vocabulary(plain).confusables


def test_user_words_are_candidates(tmp_path: Path) -> None:
    synth = {"confusables": {"per_keyword": 3}, "candidates": ["marvyn"]}
    config = Config.model_validate({"name": "t", "keywords": ["marvin"], "data": {"synth": synth}})
    found = vocabulary(config)
    assert "marvyn" in found.same_sound or "marvyn" in {c.word for c in found.confusables}
