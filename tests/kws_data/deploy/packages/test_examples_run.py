"""The examples of the packages as boards: kws record, doctor and listen speak with each over a pseudo-terminal."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from example_boards import FRAMEWORKS, build_example, common_objects, running
from numpy.typing import NDArray
from packages import chatty_bundle, sound

import firmware_tools.recorder.capture as capturing
import kws_data.doctor.board as doctor_board
import kws_data.doctor.machine as doctor_machine
from firmware_tools.errors import LinkError
from firmware_tools.link.serial_link import Link
from firmware_tools.recorder.clip import record_clip
from kws_data.catalog.catalog import Catalog
from kws_data.cli import cli
from kws_data.doctor.findings import well
from kws_data.evaluation.detector import HostDetector

SOUND = sound(6)
HEARD = np.tile(SOUND, 6)  # a lap is found again behind any place
BLOCK = 256
TRANSIENT_BLOCKS = 19  # 300 ms
LATER_BLOCK = TRANSIENT_BLOCKS + 10  # is in the first take
WORDS = ("--words", "yes,no", "--takes", "2", "--clip-ms", "500", "--countdown", "0")
PERSON = ("--speaker", "ann", "--consent", "research", "--yes")

Built = Callable[..., Path]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Gives the program of an example of a package."""
    folder = tmp_path_factory.mktemp("examples")
    common = common_objects(folder)
    return lambda kind, example, *settings: build_example(kind, example, common, folder, settings)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "sound.raw").write_bytes(SOUND.tobytes())
    return tmp_path / "sound.raw"


def kws(*arguments: object) -> Any:
    done = CliRunner().invoke(cli, [*map(str, arguments), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def recorded(port: str, folder: Path) -> tuple[Any, list[NDArray[np.int16]]]:
    """What ``kws record`` says of a session, and its clips in the order in which they were said."""
    said = kws("record", "--port", port, "--recordings", folder, *WORDS, *PERSON)
    with Catalog(folder) as catalog:
        clips = {clip.id: clip for clip in catalog.clips()}
        return said, [catalog.load(clips[take["clip"]]) for take in said["takes"]]


def places(clips: list[NDArray[np.int16]]) -> list[int]:
    """Where each clip, bit by bit, is in what the microphone heard, behind the clip before; -1 for one that is not."""
    heard, found, behind = HEARD.tobytes(), list[int](), 0
    for clip in clips:
        found.append(heard.find(clip.tobytes(), 2 * behind) // 2)
        behind = found[-1] + len(clip)
    return found


@pytest.mark.parametrize("kind", sorted(FRAMEWORKS))
def test_kws_record_gets_what_the_microphone_heard(kind: str, built: Built, raw: Path, tmp_path: Path) -> None:
    with running(built(kind, "recorder"), raw) as port:
        said, clips = recorded(port, tmp_path / "rec")
    assert (said["kept"], said["remaining"]) == (4, 0) and all(take["lost_samples"] == 0 for take in said["takes"])
    assert all(len(clip) == 8_000 for clip in clips)
    assert all(place >= 0 and place % BLOCK == 0 for place in places(clips))


def test_an_esp32_speaks_by_usb_as_well(built: Built, raw: Path) -> None:
    program = built("esp-idf", "recorder", "-DCONFIG_KWS_SERIAL_USB_JTAG=1")
    with running(program, raw) as port, Link(port, 921_600) as link:
        assert link.hello().baud == 0
        taken = record_clip(link, 8_000)
    assert taken.verdict.whole and places([taken.samples]) == [TRANSIENT_BLOCKS * BLOCK]


@pytest.mark.parametrize("kind", sorted(FRAMEWORKS))
def test_kws_doctor_finds_the_board_well(
    kind: str, built: Built, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_machine, "_guarded", lambda *_: iter(()))  # this PC is for other tests
    monkeypatch.setattr(doctor_machine, "neural_voices", lambda: iter(()))
    monkeypatch.setattr(doctor_machine, "speech_encoder", lambda: well("speech encoder", "left out"))
    monkeypatch.setattr(doctor_board, "SELF_TEST_S", 0.5)
    with running(built(kind, "recorder"), raw) as port:
        found = {one["what"]: one for one in kws("doctor", "--port", port, "--seconds", "1")["findings"]}
    assert f"recorder on {({'esp-idf': 'esp32', 'zephyr': 'native'}).get(kind, kind)}" in found["firmware"]["found"]
    assert all(found[what]["ok"] for what in ("line", "microphone", "self-test, ramp", "self-test, tone"))
    assert "none lost" in found["line"]["found"] and "every bit right" in found["self-test, ramp"]["found"]


@pytest.mark.parametrize("kind", sorted(FRAMEWORKS))
def test_kws_listen_prints_the_hosts_detections(kind: str, built: Built, raw: Path) -> None:
    with running(built(kind, "recorder"), raw) as port:
        assert kws("listen", "--port", port, "--seconds", "0.5")["lost_samples"] == 0
    with running(built(kind, "evaluate"), raw) as port:
        heard = kws("listen", "--port", port, "--seconds", "3")
    found = [(one["label"], one["score"], round(one["time_s"] * 16_000)) for one in heard]
    assert found and heard_by_the_host(kind, found)


@pytest.mark.parametrize("kind", sorted(FRAMEWORKS))
def test_the_spotter_prints_the_hosts_detections(kind: str, built: Built, raw: Path) -> None:
    with running(built(kind, "spotter"), raw) as port:
        lines = lines_of(port, 3)
    found = []
    for line in lines:
        label, _, score, _, _, sample = line.split()  # «yes score 12 at sample 16000»
        found.append((label, int(score), int(sample)))
    assert heard_by_the_host(kind, found)


def heard_by_the_host(kind: str, found: list[tuple[str, int, int]]) -> bool:
    """Whether the host hears this, from the block on with which the microphone begins (Arduino's runs already)."""
    bundle = chatty_bundle()
    detector, length = HostDetector(bundle), found[-1][2]
    for first in range(len(SOUND) // BLOCK) if kind == "arduino" else [TRANSIENT_BLOCKS]:
        detections = detector.detections(HEARD[first * BLOCK :][:length])
        if [(bundle.labels[one.label], one.score, one.sample) for one in detections] == found:
            return True
    return False


def lines_of(port: str, count: int, timeout_s: float = 10.0) -> list[str]:
    """Lines of text that a board prints."""
    said, deadline = b"", time.monotonic() + timeout_s
    line = os.open(port, os.O_RDONLY | os.O_NOCTTY)
    try:
        while said.count(b"\n") < count:
            assert time.monotonic() < deadline, said
            said += os.read(line, 4_096)
    finally:
        os.close(line)
    return said.decode().splitlines()[:count]


def test_dma_buffers_that_were_lost_are_told_at_their_place(built: Built, raw: Path) -> None:
    program = built("esp-idf", "recorder")
    with (
        running(program, raw, LATER_BLOCK) as port,
        Link(port, 921_600) as link,
        closing(capturing.capture(link, seconds=0.5)) as blocks,
    ):
        samples = [block.samples for block in blocks]
    (loss,) = blocks.losses  # with the blocks that came before the main loop knew of it
    assert loss.position == 10 * BLOCK and loss.samples == loss.overruns >= 2 * BLOCK and loss.samples % BLOCK == 0
    heard = HEARD[TRANSIENT_BLOCKS * BLOCK :][:8_000]
    missing = np.arange(loss.position, loss.position + loss.samples)
    assert np.array_equal(np.concatenate(samples), np.delete(heard, missing))


@pytest.mark.parametrize("kind", ["esp-idf", "zephyr"])
def test_a_take_with_a_loss_is_recorded_again(kind: str, built: Built, raw: Path, tmp_path: Path) -> None:
    """ESP-IDF counts what it loses; a DMIC driver says that it has failed, and is started anew."""
    with running(built(kind, "recorder"), raw, LATER_BLOCK) as port:
        said, clips = recorded(port, tmp_path / "rec")
    assert [take["attempts"] for take in said["takes"]] == [2, 1, 1, 1] and min(places(clips)) >= 0


@pytest.mark.parametrize("kind", ["esp-idf", "zephyr"])
def test_a_microphone_that_gives_nothing_leaves_the_line_alive(
    kind: str, built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capturing, "GIVE_UP_S", 3.0)
    with running(built(kind, "recorder"), "-") as port, Link(port, 921_600) as link:
        with pytest.raises(LinkError, match="microphone gives no samples"):
            list(capturing.capture(link, seconds=0.5))
        assert link.hello().app == "recorder"
