"""The packages run on this PC, through pipes and pseudo-terminals, with the host's results."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from packages import STAND_INS, call, chatty_bundle, sound, written, zig

from firmware_tools.link.serial_link import Link
from firmware_tools.protocol.audio_frames import Codec, Source
from firmware_tools.protocol.frames import BoardCode, Type
from firmware_tools.protocol.replies import CommandRefusedError, State
from firmware_tools.recorder.clip import record_clip
from firmware_tools.recorder.selftest import self_test
from firmware_tools.spotter.client import classify, features
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.inference import host_features, int8_scores

BUNDLE = chatty_bundle()
EXAMPLES = ("spotter", "recorder", "evaluate")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the examples of the CMake package, built by cmake where it is, else by zig."""
    folder = written("cmake", tmp_path_factory.mktemp("package") / "kws", BUNDLE)
    if shutil.which("cmake") and shutil.which("cc"):
        call(["cmake", "-S", folder, "-B", folder / "build"])
        call(["cmake", "--build", folder / "build"])
        return folder / "build" / "examples"
    includes = [f"-I{folder / name}" for name in ("include", "src", "port")]
    for name in EXAMPLES:
        more = [] if name == "spotter" else [folder / "port/kws_posix.c"]
        flags = ["-std=gnu99", "-O2", "-ffunction-sections", "-Wl,--gc-sections", *includes]
        zig(
            *flags,
            *sorted((folder / "src").glob("*.c")),
            folder / f"examples/{name}/main.c",
            *more,
            "-o",
            folder / name,
        )
    return folder


def expected(samples: NDArray[np.int16]) -> list[str]:
    """The lines of the spotter example, by the host's detector."""
    found = HostDetector(BUNDLE).detections(samples)
    return [f"{BUNDLE.labels[one.label]} {one.score} {one.sample}" for one in found]


def heard(built: Path, data: bytes) -> list[str]:
    done = subprocess.run([built / "spotter"], input=data, capture_output=True, check=True)
    return done.stdout.decode().splitlines()


def test_the_spotter_prints_the_hosts_detections(built: Path, tmp_path: Path) -> None:
    samples = sound(12)
    want = expected(samples)
    assert len(want) > 5
    assert heard(built, samples.tobytes()) == want
    soundfile.write(tmp_path / "a.wav", samples, 16_000, subtype="PCM_16")
    assert heard(built, (tmp_path / "a.wav").read_bytes()) == want
    assert heard(built, samples.tobytes() + b"\x01") == want and heard(built, b"") == []


def test_the_spotter_refuses_another_kind_of_wav(built: Path, tmp_path: Path) -> None:
    for rate, channels in ((8_000, 1), (16_000, 2)):
        soundfile.write(tmp_path / "a.wav", np.zeros((100, channels), np.int16), rate, subtype="PCM_16")
        done = subprocess.run(
            [built / "spotter"], input=(tmp_path / "a.wav").read_bytes(), capture_output=True, check=False
        )
        assert done.returncode == 2 and b"16000 Hz" in done.stderr


@contextmanager
def board(program: Path, *arguments: Path) -> Iterator[Link]:
    """A PC as a board: its open port."""
    running = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        with Link(running.stdout.readline().strip(), 921_600) as link:
            yield link
    finally:
        running.kill()
        running.communicate()


@pytest.mark.parametrize("codec", [Codec.PCM16, Codec.ADPCM])
def test_the_recorder_speaks_the_protocol(built: Path, tmp_path: Path, codec: Codec) -> None:
    samples = sound(2)
    (tmp_path / "sound.raw").write_bytes(samples.tobytes())
    with board(built / "recorder", tmp_path / "sound.raw") as link:
        assert (link.hello().app, link.hello().board, link.hello().sample_rate_hz) == ("recorder", "posix", 16_000)
        assert self_test(link, Source.RAMP, codec=codec).passed and self_test(link, Source.TONE, codec=codec).passed
        taken = record_clip(link, 16_000, codec=Codec.PCM16)
    assert taken.verdict.whole and np.array_equal(taken.samples, samples[:16_000])


def test_the_evaluate_example_gives_the_hosts_scores(built: Path) -> None:
    clips = np.stack([sound(1, seed) for seed in range(3)])
    want_features = host_features(BUNDLE, clips)
    want, _ = int8_scores(BUNDLE.tflite, want_features)
    with board(built / "evaluate") as link:
        assert link.hello().build == BUNDLE.bundle_hash
        for clip, scores, frames in zip(clips, want, want_features, strict=True):
            assert np.array_equal(classify(link, clip).scores, scores)
            assert np.array_equal(features(link), frames.reshape(features(link).shape))


def refusal(link: Link, kind: Type, payload: bytes = b"") -> tuple[int, int]:
    """Reason and value of a NAK."""
    with pytest.raises(CommandRefusedError) as refused:
        link.request(kind, payload)
    return refused.value.code, refused.value.detail


def test_the_evaluate_example_refuses_as_the_document_says(built: Path) -> None:
    with board(built / "evaluate") as link:
        assert refusal(link, Type.CLIP_BEGIN, bytes(4)) == (BoardCode.ARG, BUNDLE.clip_samples)
        assert refusal(link, Type.CLIP_DATA, bytes(6)) == (BoardCode.BUSY, 0)
        assert refusal(link, Type.CLIP_END) == (BoardCode.BUSY, 0)
        assert refusal(link, Type.FEATURES, (1).to_bytes(4, "little")) == (BoardCode.ARG, 0)
        assert refusal(link, Type.RECORD, bytes(8)) == (BoardCode.COMMAND, Type.RECORD)
        link.request(Type.CLIP_BEGIN, BUNDLE.clip_samples.to_bytes(4, "little"))
        assert refusal(link, Type.CLIP_DATA, bytes(4 + 2 * 8)[:3] + bytes(2)) == (BoardCode.ARG, 0)
        assert refusal(link, Type.CLIP_DATA, (8).to_bytes(4, "little") + bytes(2)) == (BoardCode.LOST, 0)


def test_any_command_ends_listening_to_the_microphone(built: Path) -> None:
    with board(built / "evaluate") as link:
        assert link.request(Type.STOP).payload == bytes(4) and link.receive(0.1) is None  # it did not listen: no END
        link.request(Type.LISTEN, bytes(2))
        assert link.status().state == State.LISTENING and link.hello().app == "spotter"
        link.drain(0.05, 0.3)
        link.request(Type.CLIP_BEGIN, BUNDLE.clip_samples.to_bytes(4, "little"))
        assert [frame.type for frame in link.frames(0.1)][-1] == Type.EVENT_END
        assert link.status().state == State.IDLE


def test_another_project_finds_the_installed_package(tmp_path: Path) -> None:
    if not (shutil.which("cmake") and shutil.which("cc")):
        pytest.skip("cmake or a C compiler is not installed")
    folder, prefix, user = written("cmake", tmp_path / "kws", BUNDLE), tmp_path / "prefix", tmp_path / "user"
    call(["cmake", "-S", folder, "-B", folder / "build", "-DKWS_EXAMPLES=OFF"])
    call(["cmake", "--build", folder / "build"])
    call(["cmake", "--install", folder / "build", "--prefix", prefix])
    user.mkdir()
    (user / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.16)\nproject(user C)\nfind_package(kws_tiny 0.1 REQUIRED)\n"
        f"add_executable(user {folder / 'examples/spotter/main.c'})\n"
        "target_link_libraries(user PRIVATE kws_tiny::kws_tiny)\n"
    )
    call(["cmake", "-S", user, "-B", user / "build", f"-DCMAKE_PREFIX_PATH={prefix}"])
    call(["cmake", "--build", user / "build"])
    samples = sound(4)
    done = subprocess.run([user / "build/user"], input=samples.tobytes(), capture_output=True, check=True)
    assert done.stdout.decode().splitlines() == expected(samples)


def test_a_sketch_starts_pdm_anew_when_it_has_stopped_and_counts_what_is_missing(tmp_path: Path) -> None:
    folder, stand_ins = written("arduino", tmp_path / "kws", BUNDLE), STAND_INS / "arduino"
    zig("-O2", "-c", folder / "src/kws_ring.c", "-o", tmp_path / "ring.o")
    flags = ["-std=gnu++14", "-fno-exceptions", "-fno-rtti", "-Wall", "-Wextra", "-Werror"]
    includes = [f"-I{stand_ins}", f"-I{folder / 'src'}"]
    zig(*flags, *includes, "-c", STAND_INS / "pdm_stops.cpp", "-o", tmp_path / "sketch.o", language="c++")
    zig(tmp_path / "sketch.o", tmp_path / "ring.o", "-o", tmp_path / "program")
    assert call([tmp_path / "program"]).splitlines() == ["15872 0 1", "15872 2400 2"]
