"""The firmware's wire code, compiled for the host, behind the same two verbs as ``firmware_tools.protocol.frames``."""

from __future__ import annotations

import ctypes
from functools import cache

from firmware_tools.firmware import SOURCE_DIR
from firmware_tools.protocol.frames import MAX_FRAME, Frame
from firmware_tools.toolchain import compile as toolchain

SINK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint8), ctypes.c_size_t)


class _Rx(ctypes.Structure):
    _fields_ = (
        ("bytes", ctypes.c_void_p),
        ("capacity", ctypes.c_size_t),
        ("len", ctypes.c_size_t),
        ("left", ctypes.c_uint8),
        ("zero", ctypes.c_uint8),
        ("broken", ctypes.c_uint8),
        ("errors", ctypes.c_uint32),
    )


class _Frame(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("payload", ctypes.c_void_p),
        ("len", ctypes.c_size_t),
    )


class _Tx(ctypes.Structure):
    _fields_ = (
        ("bytes", ctypes.c_void_p),
        ("capacity", ctypes.c_size_t),
        ("len", ctypes.c_size_t),
        ("full", ctypes.c_uint8),
    )


@cache
def library() -> ctypes.CDLL:
    loaded = ctypes.CDLL(str(toolchain.compile_host([SOURCE_DIR / "kws_wire.c"], name="kws_wire")))
    loaded.kws_crc32.restype = ctypes.c_uint32
    loaded.kws_crc32.argtypes = (ctypes.c_uint32, ctypes.c_char_p, ctypes.c_size_t)
    loaded.kws_wire_rx_init.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
    loaded.kws_wire_push.argtypes = (ctypes.c_void_p, ctypes.c_uint8, ctypes.c_void_p)
    return loaded


def encode(frame: Frame, capacity: int = MAX_FRAME) -> bytes | int:
    """Bytes that the board would send, or its error code."""
    buffer, tx, sent = (ctypes.c_uint8 * capacity)(), _Tx(), bytearray()

    @SINK
    def sink(_context: int, data: ctypes.Array[ctypes.c_uint8], length: int) -> None:
        sent.extend(data[:length])

    lib = library()
    lib.kws_wire_begin(ctypes.byref(tx), buffer, ctypes.c_size_t(capacity), frame.type, frame.sequence)
    lib.kws_wire_put_bytes(ctypes.byref(tx), frame.payload, ctypes.c_size_t(len(frame.payload)))
    error: int = lib.kws_wire_send(ctypes.byref(tx), sink, None)
    return error or bytes(sent)


class Decoder:
    """The board's receiver."""

    def __init__(self, capacity: int = MAX_FRAME) -> None:
        self._buffer = (ctypes.c_uint8 * capacity)()
        self._rx = _Rx()
        library().kws_wire_rx_init(ctypes.byref(self._rx), self._buffer, capacity)

    @property
    def errors(self) -> int:
        return int(self._rx.errors)

    def feed(self, data: bytes) -> list[Frame]:
        frames, found = [], _Frame()
        push, rx, out = library().kws_wire_push, ctypes.byref(self._rx), ctypes.byref(found)
        for byte in data:
            if push(rx, byte, out) == 1:
                frames.append(Frame(found.type, found.sequence, ctypes.string_at(found.payload, found.len)))
        return frames
