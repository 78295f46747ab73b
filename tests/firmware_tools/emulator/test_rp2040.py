"""The port for the RP2040 on an emulator that we did not write: boot, line, microphones, spotter."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rp2040_boards import needs_rp2040js, running, snr_db, tone
from synthetic_models import keyword_model

from firmware_tools.boards.port import Peripheral, load_port, peripheral
from firmware_tools.boards.spec import BoardSpec, load_board
from firmware_tools.emulator.rp2040 import upsampled
from firmware_tools.engine.host import HostEngine
from firmware_tools.errors import BoardError, FirmwareError
from firmware_tools.flashers.emulated import EmulatedFlasher
from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.image.build import build_image
from firmware_tools.image.finish import crc32_mpeg2
from firmware_tools.link.session import BoardSession, open_board
from firmware_tools.protocol.audio_frames import Source
from firmware_tools.recorder.clip import record_clip
from firmware_tools.spotter.client import classify
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.tflite.tflm import TflmInterpreter, available

CLIPS = 10
SMALL = FrontendSpec(kind="log_mel", window_samples=512, hop_samples=512, mel_bands=20, coefficients=10)
LABELS = ("_silence_", "_unknown_", "yes", "no")


def pico_with(microphone: dict[str, object]) -> BoardSpec:
    made: Peripheral = peripheral(microphone, load_port("rp2040").microphones, "test")
    return replace(load_board("pico"), microphone=made)


@pytest.fixture(scope="module")
def analog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BoardSession, bytes]]:
    with running(load_board("pico"), tmp_path_factory.mktemp("pico")) as (session, image):
        yield session, image.bin.read_bytes()


def test_image_begins_with_a_boot_loader_that_the_rom_accepts(tmp_path: Path) -> None:
    content = build_image(load_board("pico"), "recorder", {}, tmp_path).bin.read_bytes()
    assert crc32_mpeg2(content[:252]) == int.from_bytes(content[252:256], "little")
    stack, reset = np.frombuffer(content[256:264], "<u4")
    assert stack == 0x2000_0000 + load_board("pico").stack_bytes  # the lowest part of RAM
    assert 0x1000_0100 < reset < 0x1000_0400  # in flash, as nothing is copied yet


@needs_rp2040js
def test_it_says_which_image_it_runs(analog: tuple[BoardSession, bytes]) -> None:
    session, flashed = analog
    assert session.hello.board == "pico"
    assert session.hello.firmware == f"{zlib.crc32(flashed):08x}"
    assert session.hello.clock_hz == 125_000_000
    assert session.hello.virtual_time


@needs_rp2040js
def test_ramp_comes_whole(analog: tuple[BoardSession, bytes]) -> None:
    recording = record_clip(analog[0].link, 8_000, source=Source.RAMP)
    assert recording.ok, recording.reasons
    assert np.array_equal(recording.samples, np.arange(8_000, dtype=np.int16))


@needs_rp2040js
def test_tone_through_the_adc(analog: tuple[BoardSession, bytes]) -> None:
    session, played = analog[0], tone(16_000, 10_000)
    assert session.play is not None
    play = session.play
    recording = record_clip(session.link, len(played), lambda: play(played))
    assert recording.ok, recording.reasons
    assert recording.overruns == recording.lost_samples == 0
    assert snr_db(recording.samples[4_000:]) >= 65
    assert np.abs(recording.samples.astype(int) - played).max() < 150  # 12 bits, a mean that follows: no sample is off


@needs_rp2040js
def test_tone_through_the_bits_of_a_pdm_microphone(tmp_path: Path) -> None:
    played = tone(12_000, 20_000)
    with running(load_board("nano_rp2040_connect"), tmp_path) as (session, _):
        assert session.hello.gain_db == pytest.approx(12.04)
        assert session.play is not None
        play = session.play
        recording = record_clip(session.link, len(played), lambda: play(played))
    assert recording.ok, recording.reasons
    assert recording.overruns == recording.lost_samples == 0
    assert snr_db(recording.samples[4_000:]) >= 70
    assert np.abs(recording.samples[4_000:]).max() == pytest.approx(20_000, rel=0.02)


@needs_rp2040js
@pytest.mark.parametrize("right", [0, 1])
def test_i2s_microphone_is_heard_bit_for_bit(tmp_path: Path, right: int) -> None:
    rng = np.random.default_rng(right)
    played = (rng.integers(-12_000, 12_000, 2_000)).astype(np.int16)
    board = pico_with({"kind": "i2s", "clock_pin": 10, "data_pin": 12, "right": right, "settle_ms": 20})
    with running(board, tmp_path) as (session, _):
        assert session.play is not None
        play = session.play
        recording = record_clip(session.link, len(played), lambda: play(played))
    assert recording.ok, recording.reasons
    slip = recording.samples.astype(int) - played  # nothing but the mean, which follows slowly
    assert np.abs(np.diff(slip)).max() <= 30


@needs_rp2040js
def test_ring_goes_on_where_the_dma_is_started_again(tmp_path: Path) -> None:
    played = np.random.default_rng(0).integers(-12_000, 12_000, 12_000).astype(np.int16)
    with running(load_board("pico"), tmp_path, defines=("KWS_MIC_BLOCK=4096u",)) as (session, _):
        assert session.play is not None
        play = session.play
        recording = record_clip(session.link, len(played), lambda: play(played))
    assert recording.ok, recording.reasons
    slip = recording.samples.astype(int) - played  # a step of the ADC's is 16, and the mean follows slowly
    assert np.abs(np.diff(slip)).max() <= 60


@needs_rp2040js
def test_overruns_are_counted_to_the_sample(tmp_path: Path) -> None:
    """A line far too slow for the sound: each loss has its place, and what comes is what was there."""
    board = replace(load_board("pico"), baud=57_600, serial=Peripheral("uart", (("tx_pin", 0),)))
    played = np.repeat(np.arange(-1_500, 1_500, dtype=np.int16), 4) * 16
    with running(board, tmp_path) as (session, _):
        assert session.play is not None
        play = session.play
        recording = record_clip(session.link, len(played), lambda: play(played), codec="pcm16", attempts=1)
    assert recording.lost_samples > 0
    heard = np.ones(len(played), bool)
    for loss in recording.losses:
        heard[loss.position : loss.position + loss.samples] = False
    assert (~heard).sum() == recording.lost_samples
    slip = recording.samples[heard].astype(int) - played[heard]
    assert np.abs(np.diff(slip)).max() <= 400  # the mean follows; a sample out of place would jump by a block's worth


@needs_rp2040js
def test_spotter_agrees_with_the_host_byte_for_byte(tmp_path: Path) -> None:
    clip = 8_192
    frames = SMALL.frames(clip)
    tflite = keyword_model(frames=frames, features=SMALL.features, channels=8, blocks=1, kernel=3, labels=4, seed=1)
    clips = np.random.default_rng(2).normal(0, 3_000, (CLIPS, clip)).astype(np.int16)
    features = HostFrontend(SMALL)(clips)
    host = TflmInterpreter(tflite) if available() else HostEngine(tflite)
    wanted = host(np.ascontiguousarray(features).reshape(CLIPS, frames, 1, SMALL.features))
    sources = spotter_sources(SMALL, tflite, LABELS, 0, "5e" * 32, clip_samples=clip)
    with running(load_board("pico"), tmp_path, "spotter", sources) as (session, _):
        results = [classify(session.link, one) for one in clips]
    assert [result.scores.tolist() for result in results] == wanted.tolist()
    assert all(result.inference_cycles > 10_000 for result in results)  # counted, by the board's own timer


@needs_rp2040js
def test_flash_without_a_boot_loader_is_refused_as_the_rom_does(tmp_path: Path) -> None:
    board = load_board("pico")
    image = build_image(board, "recorder", {}, tmp_path / "build")
    image.bin.write_bytes(b"\0" * 300)
    EmulatedFlasher(board, tmp_path / "state").flash(image.bin)
    with pytest.raises(BoardError, match="no boot loader"), open_board(board, None, tmp_path / "state"):
        pass


def test_without_the_package_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    board = load_board("pico")
    (tmp_path / "flash.bin").write_bytes(b"\0")
    monkeypatch.setattr("firmware_tools.emulator.rp2040.find_node", lambda: "node")
    monkeypatch.setenv("KWS_RP2040JS", str(tmp_path / "nowhere"))
    with pytest.raises(BoardError, match="npm i rp2040js"), open_board(board, None, tmp_path):
        pass
    monkeypatch.undo()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BoardError, match="needs Node"), open_board(board, None, tmp_path):
        pass


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"baud": 921_600, "serial": Peripheral("uart", (("tx_pin", 4),))}, "UART0 sends"),
        ({"clock_hz": 48_000_000}, "125 MHz"),
    ],
)
def test_board_file_that_the_port_cannot_serve(tmp_path: Path, change: dict[str, object], said: str) -> None:
    with pytest.raises(FirmwareError, match=said):
        build_image(replace(load_board("pico"), **change), "recorder", {}, tmp_path)  # type: ignore[arg-type]


def test_upsampling_keeps_the_samples_and_fills_between() -> None:
    samples = tone(400, 10_000)
    made = upsampled(samples, 4)
    assert np.abs(made[::4].astype(int) - samples)[40:-40].max() <= 1
    between = 10_000 * np.sin(2 * np.pi * 1_000 * np.arange(1_600) / 64_000)
    assert np.abs(made - between)[200:-200].max() < 3
