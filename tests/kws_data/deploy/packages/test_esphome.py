"""The ESPHome component: the host's detections, as a task and in the loop, and in a program that ESPHome generates."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from packages import STAND_INS, WARNINGS, call, chatty_bundle, sound, written, zig

from firmware_tools.spotter.stream_spec import NEVER
from kws_data.bundle import ModelBundle
from kws_data.evaluation.detector import HostDetector

BUNDLE = chatty_bundle()
PARTS = STAND_INS / "esphome"
EXAMPLES = ("esp32-s3-inmp441", "s3-box-3", "voice-pe")
WAYS = ("USE_ESP32", "USE_HOST")


def expected(samples: NDArray[np.int16], bundle: ModelBundle = BUNDLE) -> list[str]:
    """What the automations of the tests print: each keyword with its score, and a line more for the first keyword."""
    lines = []
    for one in HostDetector(bundle).detections(samples):
        lines.append(f"{bundle.labels[one.label]} {(one.score + 128) / 256:.6f}")
        lines += ["it was yes"] if one.label == 2 else []
    return lines


def with_sums(yes: int, no: int) -> ModelBundle:
    """The bundle with these thresholds on the sums of its keywords."""
    return replace(BUNDLE, stream=replace(BUNDLE.stream, sums=(NEVER, NEVER, yes, no)))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written("esphome", tmp_path_factory.mktemp("esphome") / "kws", BUNDLE)


@pytest.fixture(scope="module")
def programs(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The component with stand-ins of ESPHome's headers: one program by the task, one by the loop."""
    return compiled(package, WAYS, tmp_path_factory.mktemp("programs"))


def compiled(package: Path, ways: Sequence[str], folder: Path) -> Path:
    """The folder, with a program for each of the ways in it."""
    component, objects = package / "components/kws", folder / "c.o"
    zig(*WARNINGS, "-O2", "-nostdlib", "-r", f"-I{component}", *sorted(component.glob("*.c")), "-o", objects)
    includes = [f"-I{component}", f"-I{PARTS / 'headers'}"]
    flags = ["-std=gnu++20", "-O1", "-Wall", "-Wextra", "-Werror", *includes, "-pthread"]
    for way in ways:
        sources = [PARTS / "spotter.cpp", component / "kws.cpp", objects]
        zig(*flags, f"-D{way}=1", *sources, "-o", folder / way, language="c++")
    return folder


def heard(program: Path, samples: NDArray[np.int16], *arguments: str) -> tuple[list[str], str]:
    """Lines that a program printed, and its log."""
    done = subprocess.run([program, *arguments], input=samples.tobytes(), capture_output=True, check=True, timeout=100)
    return done.stdout.decode().splitlines(), done.stderr.decode()


@pytest.mark.parametrize("way", WAYS)
def test_it_gives_the_hosts_detections(way: str, programs: Path) -> None:
    samples = sound(12)
    want = expected(samples)
    assert len(want) > 10
    for block in ("256", "1000", "4096"):
        lines, log = heard(programs / way, samples, "hear", block)
        assert lines == [*want, "listening 1, lost 0"]
        assert "yes: from 0.03" in log and "samples lost" not in log


@pytest.mark.parametrize("way", WAYS)
def test_thresholds_of_the_settings_hold(way: str, programs: Path) -> None:
    samples = sound(12)
    average = BUNDLE.stream.average
    wanted = with_sums(127 * average, round((0.1 * 256 - 128) * average))
    want = expected(samples, wanted)
    assert want and not any(line.startswith("yes") for line in want) and want != expected(samples)
    lines, _ = heard(programs / way, samples, "threshold", "2", "1", "threshold", "3", "0.1", "hear", "512")
    assert lines[:-1] == want


@pytest.mark.parametrize("way", WAYS)
def test_it_stops_and_begins_anew(way: str, programs: Path) -> None:
    samples = sound(5)
    want = expected(samples)
    lines, _ = heard(programs / way, samples, "hear", "700", "stop", "hear", "700", "start", "hear", "700")
    assert lines == [*want, *want, "listening 1, lost 0"]
    assert heard(programs / way, samples, "stop", "hear", "700")[0] == ["listening 0, lost 0"]


@pytest.mark.parametrize("way", WAYS)
def test_samples_that_find_no_room_are_counted_and_told(way: str, programs: Path) -> None:
    lines, log = heard(programs / way, sound(1), "flood")
    assert lines[-1] == "listening 1, lost 11904" and "11904 samples lost" in log


def test_no_detection_is_dropped_while_the_loop_is_held_up(tmp_path: Path) -> None:
    bundle = replace(BUNDLE, stream=replace(BUNDLE.stream, refractory_ms=0))
    package = written("esphome", tmp_path / "kws", bundle)
    samples = sound(1.75)
    want = expected(samples, bundle)
    assert sum(not line.startswith("it was") for line in want) > 8
    lines, _ = heard(compiled(package, ["USE_ESP32"], tmp_path) / "USE_ESP32", samples, "held")
    assert lines == [*want, "listening 1, lost 0"]


def test_the_c_is_that_of_the_other_packages_and_its_headers_are_cpp(package: Path, tmp_path: Path) -> None:
    component = package / "components/kws"
    other = {
        path.name: path.read_bytes() for path in (written("cmake", tmp_path / "cmake", BUNDLE) / "src").glob("*.c")
    }
    ours = {path.name: path.read_bytes() for path in component.glob("*.c")}
    assert "kws_listener.c" in ours and "kws_link.c" not in ours
    assert ours == {name: other[name] for name in ours}
    headers = sorted(path.name for path in component.glob("kws_*.h"))
    (tmp_path / "all.cpp").write_text("".join(f'#include "{name}"\n' for name in headers))
    flags = ["-std=gnu++20", "-Wall", "-Wextra", "-Werror", f"-I{component}"]
    zig(*flags, "-c", tmp_path / "all.cpp", "-o", tmp_path / "all.o", language="c++")


@pytest.fixture(scope="module")
def esphome() -> str:
    """ESPHome's command; the test is skipped where it is not at hand."""
    places = os.pathsep.join(filter(None, [os.environ.get("KWS_TOOLS"), os.environ["PATH"]]))
    found = shutil.which("esphome", path=places)
    if found is None:
        pytest.skip("esphome is not installed (KWS_TOOLS may name a folder with it)")
    return found


@pytest.mark.parametrize("example", EXAMPLES)
def test_esphome_takes_the_examples_and_generates_their_programs(
    example: str, esphome: str, package: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(package, tmp_path / "kws")) / "examples"
    call([esphome, "config", folder / f"{example}.yaml"])
    call([esphome, "compile", "--only-generate", folder / f"{example}.yaml"])
    (main,) = folder.glob(".esphome/build/*/src/main.cpp")
    assert "kws::KeywordSpotter()" in main.read_text() and "kws::DetectionTrigger(" in main.read_text()
    copied = {path.name for path in (main.parent / "esphome/components/kws").iterdir()}
    assert copied >= {
        path.name for path in (package / "components/kws").iterdir() if path.suffix in (".c", ".cpp", ".h")
    }


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  on_detection:\n", "  on_detection:\n    keyword: maybe\n    then:\n", "Unknown value 'maybe'"),
        ("  on_detection:\n", "  on_detection:\n    keyword: yes\n    then:\n", "put the keyword in quotes"),
        ("  on_detection:\n", "  threshold: 120%\n  on_detection:\n", "at most 1"),
        ("  on_detection:\n", "  threshold: {maybe: 20%}\n  on_detection:\n", "maybe"),
        ("sample_rate: 16000", "sample_rate: 48000", "16000"),
    ],
)
def test_esphome_refuses_wrong_settings(
    old: str, new: str, told: str, esphome: str, package: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(package, tmp_path / "kws")) / "examples"
    text = (folder / "esp32-s3-inmp441.yaml").read_text()
    assert old in text
    (folder / "wrong.yaml").write_text(text.replace(old, new))
    done = subprocess.run([esphome, "config", folder / "wrong.yaml"], capture_output=True, text=True, check=False)
    assert done.returncode != 0 and told in done.stdout + done.stderr


HOST_YAML = """
esphome: {{name: kws-host}}
host:
logger: {{level: WARN}}
external_components:
  - source: {{type: local, path: {component}}}
  - source: {{type: local, path: {parts}}}
microphone:
  - {{platform: pipe_microphone, id: pipe}}
kws:
  microphone: pipe
  threshold: {{"no": 10%}}
  on_detection:
    - then:
        - lambda: 'printf("%s %.6f\\n", keyword.c_str(), score);'
    - keyword: "yes"
      then:
        - lambda: 'printf("it was yes\\n");'
"""
# ESPHome allows microphones on ESP32 only; this is what a PC needs of its audio component.
AUDIO_ON_A_PC = """

AUTO_LOAD = []
CONFIG_SCHEMA = cv.Schema({})


async def to_code(config):
    pass
"""


@pytest.mark.slow
def test_a_program_that_esphome_generates_gives_the_hosts_detections(
    esphome: str, package: Path, tmp_path: Path
) -> None:
    parts = Path(shutil.copytree(PARTS / "components", tmp_path / "parts"))
    wheel = call([Path(esphome).parent / "python", "-c", "import esphome; print(esphome.__path__[0])"]).strip()
    shutil.copytree(Path(wheel) / "components/audio", parts / "audio")
    with (parts / "audio/__init__.py").open("a") as file:
        file.write(AUDIO_ON_A_PC)
    (tmp_path / "host.yaml").write_text(HOST_YAML.format(component=package / "components", parts=parts))
    call([esphome, "compile", "--only-generate", tmp_path / "host.yaml"])
    program = built(tmp_path / ".esphome/build/kws-host/src", tmp_path)
    samples = sound(12)
    average = BUNDLE.stream.average
    want = expected(samples, with_sums(BUNDLE.streaming_int8 * average, round((0.1 * 256 - 128) * average)))
    assert len(want) > 10 and heard(program, samples)[0] == want


def built(source: Path, folder: Path) -> Path:
    """The program of a folder of sources that ESPHome made for a PC."""
    flags = ["-DESPHOME_LOG_LEVEL=ESPHOME_LOG_LEVEL_WARN", "-DUSE_HOST", f"-I{source}", "-O1"]
    files = [path for path in sorted(source.rglob("*.c*")) if not path.name.startswith("audio_")]

    def made(path: Path) -> Path:
        out = folder / f"{path.stem}-{path.parent.name}.o"
        cpp = path.suffix == ".cpp"
        own = ["-std=gnu++20", "-fno-exceptions"] if cpp else ["-std=gnu99"]
        zig(*flags, *own, "-c", path, "-o", out, language="c++" if cpp else "cc")
        return out

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(made, files))
    call([sys.executable, "-m", "ziglang", "c++", *objects, "-o", folder / "program"])
    return folder / "program"
