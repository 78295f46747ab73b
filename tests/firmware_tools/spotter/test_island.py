"""Every byte that listening needs is counted, and nothing of the serial line: on images as they are built."""

from __future__ import annotations

from pathlib import Path

import pytest
from synthetic_models import keyword_model

from firmware_tools.boards.spec import load_board
from firmware_tools.flashers.emulated import EmulatedFlasher
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.image.build import FirmwareImage, build_image
from firmware_tools.image.elf import Symbol, read_elf
from firmware_tools.link.session import open_board
from firmware_tools.spotter.island import (
    DETECTOR,
    DETECTOR_RAM,
    ENGINE_RAM,
    FRONTEND,
    FRONTEND_RAM,
    MODEL,
    OTHER,
    OTHER_RAM,
    SOUND,
    STACK,
    WEIGHTS,
    island,
    kind_of,
)
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.spotter.stack import APP, StackDepth, stack_defines, stack_depth
from firmware_tools.tflite.graph import read_tflite

BOARD, CLIP, SPEC = load_board("emulated"), 16_000, FrontendSpec()


def sources(streaming: bool) -> dict[str, str]:
    frames = SPEC.frames(CLIP)
    tflite = keyword_model(frames=frames, features=SPEC.features, channels=12, kernel=5, stride=1, valid=streaming)
    labels = [f"label{n}" for n in range(read_tflite(tflite).output.elements)]
    return spotter_sources(SPEC, tflite, labels, 0, "abc", streaming=streaming)


@pytest.fixture(scope="module", params=[False, True], ids=["windowed", "streaming"])
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FirmwareImage:
    return build_image(BOARD, "spotter", sources(request.param), tmp_path_factory.mktemp("image"))


def test_all_that_is_not_of_the_line_or_the_board_is_counted(image: FirmwareImage) -> None:
    elf = read_elf(image.elf)
    theirs = {"spotter.c", "kws_link.c", "kws_wire.c", "port.c", "startup.c", "kws_image.c"}
    left_out = sum(
        symbol.bytes
        for symbol in elf.symbols
        if symbol.section in (".rodata", ".data", ".bss") and symbol.file in theirs and symbol.name != "listener"
    )
    memory = sum(image.sections[name] for name in (".rodata", ".data", ".bss") if name in image.sections)
    found = island(image, 900, 100.2)
    assert found.bytes == memory - left_out + 900 + 4 * 101
    assert {part.name for part in found.parts}.isdisjoint({"serial_line", "hello", "vectors"})
    assert "listener" in {part.name for part in found.parts}
    assert sum(found.by_kind.values()) == found.bytes
    assert found.by_kind[STACK] == 900 and found.by_kind[SOUND] == 404
    assert list(found.parts) == sorted(found.parts, key=lambda part: (-part.bytes, part.name))


def test_kinds_hold_what_their_names_say(image: FirmwareImage) -> None:
    found = island(image, 900, 100)
    size = {part.name: part.bytes for part in found.parts}
    ram = found.by_kind[ENGINE_RAM]
    if "stream_state" in size:
        assert ram == size["stream_state"]
    else:
        assert ram >= size["window"] == SPEC.frames(CLIP) * SPEC.features
    assert found.by_kind[WEIGHTS] == sum(amount for name, amount in size.items() if name.endswith("_weights"))
    assert found.by_kind[FRONTEND] > size["kws_frontend_tables_generated"]
    assert found.by_kind[FRONTEND_RAM] >= size["frontend_work"]


@pytest.mark.parametrize(
    ("name", "file", "flash", "ram"),
    [
        ("kws_model_3_weights", "kws_model.c", WEIGHTS, ENGINE_RAM),
        ("kws_model_3_channels", "kws_model.c", MODEL, ENGINE_RAM),
        ("table_dct", "kws_frontend_tables.c", FRONTEND, FRONTEND_RAM),
        ("new_table", "kws_frontend_mel.c", FRONTEND, FRONTEND_RAM),
        ("reciprocals", "kws_kernels_softmax.c", MODEL, ENGINE_RAM),
        ("detector_sums", "kws_bundle.c", DETECTOR, DETECTOR_RAM),
        ("kws_app_labels", "", DETECTOR, DETECTOR_RAM),
        ("listener", "spotter.c", DETECTOR, DETECTOR_RAM),
        ("serial_line", "spotter.c", "", ""),
        ("kws_vectors", "", "", ""),
        ("queue", "nrf52840_pdm.c", "", ""),
        ("nobody_knows", "", OTHER, OTHER_RAM),
    ],
)
def test_an_object_is_of_the_kind_of_its_source(name: str, file: str, flash: str, ram: str) -> None:
    symbol = Symbol(name, 0, 4, ".rodata", False, file)
    assert (kind_of(symbol, ram=False), kind_of(symbol, ram=True)) == (flash, ram)


def painted(folder: Path, streaming: bool, *defines: str) -> StackDepth:
    image = build_image(BOARD, APP, sources(streaming), folder / "image", defines=(*stack_defines(BOARD), *defines))
    EmulatedFlasher(BOARD, folder).flash(image.bin)
    with open_board(BOARD, None, folder) as session:
        session.require(APP, "abc")
        depth = stack_depth(session.link)
        assert stack_depth(session.link) == depth  # measured anew, not added up
        return depth


@pytest.mark.parametrize("streaming", [False, True], ids=["windowed", "streaming"])
def test_the_stack_is_painted_in_each_step(streaming: bool, tmp_path: Path) -> None:
    depth = painted(tmp_path / "as it is", streaming)
    assert all(256 < step < BOARD.stack_bytes // 2 for step in (depth.take, depth.keep, depth.decide))
    assert depth.most == max(depth.take, depth.keep, depth.decide)
    deeper = painted(tmp_path / "deeper", streaming, "BLOCK_SAMPLES=384u")
    grown = (deeper.take - depth.take, deeper.keep - depth.keep, deeper.decide - depth.decide)
    assert all(512 <= more <= 528 for more in grown)  # 256 samples more, and how the compiler aligns them
