"""Cycles of each layer of a model, measured on a board by an app that reads the cycle counter between the layers."""

from __future__ import annotations

import struct

from firmware_tools.engine.emit import emit_c
from firmware_tools.engine.streaming.emit import emit_stream_c
from firmware_tools.errors import ProtocolError
from firmware_tools.link.serial_link import Link
from firmware_tools.protocol.frames import Type
from firmware_tools.tflite.graph import read_tflite

APP = "layers"
#: Files of :func:`~firmware_tools.spotter.sources.spotter_sources` that the app takes over as they are.
SHARED = ("kws_app_config.h", "kws_app_config.c")


def layer_sources(tflite: bytes, spotter: dict[str, str], bundle_hash: str, streaming: bool = False) -> dict[str, str]:
    """Generated files of the layers app, from those of the spotter app of the same model.

    Raises:
        ModelError: the model cannot be read or lowered.
    """
    graph, header = read_tflite(tflite), f"bundle {bundle_hash}"
    emit = emit_stream_c if streaming else emit_c
    model = emit(graph, header=header, steps=True)
    return {**model, **{name: spotter[name] for name in SHARED}}


def layer_cycles(link: Link, frames: int = 1) -> tuple[int, ...]:
    """Cycles of each operator of the model, in order, for one inference; its sum is that of the inference.

    Args:
        link: an open port with the layers app behind it.
        frames: of a streaming model, so many of the last frames of a window are counted, and its scores.

    Raises:
        LinkError: the board is silent or gone.
        ProtocolError: the reply is no list of cycles.
    """
    payload = link.request(Type.LAYERS, frames.to_bytes(2, "little")).payload
    if not payload or len(payload) % 4:
        raise ProtocolError("cycles of the layers cannot be read", payload[:16].hex(), "flash the layers app again")
    return struct.unpack(f"<{len(payload) // 4}I", payload)
