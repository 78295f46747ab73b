"""The frame decoder in C, for lines that are fast or many: same rules, same counters, two to three times the speed.

:class:`firmware_tools.protocol.frames.Decoder` is the reference; this one gives the same frames and counts for the
same bytes, which the tests and ``kws bench record`` check on damaged lines. :func:`new_decoder` takes it where it can
be built.
"""

from __future__ import annotations

import ctypes
import struct
from functools import cache
from pathlib import Path

from firmware_tools.errors import FirmwareError
from firmware_tools.firmware import SOURCE_DIR
from firmware_tools.protocol.frames import MAX_ENCODED, Decoder, Frame
from firmware_tools.toolchain.compile import compile_host

PIECE_BYTES = 1 << 16
_FOUND = struct.Struct("=IIII")  # kws_scan_frame: type, sequence, offset, length


class _State(ctypes.Structure):
    """``kws_scan`` of ``native/kws_wire_scan.c``."""

    _fields_ = (
        ("bad_cobs", ctypes.c_uint64),
        ("bad_crc", ctypes.c_uint64),
        ("bad_version", ctypes.c_uint64),
        ("bad_length", ctypes.c_uint64),
        ("garbage_bytes", ctypes.c_uint64),
        ("len", ctypes.c_uint32),
        ("overlong", ctypes.c_uint32),
        ("block", ctypes.c_uint8 * MAX_ENCODED),
    )


@cache
def _library() -> ctypes.CDLL:
    sources = [SOURCE_DIR / "kws_wire.c", Path(__file__).parent / "native" / "kws_wire_scan.c"]
    library = ctypes.CDLL(str(compile_host(sources, name="kws_wire_scan")))
    library.kws_scan_bytes.restype = ctypes.c_size_t
    library.kws_scan_feed.restype = ctypes.c_size_t
    library.kws_scan_feed.argtypes = (
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_void_p,
        ctypes.c_void_p,
    )
    if library.kws_scan_bytes() != ctypes.sizeof(_State):
        raise FirmwareError("frame decoder in C has another layout", library.kws_scan_bytes(), "please report this")
    library.kws_scan_prepare()
    return library


class NativeDecoder(Decoder):
    """:class:`~firmware_tools.protocol.frames.Decoder` in C.

    Raises:
        FirmwareError: there is no C compiler.
    """

    def __init__(self) -> None:
        super().__init__()
        self._scan = _library().kws_scan_feed
        self._state = _State()
        self._place = ctypes.addressof(self._state)
        self._out = ctypes.create_string_buffer(PIECE_BYTES + MAX_ENCODED)
        self._found = ctypes.create_string_buffer((PIECE_BYTES // 8 + 1) * _FOUND.size)

    def feed(self, data: bytes) -> list[Frame]:
        """Frames that ``data`` completes, in order."""
        frames: list[Frame] = []
        data = bytes(data)
        for at in range(0, len(data), PIECE_BYTES):
            self._feed(data[at : at + PIECE_BYTES], frames)
        return frames

    def _feed(self, piece: bytes, frames: list[Frame]) -> None:
        count = self._scan(self._place, piece, len(piece), self._out, self._found)
        view = memoryview(self._out)
        for kind, sequence, start, length in _FOUND.iter_unpack(memoryview(self._found)[: count * _FOUND.size]):
            frames.append(Frame(kind, sequence, bytes(view[start : start + length])))
            self._follow(sequence)
        self._count(count)

    def _count(self, found: int) -> None:
        counters, state = self.counters, self._state
        counters.frames += found
        counters.bad_cobs = state.bad_cobs
        counters.bad_crc = state.bad_crc
        counters.bad_version = state.bad_version
        counters.bad_length = state.bad_length
        counters.garbage_bytes = state.garbage_bytes


def new_decoder() -> Decoder:
    """The fastest decoder there is here: in C, or the Python one where no C compiler is installed."""
    try:
        return NativeDecoder()
    except (FirmwareError, OSError):
        return Decoder()
