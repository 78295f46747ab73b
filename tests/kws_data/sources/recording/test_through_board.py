"""Clips through the real recorder app on the emulated board into the catalogue."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from firmware_tools.boards.spec import load_board
from firmware_tools.errors import BoardError, LinkError
from firmware_tools.flashers.find import flasher_for
from firmware_tools.image.build import build_image
from firmware_tools.levels import levels
from firmware_tools.link.session import BoardSession, open_board
from firmware_tools.recorder.clip import record_clip
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip
from kws_data.quality.rot import find_rot
from kws_data.sources.recording import through_board as board_source
from kws_data.sources.recording.through_board import record_through_board


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorder")
    board = load_board("emulated")
    image = build_image(board, "recorder", {}, folder / "build")
    flasher_for(board, state_dir=folder / "state").flash(image.bin)
    return folder / "state"


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    opened = Catalog(tmp_path)
    rng = np.random.default_rng(0)
    for number in range(4):
        audio = opened.store_audio(rng.integers(-32_768, 32_767, 3_000 + number).astype(np.int16), 16_000)
        opened.add_clip(NewClip(audio, "go", f"s{number}", "test", f"go/{number}", licence="CC0-1.0"))
    return opened


def test_recordings_equal_what_was_played_and_are_made_once(state: Path, catalog: Catalog) -> None:
    clips = catalog.clips()
    seen: list[tuple[str, int, int]] = []
    with open_board(load_board("emulated"), state_dir=state) as session:
        first = record_through_board(catalog, clips[:3], session)
        second = record_through_board(catalog, clips, session, lambda *step: seen.append(step))
    assert (first.recorded, first.known, second.recorded, second.known) == (3, 0, 1, 3)
    assert seen == [("record", 4, 4)]
    by_parent = {clip.parent: clip for clip in catalog.clips(device="board:emulated")}
    for clip in clips:
        recorded = by_parent[clip.id]
        assert np.array_equal(catalog.load(recorded), catalog.load(clip))
        assert (recorded.origin, recorded.speaker, recorded.word, recorded.licence) == (
            clip.origin, clip.speaker, clip.word, "CC0-1.0",
        )  # fmt: skip
        assert recorded.id != clip.id and "rms_db" in recorded.attributes


def test_a_recording_has_levels_of_its_own_and_is_judged_by_them(state: Path, tmp_path: Path) -> None:
    """What was played was clipped through and through; what the microphone heard is half as loud, and is not."""
    loud = np.tile(np.array([32_767, -32_768], np.int16), 4_000)
    said = {**levels(loud).to_dict(), "accent": "scots", "snr_db": 55.0, "speech_start_s": 0.5}
    catalog = Catalog(tmp_path)
    parent = catalog.add_clip(NewClip(catalog.store_audio(loud, 16_000), "go", "s", "test", "go/0", attributes=said))
    with open_board(load_board("emulated"), state_dir=state) as session:
        assert session.play is not None
        halved = dataclasses.replace(session, play=lambda samples: session.play(samples // 2))
        record_through_board(catalog, catalog.clips(), halved)
    (recorded,) = catalog.clips(device="board:emulated")
    own = {**levels(loud // 2).to_dict(), "noise_floor_db": -6.0, "snr_db": None}
    own |= {"speech_start_s": None, "speech_end_s": None}
    assert recorded.attributes == {"accent": "scots", **own}
    assert [reason.clips for _, reason in find_rot(catalog).reasons if reason.name == "clipped"] == [(parent,)]


def test_gaps_are_reported_and_never_stored(state: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_gap(*arguments: object) -> object:
        recording = record_clip(*arguments)  # type: ignore[arg-type]
        return dataclasses.replace(recording, reasons=("12 samples lost",))

    monkeypatch.setattr(board_source, "record_clip", with_gap)
    clips = catalog.clips()[:2]
    with open_board(load_board("emulated"), state_dir=state) as session:
        report = record_through_board(catalog, clips, session)
    assert report.set_aside == tuple((clip.id, "12 samples lost") for clip in clips)
    assert catalog.clips(device="board:emulated", with_set_aside=True) == []


def test_vanished_port_keeps_what_was_recorded(state: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def then_gone(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise LinkError("port vanished", "/dev/ttyX", "plug the board in again")
        return record_clip(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(board_source, "record_clip", then_gone)
    with open_board(load_board("emulated"), state_dir=state) as session, pytest.raises(LinkError):
        record_through_board(catalog, catalog.clips()[:4], session)
    assert len(catalog.clips(device="board:emulated")) == 2


def test_board_on_a_desk_cannot_be_played_into(state: Path, catalog: Catalog) -> None:
    with open_board(load_board("emulated"), state_dir=state) as session:
        deaf = BoardSession(session.board, session.link, session.hello, None)
        with pytest.raises(BoardError, match="nothing can be played"):
            record_through_board(catalog, catalog.clips(), deaf)
