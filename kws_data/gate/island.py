"""The always-on island of a detector's image, its stack painted while it listens."""

from __future__ import annotations

import tempfile
from pathlib import Path

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.flashers.emulated import EmulatedFlasher
from firmware_tools.image.build import FirmwareImage, build_image
from firmware_tools.link.session import open_board
from firmware_tools.spotter.island import Island, island
from firmware_tools.spotter.stack import APP, StackDepth, stack_defines, stack_depth
from kws_data.bundle import ModelBundle
from kws_data.deploy.images import generated_sources
from kws_data.gate.measure import LatencyCycles
from kws_data.gate.stand_in import stand_in


def measure_island(board: BoardSpec, bundle: ModelBundle, image: FirmwareImage, cycles: LatencyCycles) -> Island:
    """Every byte that listening needs, from the image, the painted stack, and the sound that comes in meanwhile.

    Args:
        board: what the image is for.
        bundle: what it was built from.
        image: the detector's.
        cycles: from a window's last sample to the decision: the longest that sound has to wait.

    Raises:
        BoardError, LinkError, FirmwareError: the bundle cannot be built or run.
    """
    waiting = bundle.frontend.sample_rate_hz * cycles.total / cycles.clock_hz
    return island(image, measure_stack(board, bundle).most, waiting)


def measure_stack(board: BoardSpec, bundle: ModelBundle) -> StackDepth:
    """How deep the stack goes while the bundle listens, on an emulated core: what compilers do with it depends on that.

    Raises:
        BoardError, LinkError, FirmwareError: the bundle cannot be built or run.
    """
    like = stand_in(board)
    with tempfile.TemporaryDirectory(prefix="kws-stack-") as folder:
        image = build_image(like, APP, generated_sources(bundle), Path(folder) / "image", defines=stack_defines(like))
        EmulatedFlasher(like, Path(folder)).flash(image.bin)
        with open_board(like, None, Path(folder)) as session:
            session.require(APP, bundle.bundle_hash)
            return stack_depth(session.link)
