"""The two firmware images of a board, built from a bundle or from nothing, and written to it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from firmware_tools.atomic import write_text
from firmware_tools.boards.spec import BoardSpec
from firmware_tools.flashers.find import flasher_for
from firmware_tools.flashers.flasher import FlashReport
from firmware_tools.image.build import FirmwareImage, build_image
from firmware_tools.link.session import BoardSession, open_board
from firmware_tools.spotter.sources import spotter_sources
from kws_data.bundle import ModelBundle


def spotter_image(board: BoardSpec, bundle: ModelBundle, out_dir: Path) -> FirmwareImage:
    """Build the detector's image for a board; every generated file is headed with the bundle's hash.

    Raises:
        FirmwareError, ModelError, FrontendError: the bundle does not fit the board.
    """
    return build_image(board, "spotter", generated_sources(bundle), out_dir)


def spotter_session(
    board: BoardSpec, bundle: ModelBundle, folder: Path, port: str | None = None
) -> AbstractContextManager[BoardSession]:
    """A board that runs this bundle. Without a port, an emulated one with a flash of its own in ``folder``."""
    if port is None and board.emulated:
        image = spotter_image(board, bundle, folder / "image")
        flasher_for(board, state_dir=folder).flash(image.bin)
        return open_board(board, None, folder)
    return open_board(board, port)


def generated_sources(bundle: ModelBundle) -> dict[str, str]:
    """The generated C of a bundle, file name to text: model, front-end tables, labels and thresholds."""
    return spotter_sources(
        bundle.frontend,
        bundle.tflite,
        bundle.labels,
        bundle.threshold_int8,
        bundle.bundle_hash,
        clip_samples=bundle.clip_samples,
        stream_threshold_int8=bundle.streaming_int8,
    )


def write_sources(bundle: ModelBundle, folder: Path) -> None:
    """Write the generated C of a bundle, for any firmware to compile."""
    for name, text in generated_sources(bundle).items():
        write_text(folder / name, text)


def flash_spotter(board: BoardSpec, bundle: ModelBundle, folder: Path) -> FlashReport:
    """Build the detector's image in ``folder``, write it to the board and read it back.

    Raises:
        FirmwareError: the compiler refuses, or the image does not fit.
        BoardError: the board cannot be reached.
    """
    image = spotter_image(board, bundle, folder)
    return flasher_for(board).flash(image.bin)
