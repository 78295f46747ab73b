"""A board written from PROTOCOL.md alone is recorded from, tested and put right like one of ours."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest
from board_by_document import BoardByDocument

from firmware_tools.link.serial_link import Link
from firmware_tools.protocol.audio_frames import Codec, Source
from firmware_tools.protocol.frames import BoardCode, Type
from firmware_tools.protocol.replies import CommandRefusedError
from firmware_tools.recorder.capture import capture
from firmware_tools.recorder.clip import record_clip
from firmware_tools.recorder.selftest import self_test

SOUND = np.random.default_rng(5).integers(-9_000, 9_000, 16_000).astype("<i2")


def test_clips_are_whole_and_the_boards_samples() -> None:
    with BoardByDocument(SOUND.tobytes()) as board, Link(board.port) as link:
        hello = link.hello()
        assert (hello.app, hello.board, hello.codecs, hello.labels) == ("recorder", "stranger", (Codec.PCM16,), ())
        for _ in range(2):
            taken = record_clip(link, 8_000)
            assert taken.verdict.whole and np.array_equal(taken.samples, SOUND[:8_000])


def test_its_own_signals_pass_the_self_test() -> None:
    with BoardByDocument(SOUND.tobytes()) as board, Link(board.port) as link:
        link.hello()
        for source in (Source.RAMP, Source.TONE):
            assert self_test(link, source, 8_000).passed


def test_an_endless_recording_is_stopped_and_another_begun() -> None:
    with BoardByDocument(SOUND.tobytes()) as board, Link(board.port) as link:
        for _ in range(2):
            with closing(capture(link)) as blocks:
                first = [next(blocks).samples for _ in range(4)]
            assert blocks.losses == [] and np.array_equal(np.concatenate(first), SOUND[: 4 * 256])
        assert link.status().state == 0


def test_what_it_does_not_have_it_says() -> None:
    with BoardByDocument(SOUND.tobytes()) as board, Link(board.port) as link, pytest.raises(CommandRefusedError) as no:
        link.request(Type.LISTEN, b"\0\0")
    assert no.value.code == BoardCode.COMMAND
