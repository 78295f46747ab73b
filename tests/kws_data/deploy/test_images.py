"""The detector's image is built once from what it is made of, and again as soon as any of that is another."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_bundle import tiny_bundle

from firmware_tools.boards.spec import load_board
from firmware_tools.errors import FirmwareError
from firmware_tools.image import build
from kws_data.deploy import images
from kws_data.deploy.images import KEY_FILE, spotter_image, spotter_there

BOARD, BUNDLE = load_board("emulated"), tiny_bundle()


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the images that were compiled."""
    names: list[str] = []
    compile_arm = build.compile_arm

    def counted(*args: object, **settings: object) -> None:
        names.append(Path(str(settings["out_elf"])).stem)
        compile_arm(*args, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(build, "compile_arm", counted)
    return names


def test_an_image_that_is_there_is_taken_as_it_is(tmp_path: Path, compiled: list[str]) -> None:
    assert spotter_there(BOARD, BUNDLE, tmp_path) is None and not list(tmp_path.iterdir())
    built = spotter_image(BOARD, BUNDLE, tmp_path)
    assert spotter_image(BOARD, BUNDLE, tmp_path) == built == spotter_there(BOARD, BUNDLE, tmp_path)
    assert list(built.by_symbol) == list(spotter_image(BOARD, BUNDLE, tmp_path).by_symbol)
    assert compiled == ["spotter"]


def test_another_board_or_bundle_or_firmware_is_another_image(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = spotter_image(BOARD, BUNDLE, tmp_path)
    threshold = spotter_image(BOARD, replace(BUNDLE, threshold_int8=7), tmp_path)
    clock = spotter_image(replace(BOARD, clock_hz=32_000_000), replace(BUNDLE, threshold_int8=7), tmp_path)
    assert len({first.sha256, threshold.sha256, clock.sha256}) == 3 and len(compiled) == 3
    assert spotter_image(BOARD, BUNDLE, tmp_path).sha256 == first.sha256 and len(compiled) == 4
    copy = tmp_path / "copy"
    monkeypatch.setattr(images, "FIRMWARE_DIR", Path(shutil.copytree(images.FIRMWARE_DIR, copy)))
    assert spotter_there(BOARD, BUNDLE, tmp_path) is not None
    (copy / "libc" / "string.h").write_text("/* changed */")
    assert spotter_there(BOARD, BUNDLE, tmp_path) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "spotter.bin").write_bytes(b"cut short"),
        lambda folder: (folder / "spotter.elf").unlink(),
        lambda folder: (folder / "size.json").write_text("[]"),
        lambda folder: (folder / "size.json").write_text('{"app": "spotter"}'),
        lambda folder: (folder / KEY_FILE).write_text(""),
    ],
    ids=["binary", "elf", "no object", "fields", "key"],
)
def test_a_damaged_image_is_built_again(tmp_path: Path, compiled: list[str], damage: Callable[[Path], object]) -> None:
    built = spotter_image(BOARD, BUNDLE, tmp_path)
    damage(tmp_path)
    assert spotter_image(BOARD, BUNDLE, tmp_path) == built and compiled == ["spotter"] * 2
    assert built.bin.read_bytes() and built.elf.is_file()


def test_an_interrupted_build_leaves_no_image_to_take(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the old key would vouch for a folder with parts of two images."""
    spotter_image(BOARD, BUNDLE, tmp_path)

    def killed(*args: object, **settings: object) -> None:
        raise FirmwareError("killed")

    monkeypatch.setattr(build, "compile_arm", killed)
    with pytest.raises(FirmwareError, match="killed"):
        spotter_image(BOARD, replace(BUNDLE, threshold_int8=9), tmp_path)
    assert spotter_there(BOARD, BUNDLE, tmp_path) is None
