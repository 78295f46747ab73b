"""Sessions: what is asked once, what is resumed, and that nothing kept is lost or doubled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_folder import tone
from older_catalog import make_older

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.schema import VERSION
from kws_data.errors import DataError
from kws_data.release.takes import export_takes
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.recording.sessions import HeardTake, Item, Person, Place, known_person, open_session, plan_of

ANN = Person("ann", "research", accent="scottish")
PLAN = plan_of({"yes": 2, "no": 1})


def take(value: int, device: str = "board:x") -> HeardTake:
    return HeardTake(device, np.full(100, value, np.int16), 16_000, {"peak_db": -3.0})


def test_plan_goes_round_the_words() -> None:
    assert plan_of({"yes": 3, "no": 1, "go": 2}) == (
        Item(0, "yes"),
        Item(0, "no"),
        Item(0, "go"),
        Item(1, "yes"),
        Item(1, "go"),
        Item(2, "yes"),
    )


def test_what_is_asked_once_is_known_the_next_time(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        known_person(catalog, ANN)
    with Catalog(tmp_path) as catalog:
        again = known_person(catalog, Person("ann", age_band="60+"))
        assert (again.consent, again.accent, again.age_band) == ("research", "scottish", "60+")
        assert known_person(catalog, Person("bob")).consent == ""
        assert "ann" not in str(catalog.profiles("speaker"))


def test_unfinished_session_is_resumed_and_a_finished_one_is_not(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        with open_session(catalog, ANN, Place("kitchen", "1 m"), PLAN) as session:
            assert not session.resumed
            session.keep(Item(0, "yes"), [take(1)])
            session.skip(Item(0, "no"))
            first = session.id
        with open_session(catalog, Person("ann"), Place(), PLAN) as session:
            assert session.resumed and session.id == first and session.place == Place("kitchen", "1 m")
            assert session.remaining == [Item(1, "yes")]
            session.keep(Item(1, "yes"), [take(2)])
        with open_session(catalog, ANN, Place(), PLAN) as session:
            assert not session.resumed and session.id != first and len(session.remaining) == 3
        clips = catalog.clips()
        assert [clip.session for clip in clips] == [first, first]
        assert all(clip.consent == "research" and clip.attributes["room"] == "kitchen" for clip in clips)


def test_other_people_words_and_places_have_their_own_sessions(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        with open_session(catalog, ANN, Place("hall"), PLAN) as one:
            pass
        for person, place, plan in (
            (Person("bob", "x"), Place("hall"), PLAN),
            (ANN, Place("garden"), PLAN),
            (ANN, Place("hall"), PLAN[:1]),
        ):
            with open_session(catalog, person, place, plan) as other:
                assert not other.resumed and other.id != one.id
        with open_session(catalog, ANN, Place("hall"), PLAN, fresh=True) as fresh:
            assert fresh.id != one.id


def test_two_recorders_of_one_person_never_share_a_session_or_a_number(tmp_path: Path) -> None:
    with (
        Catalog(tmp_path) as here,
        Catalog(tmp_path) as there,
        open_session(here, ANN, Place(), PLAN) as one,
        open_session(there, ANN, Place(), PLAN) as two,
    ):
        assert one.id != two.id
        for value, item in enumerate(PLAN):
            one.keep(item, [take(10 + value)])
            two.keep(item, [take(20 + value)])
        assert len({clip.origin for clip in here.clips()}) == 6
        assert export_takes(here, tmp_path / "out") == 6
        assert len(list((tmp_path / "out").rglob("*.flac"))) == 6


def test_take_of_several_boards_is_stored_together(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog, open_session(catalog, ANN, Place(), PLAN) as session:
        clips = session.keep(Item(0, "yes"), [take(1, "board:a"), take(2, "board:b")])
        assert len(set(clips)) == 2
        assert {clip.device for clip in catalog.clips()} == {"board:a", "board:b"}
        assert export_takes(catalog, tmp_path / "out") == 2
        assert len(list((tmp_path / "out").rglob("*.flac"))) == 2, "one file must not take the other's place"
    with Catalog(tmp_path) as catalog, open_session(catalog, ANN, Place(), PLAN) as session:
        assert Item(0, "yes") in session.kept


def test_exported_takes_come_back_on_the_same_terms(tmp_path: Path) -> None:
    """What was asked of a person once goes with the takes; the pseudonym stays the same."""
    ann = Person("ann", consent="research", licence="CC0-1.0", accent="scottish")
    with Catalog(tmp_path / "rec") as catalog, open_session(catalog, ann, Place("kitchen"), PLAN) as session:
        for value, item in enumerate(PLAN):
            session.keep(item, [replace(take(0), samples=tone(item.word, value))])
        assert export_takes(catalog, tmp_path / "out") == export_takes(catalog, tmp_path / "out") == 3
        takes = {(c.speaker, c.word, c.licence, c.consent, c.attributes["room"]) for c in catalog.clips()}
    with Catalog(tmp_path / "other") as catalog:
        assert import_layout(catalog, "speech-commands", tmp_path / "out").counts.added == 3
        clips = catalog.clips()
        assert {(c.speaker, c.word, c.licence, c.consent, c.attributes["room"]) for c in clips} == takes


def test_odd_words_are_exported_apart_and_come_back(tmp_path: Path) -> None:
    words = ("aux", "nul.txt", "a?b", "a*b", "Go", "go", "w" * 90, "hey_jarvis", 'say"hi"')
    with (
        Catalog(tmp_path / "rec") as catalog,
        open_session(catalog, ANN, Place(), plan_of(dict.fromkeys(words, 1))) as s,
    ):
        for value, word in enumerate(words):
            s.keep(Item(0, word), [replace(take(0), samples=tone(word, value))])
        assert export_takes(catalog, tmp_path / "out") == export_takes(catalog, tmp_path / "out") == len(words)
    folders = {folder.name.casefold() for folder in (tmp_path / "out").iterdir() if folder.is_dir()}
    assert len(folders) == len(words) and not folders & {"aux", "nul.txt"} and not set("".join(folders)) & set('?*"')
    with Catalog(tmp_path / "other") as catalog:
        import_layout(catalog, "speech-commands", tmp_path / "out")
        assert sorted(clip.word for clip in catalog.clips()) == sorted(words)


def test_full_disk_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with Catalog(tmp_path) as catalog, open_session(catalog, ANN, Place(), PLAN) as session:
        session.keep(Item(0, "yes"), [take(1)])
        monkeypatch.setattr("kws_data.catalog.catalog.store_audio", full)
        with pytest.raises(DataError, match="No space left"):
            session.keep(Item(1, "yes"), [take(2)])
        assert [clip.word for clip in catalog.clips()] == ["yes"]


def test_plan_without_takes_is_an_error(tmp_path: Path) -> None:
    with (
        Catalog(tmp_path) as catalog,
        pytest.raises(DataError, match="no takes"),
        open_session(catalog, ANN, Place(), ()),
    ):
        pass


def test_catalogue_of_version_1_is_brought_up_and_keeps_its_clips(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog, open_session(catalog, ANN, Place(), PLAN) as session:
        session.keep(Item(0, "yes"), [take(1)])
    make_older(tmp_path, 1)
    with Catalog(tmp_path) as catalog:
        assert [clip.word for clip in catalog.clips()] == ["yes"]
        assert catalog.next_number("x") == 0 and catalog.next_number("x") == 1 and catalog.next_number("x", 9) == 9
        assert catalog._pragma("user_version") == VERSION
        assert catalog.profile("session", "none") is None
