"""Every byte that the streaming detector of a built-in shape needs while it listens."""

from __future__ import annotations

import tempfile
from pathlib import Path

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.spotter.island import Island
from kws_data.bundle import ModelBundle
from kws_data.deploy.images import spotter_image
from kws_data.gate.island import measure_island
from kws_data.gate.measure import measure_latency


def listening_island(board: BoardSpec, bundle: ModelBundle) -> Island:
    """The island of a bundle on an emulated board; an image is built for it.

    Raises:
        BoardError, LinkError, FirmwareError, ModelError: the bundle cannot be built, or the board cannot run it.
    """
    with tempfile.TemporaryDirectory(prefix="kws-island-") as folder:
        image = spotter_image(board, bundle, Path(folder))
        return measure_island(board, bundle, image, measure_latency(board, bundle, image))
