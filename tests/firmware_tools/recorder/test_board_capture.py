"""Recording without an end from the emulated board: every sample, over fast and slow lines, through every trouble."""

from __future__ import annotations

import dataclasses
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from noisy_line import NoisyLine
from numpy.typing import NDArray

from firmware_tools.boards.spec import BoardSpec, load_board
from firmware_tools.emulator.board import EmulatedBoard
from firmware_tools.errors import LinkError
from firmware_tools.flashers.find import flasher_for
from firmware_tools.image.build import build_image
from firmware_tools.link.clock import BOARD_CLOCK, HOST_CLOCK
from firmware_tools.link.serial_link import Link
from firmware_tools.link.session import BoardSession, open_board
from firmware_tools.protocol import adpcm
from firmware_tools.protocol.audio_frames import Codec, Source
from firmware_tools.protocol.frames import Type
from firmware_tools.protocol.replies import State, parse_status
from firmware_tools.recorder.capture import Block, Capture, capture
from firmware_tools.recorder.clip import record_clip
from firmware_tools.recorder.selftest import expected_signal, self_test

NOISE = np.random.default_rng(4).integers(-32_768, 32_768, 320_000).astype(np.int16)
SLOW, FAST = 115_200, 921_600


class Flashed:
    """A board whose UART runs at some rate, and the folder with its flash."""

    def __init__(self, baud: int, folder: Path) -> None:
        self.board: BoardSpec = dataclasses.replace(load_board("emulated"), baud=baud)
        self.image = build_image(self.board, "recorder", {}, folder / "build")
        self.state = folder / "state"
        flasher_for(self.board, state_dir=self.state).flash(self.image.bin)


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Flashed]:
    return {baud: Flashed(baud, tmp_path_factory.mktemp(f"baud{baud}")) for baud in (SLOW, FAST)}


@pytest.fixture(params=[FAST])
def session(boards: dict[int, Flashed], request: pytest.FixtureRequest) -> Iterator[BoardSession]:
    flashed = boards[request.param]
    with open_board(flashed.board, state_dir=flashed.state) as opened:
        yield opened


def play(session: BoardSession, samples: NDArray[np.int16]) -> None:
    assert session.play is not None
    session.play(samples)


def joined(blocks: list[Block]) -> NDArray[np.int16]:
    return np.concatenate([block.samples for block in blocks])


def through_adpcm(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    coded, _ = adpcm.reference_encode(samples)
    return adpcm.reference_decode(coded, len(samples))[0]


# ---- nothing lost ----------------------------------------------------------------------------------------------------


def test_pcm_over_a_fast_line_is_what_was_played(session: BoardSession) -> None:
    play(session, NOISE)
    with closing(capture(session.link, seconds=20)) as blocks:
        heard = list(blocks)
    assert blocks.codec is Codec.PCM16 and blocks.ended and not blocks.losses
    assert [block.first_sample for block in heard] == list(range(0, len(NOISE), 256))
    assert all(block.lost_before == 0 for block in heard)
    np.testing.assert_array_equal(joined(heard), NOISE)


@pytest.mark.parametrize("session", [SLOW], indirect=True)
def test_adpcm_over_a_slow_line_is_what_the_reference_coder_makes_of_it(session: BoardSession) -> None:
    played = NOISE[:80_001]  # the last block has an odd number of samples
    play(session, played)
    taking = Capture(session.link, samples=len(played))
    heard = list(taking)
    assert taking.codec is Codec.ADPCM and taking.ended and not taking.losses
    np.testing.assert_array_equal(joined(heard), through_adpcm(played))


@pytest.mark.parametrize("session", [SLOW], indirect=True)
def test_clips_choose_their_codec_too(session: BoardSession) -> None:
    taken = record_clip(session.link, 16_000, lambda: play(session, NOISE[:16_000]))
    assert taken.ok and taken.attempts == 1 and taken.codec is Codec.ADPCM
    np.testing.assert_array_equal(taken.samples, through_adpcm(NOISE[:16_000]))
    assert taken.clock is not None and taken.clock.basis == BOARD_CLOCK
    assert taken.verdict is not None and taken.verdict.whole and taken.verdict.retries == 0


def test_capture_that_is_closed_early_leaves_the_board_idle(session: BoardSession) -> None:
    play(session, NOISE)
    with closing(capture(session.link)) as blocks:
        first = [next(blocks) for _ in range(10)]
    np.testing.assert_array_equal(joined(first), NOISE[: 10 * 256])
    assert session.link.status().state == State.IDLE
    taken = record_clip(session.link, 5_000, lambda: play(session, NOISE[:5_000]))
    assert taken.ok
    np.testing.assert_array_equal(taken.samples, NOISE[:5_000])


# ---- losses ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("session", [SLOW], indirect=True)
def test_microphone_that_overruns_tells_where_to_the_sample(session: BoardSession) -> None:
    """PCM does not fit 115,200 baud: most is lost, and all that comes must stand in its place."""
    play(session, NOISE[:64_000])
    with closing(capture(session.link, "pcm16", 4.0)) as blocks:
        heard = list(blocks)
    assert len(blocks.losses) > 10 and blocks.lost_samples > 20_000
    assert all(loss.exact and loss.overruns == loss.samples for loss in blocks.losses)
    expected = 0
    for block in heard:
        assert block.first_sample == expected + block.lost_before
        np.testing.assert_array_equal(block.samples, NOISE[block.first_sample :][: len(block.samples)])
        expected = block.first_sample + len(block.samples)
    assert expected == blocks.position == 64_000


def test_damage_on_the_line_is_lost_reported_and_gone_past(boards: dict[int, Flashed]) -> None:
    flashed = boards[FAST]

    def to_host(position: int, byte: int) -> int | None:
        return byte ^ 0x40 if position > 5_000 and position % 10_007 == 0 else byte

    with (
        EmulatedBoard(flashed.board, flashed.state) as emulated,
        NoisyLine(emulated.port, lambda position, byte: byte, to_host) as line,
        Link(line.port) as link,
    ):
        emulated.play(NOISE[:80_000])
        with closing(capture(link, seconds=5)) as blocks:
            heard = list(blocks)
    assert blocks.ended and 12 <= len(blocks.losses) <= 40
    assert all(loss.exact and loss.overruns == 0 for loss in blocks.losses)
    for block in heard:
        np.testing.assert_array_equal(block.samples, NOISE[block.first_sample :][: len(block.samples)])
    assert sum(len(block.samples) for block in heard) + blocks.lost_samples == 80_000


def test_recording_goes_on_after_a_reset_of_the_board(boards: dict[int, Flashed]) -> None:
    flashed = boards[FAST]
    with EmulatedBoard(flashed.board, flashed.state) as emulated, Link(emulated.port) as link:
        emulated.play(NOISE)
        with closing(capture(link, seconds=15)) as blocks:
            before = [next(blocks) for _ in range(50)]
            emulated.reset()
            after = list(blocks)
    assert blocks.restarts == 1 and blocks.ended
    guesses = [block for block in after if not block.lost_exact]
    assert len(guesses) == 1 and guesses[0].lost_before >= 1
    assert [loss for loss in blocks.losses if not loss.exact]
    np.testing.assert_array_equal(joined(before), NOISE[: 50 * 256])
    again = after[after.index(guesses[0]) :]
    start = int(np.flatnonzero(again[0].samples[0] == NOISE)[0])
    for block in after[: after.index(guesses[0])]:
        np.testing.assert_array_equal(block.samples, NOISE[block.first_sample :][: len(block.samples)])
    candidates = [at for at in np.flatnonzero(again[0].samples[0] == NOISE) if NOISE[at + 1] == again[0].samples[1]]
    start = int(candidates[0])
    heard = joined(again)[: len(NOISE) - start]
    np.testing.assert_array_equal(heard, NOISE[start : start + len(heard)])


def test_clip_during_which_the_board_resets_is_not_whole(boards: dict[int, Flashed]) -> None:
    flashed = boards[FAST]
    with EmulatedBoard(flashed.board, flashed.state, realtime=True) as emulated, Link(emulated.port) as link:
        link.hello()
        taking = Capture(link, samples=16_000, steady=False)
        next(taking)
        emulated.reset()
        list(taking)
        assert not taking.ended and taking.position < 16_000
        assert record_clip(link, 1_000).ok


# ---- the board's own signals, its heart and its clock ---------------------------------------------------------------


@pytest.mark.parametrize("session", [SLOW, FAST], indirect=True)
def test_signals_that_the_board_makes_come_bit_by_bit(session: BoardSession) -> None:
    for source in (Source.RAMP, Source.TONE):
        result = self_test(session.link, source, 8_000)
        assert result.passed and result.codec is (Codec.ADPCM if session.board.baud == SLOW else Codec.PCM16)
        if result.frequency_hz is not None:
            assert result.frequency_hz == pytest.approx(1_000, abs=0.5)


def test_ramp_goes_round_and_wrong_samples_are_counted(session: BoardSession, monkeypatch: pytest.MonkeyPatch) -> None:
    ramp = expected_signal(Source.RAMP, 70_000)
    assert (ramp[0], ramp[32_767], ramp[32_768], ramp[65_536]) == (0, 32_767, -32_768, 0)
    with pytest.raises(ValueError, match="microphone"):
        expected_signal(Source.MICROPHONE, 1)
    monkeypatch.setattr("firmware_tools.recorder.selftest.expected_signal", lambda *_: np.zeros(800, np.int16))
    assert self_test(session.link, Source.RAMP, 800).wrong == 799


def test_heart_beats_come_while_idle_until_they_are_switched_off(session: BoardSession) -> None:
    first = session.link.status(beat_ms=50)
    assert first.state == State.IDLE
    frames = [session.link.receive(1.0) for _ in range(5)]
    statuses = [parse_status(frame.payload) for frame in frames if frame is not None and frame.type == Type.EVENT_BEAT]
    assert len(statuses) == 5
    gaps = np.diff([status.board_us for status in (first, *statuses)])
    assert np.all((gaps >= 49_000) & (gaps < 80_000))
    session.link.status(0)
    session.link.drain(0.0)
    assert session.link.receive(0.2) is None
    assert session.link.silent_s > 0.15


def test_board_tells_firmware_rate_and_codecs(boards: dict[int, Flashed], session: BoardSession) -> None:
    hello = session.hello
    assert hello.firmware == f"{zlib.crc32(boards[FAST].image.bin.read_bytes()):08x}"
    assert (hello.protocol, hello.baud, hello.gain_db, hello.virtual_time) == (2, FAST, 0.0, True)
    assert hello.codecs == (Codec.PCM16, Codec.ADPCM)
    assert session.link.board == hello


def test_true_rate_of_the_microphone_is_measured(boards: dict[int, Flashed]) -> None:
    flashed = boards[FAST]
    with open_board(flashed.board, state_dir=flashed.state, realtime=True, mic_ppm=-3_000) as session:
        assert not session.hello.virtual_time
        play(session, NOISE)
        begun = time.monotonic()
        with closing(capture(session.link, seconds=2)) as blocks:
            np.testing.assert_array_equal(joined(list(blocks)), NOISE[:32_000])
        assert 1.8 < time.monotonic() - begun < 4
        estimate = blocks.clock()
    assert estimate is not None and estimate.basis == HOST_CLOCK
    assert estimate.ppm == pytest.approx(-3_000, abs=max(600, 2 * estimate.error_ppm))


def test_order_that_is_repeated_begins_nothing_twice(session: BoardSession) -> None:
    """The ACK of a RECORD is lost, so it is sent again: the take that runs already is acknowledged, not restarted."""
    link = session.link
    play(session, NOISE[:1_000])
    order = b"\xe8\x03\0\0\0\0\x39\x30"
    link.request(Type.RECORD, order)
    link.request(Type.RECORD, order)
    kinds = [frame.type for frame in link.frames(0.3)]
    assert kinds.count(Type.EVENT_AUDIO) == 4 and kinds.count(Type.EVENT_END) == 1


def test_no_order_is_taken_that_cannot_be_carried_out(session: BoardSession) -> None:
    for order in (b"", bytes(4), b"\1\0\0\0\2\0\1\0", b"\1\0\0\0\0\3\1\0"):
        with pytest.raises(LinkError, match="refused RECORD"):
            session.link.request(Type.RECORD, order)
    with pytest.raises(ValueError, match="cannot capture"):
        capture(session.link, seconds=0)
