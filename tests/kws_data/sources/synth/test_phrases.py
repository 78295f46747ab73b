"""Keywords of several words: what is said besides them, and clips that they do not fit into."""

import numpy as np
import pytest

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import synth_id
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.sources.synth import sentences
from kws_data.sources.synth.people import synth_people
from kws_data.sources.synth.sentences import sentence_words
from kws_data.sources.synth.too_long import too_long
from kws_data.sources.synth.words import vocabulary


def config(*keywords: str, **data: object) -> Config:
    near = {"per_keyword": 40, "max_distance": 0.6, "per_speaker": 2}
    synth = {"speakers": 4, "takes": 1, "confusables": near}
    return Config.model_validate({"name": "t", "keywords": list(keywords), "data": {"synth": synth, **data}})


def test_parts_other_beginnings_and_ends_and_parts_turned_round_are_near_words() -> None:
    near = [found.word for found in vocabulary(config("hey kitchen")).confusables]
    assert near[:3] == ["hey", "kitchen", "kitchen_hey"] and len(near) == 40 == len(set(near))
    assert "the_kitchen" in near and "say_kitchen" in near and "hey_curtain" in near
    assert sum(word.startswith("hey_") for word in near) >= 10 <= sum(word.endswith("_kitchen") for word in near)
    assert any("_" not in word for word in near[3:]), "single words that sound like the whole, too"
    assert not {"hay_kitchen", "hey_kitchen"} & set(near)


def test_nothing_that_says_a_keyword_is_a_near_word() -> None:
    near = vocabulary(config("big red house", "kitchen", "red")).confusables
    phrases = [found.word for found in near if found.keyword == "big_red_house"]
    assert {"big", "house", "house_red_big"} & set(phrases) == {"big", "house"}
    assert phrases and not any({"kitchen", "red"} & set(word.split("_")) for word in phrases)


def test_sentences_have_parts_of_a_phrase_but_never_the_phrase() -> None:
    words = sentence_words(config("hey kitchen"))
    assert words.says_keyword(["so", "hey", "kitchen"])
    assert not words.says_keyword(["hey", "the", "kitchen"]) and not words.says_keyword(["kitchen", "hey"])
    said = [words.sentence(0, person, number) for person in range(20) for number in range(20)]
    assert said == [words.sentence(0, person, number) for person in range(20) for number in range(20)]
    assert len(set(said)) == 400 and all(text.endswith(".") and text[0].isupper() for text in said)
    assert any("hey" in text.lower().split() for text in said) and any("kitchen" in text.lower() for text in said)
    assert not any(words.says_keyword(text.lower().strip(".").split()) for text in said)


def test_no_sentence_holds_what_sounds_like_a_keyword_or_holds_it() -> None:
    words = sentence_words(config("no", "four"))
    assert {"know", "for", "nose", "fourth"}.isdisjoint(words.common) and "tree" in words.common
    assert words.says_keyword(["know"]) and words.says_keyword(["forest"]) and not words.says_keyword(["on", "oh"])


def test_keywords_that_stand_in_every_word_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "common_words", lambda: ["nose"] * 50 + ["tree"] * 50)
    with pytest.raises(DataError, match="no sentences can be made in which no keyword is said"):
        sentence_words(config("nose", "trees"))


def test_phrases_longer_than_the_clip_are_told_and_how_long_it_should_be(tmp_path: object) -> None:
    short = config("hey kitchen computer", clip_ms=800, recordings=str(tmp_path))
    with Catalog(str(tmp_path)) as catalog:
        synth_people(catalog, short)
        clips = catalog.clips(folder=synth_id(short))
        (line,) = too_long(short, clips)
        assert line.startswith(
            "4 of 4 clips of the keyword hey_kitchen_computer are longer than data.clip_ms: 800, up to"
        )
        wanted = int(line.partition("set data.clip_ms: ")[2].partition(",")[0])
        assert 900 <= wanted <= 2_000 and wanted % 50 == 0
        assert too_long(short, [clip for clip in clips if clip.word not in short.keywords]) == []
        fits = config("hey kitchen computer", clip_ms=wanted + 300, recordings=str(tmp_path))
        synth_people(catalog, fits)
        assert too_long(fits, catalog.clips(folder=synth_id(fits))) == []
        assert np.ptp([clip.samples for clip in catalog.clips(folder=synth_id(fits))]) == 0
