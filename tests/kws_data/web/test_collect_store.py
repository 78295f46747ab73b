"""Contributors in the catalogue, where somebody else uses it, and in many threads at once."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from served_page import spoken_take

from kws_data.catalog import database
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip
from kws_data.provenance.forget import forget_speaker
from kws_data.sources.recording.sessions import Item
from kws_data.web.collect_consent import ConsentText
from kws_data.web.collect_people import CollectError
from kws_data.web.collect_store import Contributions

TEXT = ConsentText("You agree.", "CC0-1.0")


def test_withdrawing_while_somebody_reads_erases_at_once_and_tidies_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
    store = Contributions(tmp_path / "recordings", TEXT, {"yes": 1}, tmp_path / "runs")
    secret = store.begin(TEXT.version, {"accent": "orcadian"})
    store.keep(secret, Item(0, "yes"), spoken_take(), {})
    path = tmp_path / "recordings" / "catalog.sqlite"
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM clips").fetchone()
    assert store.withdraw(secret) == 1 and not list(tmp_path.rglob("*.flac"))
    with Catalog(tmp_path / "recordings") as catalog:
        assert catalog.clips(with_set_aside=True) == [] and catalog.profiles("speaker") == {}
    assert not store.tidy()
    reader.close()
    assert store.tidy()
    files = [file for file in path.parent.iterdir() if file.is_file()]
    assert not any(b"orcadian" in file.read_bytes() for file in files)


def test_many_contributors_at_once(tmp_path: Path) -> None:
    store = Contributions(tmp_path, TEXT, {"yes": 2, "no": 2})

    def contribute(number: int) -> int:
        secret = store.begin(TEXT.version, {})
        for place, item in enumerate(store.plan):
            store.keep(secret, item, spoken_take(seed=10 * number + place), {})
        return len(store.known(secret).clips)

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(contribute, range(6))) == [4] * 6
    assert store.counts()["contributors"] == 6 and store.counts()["clips"] == store.clips_in_all == 24


def test_two_recordings_of_one_take_at_once_are_one_clip(tmp_path: Path) -> None:
    store = Contributions(tmp_path, TEXT, {"yes": 1})
    secret = store.begin(TEXT.version, {})

    def keep(seed: int) -> bool:
        try:
            store.keep(secret, Item(0, "yes"), spoken_take(seed=seed), {})
        except CollectError as error:
            assert error.status == 409
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(keep, range(4))) == 1
    assert len(list(tmp_path.rglob("*.flac"))) == 1


def test_kws_forget_speaker_withdraws_too(tmp_path: Path) -> None:
    store = Contributions(tmp_path / "recordings", TEXT, {"yes": 1}, tmp_path / "runs")
    secret = store.begin(TEXT.version, {})
    store.keep(secret, Item(0, "yes"), spoken_take(), {})
    number = store.known(secret).pseudonym
    with Catalog(tmp_path / "recordings") as catalog:
        assert forget_speaker(catalog, number, tmp_path / "runs", execute=True).done
    for ask in (store.known, store.withdraw):
        with pytest.raises(CollectError) as refused:
            ask(secret)
        assert refused.value.status == 410


def test_recordings_of_a_take_through_a_board_are_no_takes_but_go_with_it(tmp_path: Path) -> None:
    store = Contributions(tmp_path / "recordings", TEXT, {"yes": 1}, tmp_path / "runs")
    secret = store.begin(TEXT.version, {})
    store.keep(secret, Item(0, "yes"), spoken_take(), {})
    with Catalog(tmp_path / "recordings") as catalog:
        (clip,) = catalog.clips()
        heard = catalog.store_audio(spoken_take(seed=9), 16_000)
        told = {"device": "board:x", "parent": clip.id, "pseudonymous": True, "attributes": clip.attributes}
        catalog.add_clip(NewClip(heard, clip.word, clip.speaker, clip.source, clip.origin, **told))
    assert [own.id for own in store.known(secret).clips.values()] == [clip.id]
    assert store.counts()["clips"] == 1 and np.array_equal(store.sound(secret, Item(0, "yes")), spoken_take())
    assert store.withdraw(secret) == 1 and not list(tmp_path.rglob("*.flac"))
