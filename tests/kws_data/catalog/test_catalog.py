import multiprocessing
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from kws_data.catalog import database
from kws_data.catalog.attributes import attribute
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import ImportCount, NewClip
from kws_data.catalog.near_duplicates import near_duplicate_groups
from kws_data.catalog.schema import STEPS
from kws_data.errors import CatalogError


def new_clip(catalog: Catalog, number: int, **changes: object) -> NewClip:
    samples = np.full(100 + number, number, np.int16)
    values: dict[str, object] = {"word": "go", "speaker": "s1", "source": "test", "origin": f"go/{number}"}
    return NewClip(audio=catalog.store_audio(samples, 16_000), **{**values, **changes})  # type: ignore[arg-type]


def test_adding_twice_doubles_nothing(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        clips = [new_clip(catalog, n) for n in range(3)]
        assert catalog.add_clips(clips) == ImportCount(3, 0, 0)
        assert catalog.add_clips(clips) == ImportCount(0, 3, 0)
    with Catalog(tmp_path) as catalog:
        assert len(catalog.clips()) == 3
        assert np.array_equal(catalog.load(next(c for c in catalog.clips() if c.origin == "go/2")), np.full(102, 2))


def test_same_samples_are_stored_once(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        one = catalog.store_audio(np.arange(500, dtype=np.int16), 16_000)
        assert catalog.store_audio(np.arange(500, dtype=np.int16), 16_000) == one
    assert len(list((tmp_path / "audio").rglob("*.flac"))) == 1


def test_names_become_keyed_pseudonyms(tmp_path: Path) -> None:
    names = []
    for folder in ("a", "b"):
        with Catalog(tmp_path / folder) as catalog:
            catalog.add_clip(new_clip(catalog, 1, speaker="Anna Smith", named=True))
            names.append(catalog.clips()[0].speaker)
            assert catalog.pseudonym("x", "ab12cd34") == Catalog(tmp_path / "c").pseudonym("x", "ab12cd34")
        assert b"Anna" not in (tmp_path / folder / "catalog.sqlite").read_bytes()
        assert (tmp_path / folder / "speaker.key").stat().st_mode & 0o077 == 0
    assert names[0] != names[1]


def test_clips_that_are_set_aside_can_come_back(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        identity = catalog.add_clip(new_clip(catalog, 1))
        catalog.set_aside({identity: "wrong word"})
        assert catalog.clips() == []
        assert catalog.clips(with_set_aside=True)[0].reasons == "wrong word"
        catalog.set_aside({identity: ""})
        assert len(catalog.clips()) == 1


def test_who_says_another_word_is_somebody_and_noise_is_nobody(tmp_path: Path) -> None:
    """``_unknown_`` is what people call a word that is no keyword; its speaker stays a speaker."""
    with Catalog(tmp_path) as catalog:
        for number, word in enumerate(("yes", "_unknown_", "_unknown_", "_background_noise_", "_silence_")):
            catalog.add_clip(new_clip(catalog, number, word=word, speaker=f"p{number}"))
        assert catalog.counts()["speakers"] == 3 == catalog.sum_of([clip.id for clip in catalog.clips()])["speakers"]
        told = {count.values[0]: count.speakers for count in catalog.tally.count_by([attribute("word")])}
        assert told == {"yes": 1, "_unknown_": 2, "_background_noise_": 0, "_silence_": 0}
        assert len(catalog.tally.people_by([attribute("word")])) == 3


def test_copies_of_another_word_are_found_and_those_of_noise_are_not(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        words = ("yes", "_unknown_", "_background_noise_")
        for number, word in enumerate(words):
            catalog.add_clip(new_clip(catalog, 1, word=word, origin=f"{word}/{number}"))
        heard = {clip.id: clip.word for clip in catalog.clips()}
        assert [{heard[i] for i in group} for group in near_duplicate_groups(catalog, catalog.clips())] == [
            {"yes", "_unknown_"}
        ]


def test_foreign_damaged_and_newer_files_are_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "catalog.sqlite").write_text("not a database, really not, but long enough" * 30)
    with pytest.raises(CatalogError, match="damaged or no catalogue"):
        Catalog(tmp_path / "text")
    (tmp_path / "foreign").mkdir()
    with sqlite3.connect(tmp_path / "foreign" / "catalog.sqlite") as db:
        db.execute("CREATE TABLE mine (x)")
    before = (tmp_path / "foreign" / "catalog.sqlite").read_bytes()
    with pytest.raises(CatalogError, match="no kws catalogue"):
        Catalog(tmp_path / "foreign")
    assert (tmp_path / "foreign" / "catalog.sqlite").read_bytes() == before
    with Catalog(tmp_path / "newer") as newer:
        newer.next_number("x")
    with sqlite3.connect(tmp_path / "newer" / "catalog.sqlite") as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(CatalogError, match="another version"):
        Catalog(tmp_path / "newer")


def test_damaged_audio_is_noticed(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        catalog.add_clip(new_clip(catalog, 1))
        clip = catalog.clips()[0]
        path = next((tmp_path / "audio").rglob("*.flac"))
        path.write_bytes(path.read_bytes()[:40])
        with pytest.raises(CatalogError, match=r"missing or damaged.*; delete it and import again"):
            catalog.load(clip)
        path.unlink()
        with pytest.raises(CatalogError, match=r"missing or damaged.*; import again"):
            catalog.load(clip)
        new_clip(catalog, 1)
        assert len(catalog.load(clip)) == clip.samples


def _add_many(folder: Path, numbers: range) -> None:
    with Catalog(folder) as catalog:
        for number in numbers:
            catalog.add_clip(new_clip(catalog, number))


def test_two_processes_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_add_many, args=(tmp_path, range(n, n + 60))) for n in (0, 30)]
    for process in both:
        process.start()
    for process in both:
        process.join(30)
        assert process.exitcode == 0
    with Catalog(tmp_path) as catalog:
        assert sorted(c.origin for c in catalog.clips()) == sorted(f"go/{n}" for n in range(90))


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def test_looking_into_a_catalogue_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with Catalog(tmp_path / "none") as catalog:
        assert catalog.clips() == [] and catalog.counts()["clips"] == 0 and catalog.made.artifacts() == []
        assert not catalog.has_audio("0" * 64)
    assert not (tmp_path / "none").exists()
    with Catalog(tmp_path / "none") as catalog:
        assert catalog.next_number("x") == 0
    with Catalog(tmp_path / "none") as catalog, Catalog(tmp_path / "none") as other:
        assert (catalog.next_number("x"), other.next_number("x")) == (1, 2)


def test_two_who_find_no_catalogue_fill_the_same(tmp_path: Path) -> None:
    with Catalog(tmp_path / "rec") as one, Catalog(tmp_path / "rec") as other:
        assert (one.next_number("x"), other.next_number("x"), one.next_number("x")) == (0, 1, 2)
        assert one.secret("a") == other.secret("a")


def test_a_catalogue_that_cannot_be_written_is_read_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Catalog(tmp_path / "a #b?%20") as catalog:
        catalog.next_number("x")
        catalog.set_profile("speaker", "s1", {"accent": "irish"})
    monkeypatch.setattr(database, "may_write", lambda path: False)
    before = listing(tmp_path)
    with Catalog(tmp_path / "a #b?%20") as catalog:
        assert not catalog.writable
        assert catalog.profile("speaker", "s1") == {"accent": "irish"}
        with pytest.raises(CatalogError, match="can only be read"):
            catalog.next_number("x")
    assert listing(tmp_path) == before


def test_what_stands_in_the_log_is_read_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Catalog(tmp_path / "rec") as writer:
        writer.set_profile("speaker", "s1", {"accent": "irish"})
        assert (tmp_path / "rec" / "catalog.sqlite-wal").stat().st_size
        monkeypatch.setattr(database, "may_write", lambda path: False)
        with Catalog(tmp_path / "rec") as reader:
            assert reader.profile("speaker", "s1") == {"accent": "irish"}


def test_an_older_catalogue_that_cannot_be_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Catalog(tmp_path / "rec") as catalog:
        catalog.next_number("x")
    with sqlite3.connect(tmp_path / "rec" / "catalog.sqlite") as db:
        db.execute(f"PRAGMA user_version={min(STEPS)}")
    monkeypatch.setattr(database, "may_write", lambda path: False)
    with pytest.raises(CatalogError, match="older version"):
        Catalog(tmp_path / "rec")
