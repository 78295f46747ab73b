"""Folders have a kind and a path; catalogues that wrote the kind before the path are brought up to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder
from older_catalog import make_older

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import KnownFile
from kws_data.catalog.folders import (
    FolderId,
    folder_id,
    noise_folder_id,
    room_folder_id,
    speech_folder_id,
    synth_id,
    urls_id,
)
from kws_data.config.config import Config
from kws_data.sources.imports import intake
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.intake import take_in
from kws_data.sources.imports.side_folders import _noise_item, import_noise, import_rooms, scan_side_folder
from kws_data.sources.imports.speech_folder import import_speech

HASH = 2**62 + 1  # what stood in mtime_ns of a fetched file
ADDRESS = "https://host/yes/a.wav"


def hiss(path: Path, seed: int) -> None:
    write_flac(path, np.random.default_rng(seed).integers(-900, 900, 16_000).astype(np.int16), 16_000)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A catalogue of version 3 with a folder of each kind; the noise is under the source of Speech Commands."""
    make_folder(tmp_path / "data", speakers=2, noise_seconds=1)
    hiss(tmp_path / "own noise" / "street.flac", 1)
    hiss(tmp_path / "rooms" / "hall.flac", 2)
    hiss(tmp_path / "talk" / "a" / "b.flac", 3)
    (tmp_path / "talk" / "metadata.csv").write_text("file,speaker,transcript\na/b.flac,7,good evening\n")
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "speech-commands", tmp_path / "data")
        for folder in ("own noise", "data/_background_noise_"):  # the second holds clips of the data folder too
            scan = scan_side_folder(tmp_path / folder, "noise", _noise_item)
            take_in(catalog, noise_folder_id(tmp_path / folder), "speech_commands", scan)
        import_rooms(catalog, tmp_path / "rooms")
        import_speech(catalog, tmp_path / "talk")
        known = KnownFile(0, HASH, catalog.clips(source="speech")[0].id, "training", "")
        catalog.remember_files(urls_id(tmp_path / "list.csv"), {ADDRESS: known})
    make_older(tmp_path / "rec", 3)
    return tmp_path


def test_each_kind_keeps_its_files_and_nothing_is_read_again(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Catalog(old / "rec") as catalog:
        assert len(catalog.clips(folder=folder_id(old / "data"))) == 2 * 4 + 2
        assert catalog.known_files(urls_id(old / "list.csv"))[ADDRESS].version == HASH
        assert not catalog.known_files(folder_id(old / "list.csv"))
        assert [clip.given_split for clip in catalog.clips(folder=urls_id(old / "list.csv"))] == ["training"]
        monkeypatch.setattr(intake, "_read", None)  # whatever is read again fails
        assert import_layout(catalog, "speech-commands", old / "data").counts.known == 10
        assert import_rooms(catalog, old / "rooms").counts.known == 1
        assert import_speech(catalog, old / "talk").counts.known == len(catalog.clips(folder=speech_id(old))) > 0
        assert [clip.origin for clip in catalog.clips(folder=room_folder_id(old / "rooms"))] == ["_room_/hall.flac"]


def speech_id(root: Path) -> FolderId:
    return speech_folder_id(root / "talk")


def test_noise_of_ones_own_comes_in_again_under_its_own_source(old: Path) -> None:
    with Catalog(old / "rec") as catalog:
        left = [clip for clip in catalog.clips(source="speech_commands") if clip.word == "_background_noise_"]
        assert {clip.id for clip in left} <= {clip.id for clip in catalog.clips(folder=folder_id(old / "data"))}
        assert len(left) == 2, "noise of the data folder stays"
        assert import_noise(catalog, old / "own noise").counts.added == 1
        (noise,) = catalog.clips(folder=noise_folder_id(old / "own noise"))
        assert (noise.source, noise.origin) == ("noise", "_background_noise_/street.flac")
    with Catalog(old / "fresh") as catalog:
        import_noise(catalog, old / "own noise")
        assert catalog.clips(folder=noise_folder_id(old / "own noise")) == [noise], "as in a catalogue of today"


def test_a_folder_knows_where_its_files_lie() -> None:
    assert FolderId("data", "/d").place_of("go/1.wav") == "/d/go/1.wav"
    assert FolderId("noise", "/n").place_of("_background_noise_/deep/tap.wav") == "/n/deep/tap.wav"
    assert FolderId("rooms", "/r").place_of("_room_/hall.wav") == "/r/hall.wav"
    assert FolderId("speech", "/s").place_of("7/a.flac[12]") == "/s/7/a.flac"
    assert FolderId("urls", "/list.csv").place_of(ADDRESS) == ADDRESS


def test_who_says_what_makes_the_name_of_a_note() -> None:
    def name(**changes: object) -> FolderId:
        values = {"name": "t", "keywords": ["yes"], "data": {"synth": {"speakers": 4}}}
        return synth_id(Config.model_validate(values | changes))

    assert name() == name(name="other", augment={"copies": 9}) == name(data={"synth": {"speakers": 4}, "folder": "x"})
    others = [{"seed": 1}, {"keywords": ["no"]}, {"data": {"synth": {"speakers": 5}}}]
    others += [{"data": {"synth": {"speakers": 4}, "clip_ms": 800}}]
    assert len({name(), *(name(**one) for one in others)}) == 5


def test_a_note_is_replaced_and_goes_with_a_forgotten_voice(tmp_path: Path) -> None:
    note = FolderId("synth", "x")
    make_folder(tmp_path / "data", speakers=2, words=("go",))
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "speech-commands", tmp_path / "data")
        one, other = (clip for clip in catalog.clips() if clip.word == "go")
        catalog.note_clips(note, [one.id])
        catalog.note_clips(note, [one.id, other.id])
        assert {clip.id for clip in catalog.clips(folder=note)} == {one.id, other.id}
        assert not any(place.kind == "synth" for place, _ in catalog.files_of(one.id)), "a note is no file"
        catalog.forgetting.erase([one.speaker])
        assert [clip.id for clip in catalog.clips(folder=note)] == [other.id]
