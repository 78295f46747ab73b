"""Cycles of each layer of a model, measured on a board by an app that reads the cycle counter between the layers."""

from __future__ import annotations

import struct

from firmware_tools.engine.emit import emit_c
from firmware_tools.errors import ProtocolError
from firmware_tools.link.serial_link import Link
from firmware_tools.protocol.frames import Type
from firmware_tools.tflite.graph import read_tflite

APP = "layers"
#: Files of :func:`~firmware_tools.spotter.sources.spotter_sources` that the app takes over as they are.
SHARED = ("kws_app_config.h", "kws_app_config.c")


def layer_sources(tflite: bytes, spotter: dict[str, str], bundle_hash: str) -> dict[str, str]:
    """Generated files of the layers app, from those of the spotter app of the same model.

    Raises:
        ModelError: the model cannot be read or lowered.
    """
    model = emit_c(read_tflite(tflite), header=f"bundle {bundle_hash}", steps=True)
    return {**model, **{name: spotter[name] for name in SHARED}}


def layer_cycles(link: Link) -> tuple[int, ...]:
    """Cycles of each operator of the model, in order, for one inference; its sum is that of the inference.

    Args:
        link: an open port with the layers app behind it.

    Raises:
        LinkError: the board is silent or gone.
        ProtocolError: the reply is no list of cycles.
    """
    payload = link.request(Type.LAYERS).payload
    if not payload or len(payload) % 4:
        raise ProtocolError("cycles of the layers cannot be read", payload[:16].hex(), "flash the layers app again")
    return struct.unpack(f"<{len(payload) // 4}I", payload)
