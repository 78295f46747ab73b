"""A package of a bundle that streams: its C for every core, and its examples with the scores of the host's windows."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from packages import WARNINGS, chatty_bundle, sound, written, zig
from synthetic_models import keyword_model

from firmware_tools.firmware import FIRMWARE_DIR
from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.toolchain.cores import CORE_FLAGS
from kws_data.bundle import ModelBundle, model_hash
from kws_data.evaluation.detector import HostDetector


def streaming_bundle() -> ModelBundle:
    """It strides, and detects something whenever it may."""
    plain = chatty_bundle()
    spec, labels = plain.frontend, len(plain.labels)
    shape = {"frames": spec.frames(plain.clip_samples), "features": spec.features, "labels": labels}
    tflite = keyword_model(**shape, channels=8, blocks=2, kernel=5, stride=2, valid=True)
    stream = StreamSpec(stride_frames=4, refractory_ms=100)
    return replace(plain, tflite=tflite, model_sha256=model_hash(tflite), engine="streaming", stream=stream)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written("cmake", tmp_path_factory.mktemp("streaming") / "kws", streaming_bundle())


@pytest.mark.parametrize("core", sorted(CORE_FLAGS))
def test_for_every_core(core: str, folder: Path, tmp_path: Path) -> None:
    includes = [f"-I{folder / name}" for name in ("include", "src")] + [f"-I{FIRMWARE_DIR / 'libc'}"]
    flags = [*CORE_FLAGS[core], *WARNINGS, "-ffreestanding", "-O2", "-nostdlib", "-r", *includes]
    zig(*flags, *sorted((folder / "src").glob("*.c")), "-o", tmp_path / "all.o")
    names = (tmp_path / "all.o").read_bytes()
    assert b"kws_model_push" in names and b"kws_model_invoke" not in names


@pytest.mark.parametrize("kind", ["arduino", "esp-idf", "zephyr"])
def test_every_framework_has_the_same_c(kind: str, folder: Path, tmp_path: Path) -> None:
    other = written(kind, tmp_path / kind, streaming_bundle())
    model = (folder / "src" / "kws_model.c").read_text()
    assert "kws_stream_add(" in model and (other / "src" / "kws_model.c").read_text() == model


def test_the_spotter_prints_the_detections_of_windows(folder: Path, tmp_path: Path) -> None:
    samples = sound(12)
    includes = [f"-I{folder / name}" for name in ("include", "src", "port")]
    flags = ["-std=gnu99", "-O2", "-ffunction-sections", "-Wl,--gc-sections", *includes]
    program = tmp_path / "spotter"
    zig(*flags, *sorted((folder / "src").glob("*.c")), folder / "examples/spotter/main.c", "-o", program)
    printed = subprocess.run([program], input=samples.tobytes(), capture_output=True, check=True).stdout.decode()
    bundle = streaming_bundle()
    for engine in ("streaming", "windowed"):
        found = HostDetector(replace(bundle, engine=engine)).detections(samples)
        want = [f"{bundle.labels[one.label]} {one.score} {one.sample}" for one in found]
        assert len(want) > 5 and printed.splitlines() == want
