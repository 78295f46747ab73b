"""The bench of the link: it finds a good line good, and would notice every kind of untruth."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_tools.protocol.audio_frames import Codec
from firmware_tools.recorder.capture import Block
from kws_data.audio import Samples
from kws_data.bench.record.boards import bench_boards
from kws_data.bench.record.link import Ledger, LinkFigures, bench_bad_line, bench_good_line, noise, truth_of

TRUTH = noise(2_560, seed=1)
AFTER_RESET = noise(2_560, seed=2)


def block(first: int, samples: Samples, lost: int = 0, *, exact: bool = True) -> Block:
    return Block(first, samples, lost, 0, exact)


def booked(*blocks: Block, ended: bool = True, length: int = len(TRUTH)) -> LinkFigures:
    figures = LinkFigures()
    ledger = Ledger([AFTER_RESET, TRUTH], 256, length, figures)
    for one in blocks:
        ledger.enter(one)
    ledger.close(ended=ended)
    return figures


def whole(first: int, last: int, truth: Samples = TRUTH) -> list[Block]:
    return [block(at, truth[at : at + 256]) for at in range(first, last, 256)]


def test_a_whole_take_is_whole() -> None:
    found = booked(*whole(0, 2_560))
    assert found.honest and (found.lost, found.heard_s) == (0, 0.16)


def test_a_reported_loss_is_honest() -> None:
    found = booked(*whole(0, 512), block(768, TRUTH[768:1_024], lost=256), *whole(1_024, 2_560))
    assert found.honest and (found.lost, found.losses) == (256, 1)


def test_a_loss_at_the_end_is_honest_when_it_is_reported() -> None:
    nothing = np.zeros(0, np.int16)
    assert booked(*whole(0, 2_304), block(2_560, nothing, lost=256)).honest
    assert booked(*whole(0, 2_304)).unreported == 256
    broken = booked(*whole(0, 2_304), ended=False)
    assert broken.honest and broken.broken_off == 1


def test_untruths_are_noticed() -> None:
    changed = TRUTH[512:768].copy()
    changed[9] ^= 1
    assert booked(*whole(0, 512), block(512, changed), *whole(768, 2_560)).wrong == 1
    assert booked(*whole(0, 512), *whole(768, 2_560)).unreported == 256
    assert booked(*whole(0, 512), *whole(256, 2_560)).unreported == 256
    assert booked(*whole(0, 512), block(768, TRUTH[768:1_024], lost=255), *whole(1_024, 2_560)).unreported == 1
    assert booked(*whole(0, 512), block(512, TRUTH[768:1_024]), *whole(768, 2_560)).wrong > 200
    assert booked(block(0, AFTER_RESET[700:956])).wrong == 256


def test_after_a_reset_another_sound_must_be_heard_and_its_place_is_looked_for() -> None:
    after = [block(900 + at, AFTER_RESET[512 + at : 768 + at]) for at in range(256, 1_024, 256)]
    found = booked(*whole(0, 512), block(900, AFTER_RESET[512:768], lost=388, exact=False), *after, ended=False)
    assert found.honest and (found.estimated, found.lost) == (1, 388)
    assert booked(*whole(0, 512), block(900, AFTER_RESET[512:768], lost=388), ended=False).wrong > 200


def test_the_truth_of_adpcm_is_what_the_reference_coder_gives() -> None:
    audio = noise(5_000, seed=3)
    np.testing.assert_array_equal(truth_of(audio, Codec.PCM16), audio)
    assert (truth_of(audio, Codec.ADPCM) != audio).mean() > 0.5
    np.testing.assert_array_equal(truth_of(audio, Codec.ADPCM), truth_of(audio, Codec.ADPCM, check=False))


@pytest.mark.parametrize(("baud", "codec"), [(921_600, "pcm16"), (115_200, "adpcm")])
def test_a_good_line_loses_nothing(baud: int, codec: str) -> None:
    found = bench_good_line(baud, 0.1)
    assert found.honest and (found.lost, found.codec, found.heard_s) == (0, codec, 6.0)


@pytest.mark.slow
def test_a_bad_line_loses_samples_and_never_the_truth() -> None:
    found = bench_bad_line(115_200, 0.03, 400, seed=3)
    assert found.honest and not found.errors, found
    assert found.fault_count >= 400 and found.losses > 100
    assert found.heard_s >= 0.03 * 3_600


@pytest.mark.slow
def test_two_boards_in_real_time() -> None:
    found = bench_boards(2, 3.0)
    assert (found.lost, found.wrong, found.unreported, found.heard_s) == (0, 0, 0, 6.0)
    assert 2.5 < found.seconds < 10 and found.cpu_share < 1.0
