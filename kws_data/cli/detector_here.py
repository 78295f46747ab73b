"""A bundle that runs: on this machine, or on a board."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kws_data.cli.board_port import port_here

if TYPE_CHECKING:
    from kws_data.bundle import ModelBundle
    from kws_data.evaluation.detector import Detector


@contextmanager
def detector_here(bundle: ModelBundle, engine: str, board: str, port: str | None) -> Iterator[Detector]:
    """This machine, or a board that runs this bundle: the emulated one is given it, a real one must have it."""
    if engine == "host":
        from kws_data.evaluation.detector import HostDetector

        yield HostDetector(bundle)
        return
    from firmware_tools.boards.spec import load_board
    from kws_data.deploy.images import spotter_session
    from kws_data.evaluation.on_board import BoardDetector

    with (
        tempfile.TemporaryDirectory(prefix="kws-evaluate-") as folder,
        spotter_session(load_board(board), bundle, Path(folder), port_here(board, port)) as session,
    ):
        yield BoardDetector(session, bundle)
