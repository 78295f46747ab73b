"""The detector's firmware image, built once from a bundle and then taken from its folder; a board that runs it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from firmware_tools.atomic import write_text
from firmware_tools.boards.spec import BoardSpec
from firmware_tools.firmware import FIRMWARE_DIR
from firmware_tools.flashers.emulated import EmulatedFlasher
from firmware_tools.image.build import FirmwareImage, build_image
from firmware_tools.link.session import BoardSession, open_board
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.toolchain.compile import compiler_version
from kws_data.bundle import Engine, ModelBundle
from kws_data.run_folder import SIZE_FILE
from kws_data.system.code_version import code_hash

APP, KEY_FILE = "spotter", "spotter.key"


def spotter_image(board: BoardSpec, bundle: ModelBundle, folder: Path) -> FirmwareImage:
    """The detector's image for a board: the one in ``folder`` when it was made of the same, else built there.

    Every generated file is headed with the bundle's hash.

    Raises:
        FirmwareError, ModelError, FrontendError: the bundle does not fit the board.
    """
    sources = generated_sources(bundle)
    key = _key(board, sources)
    image = _image_there(folder, key)
    if image is None:
        (folder / KEY_FILE).unlink(missing_ok=True)
        image = build_image(board, APP, sources, folder)
        write_text(folder / KEY_FILE, key + "\n")
    return image


def spotter_there(board: BoardSpec, bundle: ModelBundle, folder: Path) -> FirmwareImage | None:
    """The image in ``folder`` when it is that of this board and bundle; nothing is written."""
    return _image_there(folder, _key(board, generated_sources(bundle)))


def _key(board: BoardSpec, sources: Mapping[str, str]) -> str:
    """Hash of all that an image is made of: board, generated C, the firmware, the code that builds it, the compiler."""
    files = sorted(path for path in FIRMWARE_DIR.rglob("*") if path.suffix in (".c", ".h", ".ld", ".S"))
    firmware = {str(path.relative_to(FIRMWARE_DIR)): path.read_text(encoding="utf-8") for path in files}
    parts = [repr(board), dict(sources), firmware, code_hash(build_image), compiler_version()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _image_there(folder: Path, key: str) -> FirmwareImage | None:
    """The image in a folder when it was built with this key and its binary is whole."""
    elf, binary = folder / f"{APP}.elf", folder / f"{APP}.bin"
    try:
        size = json.loads((folder / SIZE_FILE).read_text(encoding="utf-8"))
        image = FirmwareImage(**size, elf=elf, bin=binary)
        same = (folder / KEY_FILE).read_text(encoding="utf-8").strip() == key
        whole = hashlib.sha256(binary.read_bytes()).hexdigest() == image.sha256 and elf.is_file()
    except (OSError, ValueError, TypeError):
        return None
    return image if same and whole else None


def image_session(
    board: BoardSpec, image: FirmwareImage, folder: Path, port: str | None = None
) -> AbstractContextManager[BoardSession]:
    """A board to run this image on. Without a port, an emulated one with a flash of its own in ``folder``; what a
    board on a port runs is what it was flashed with."""
    if port is None and board.emulator:
        EmulatedFlasher(board, folder).flash(image.bin)
        return open_board(board, None, folder)
    return open_board(board, port)


def spotter_session(
    board: BoardSpec, bundle: ModelBundle, folder: Path, port: str | None = None
) -> AbstractContextManager[BoardSession]:
    """A board that runs this bundle: an emulated one is given its image, built in ``folder``."""
    if port is None and board.emulator:
        return image_session(board, spotter_image(board, bundle, folder / "image"), folder)
    return open_board(board, port)


def generated_sources(bundle: ModelBundle, engine: Engine | None = None) -> dict[str, str]:
    """The generated C of a bundle, file name to text: model, front-end tables, labels and thresholds.

    The model is for the bundle's own engine, or for ``engine`` where an app needs that.
    """
    return spotter_sources(
        bundle.frontend,
        bundle.tflite,
        bundle.labels,
        bundle.threshold_int8,
        bundle.bundle_hash,
        clip_samples=bundle.clip_samples,
        stream=bundle.stream,
        stream_threshold_int8=bundle.streaming_int8,
        streaming=(engine or bundle.engine) == "streaming",
    )


def write_sources(bundle: ModelBundle, folder: Path) -> None:
    """Write the generated C of a bundle, for any firmware to compile."""
    for name, text in generated_sources(bundle).items():
        write_text(folder / name, text)
