"""IMA ADPCM: 16-bit samples in 4 bits each, so that 16 kHz fits a line of 115,200 baud.

The algorithm is the IMA Digital Audio Focus recommendation of 1992 (DVI4), two samples a byte, the earlier one in its
low half. The board codes with ``firmware/src/kws_adpcm.c``; the host decodes with the same C, or, without a compiler,
with the functions named ``reference_`` here: all give the same bits.

A block on the wire is ``predictor i16 │ step index u8 │ odd u8 │ codes``: it is decoded without the blocks before it,
so a lost one damages nothing else. ``odd`` is 1 when the last half byte is no sample.
"""

from __future__ import annotations

import ctypes
import struct
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import FirmwareError, ProtocolError
from firmware_tools.firmware import SOURCE_DIR
from firmware_tools.toolchain.compile import compile_host

BLOCK_HEADER = struct.Struct("<hBB")
# fmt: off
STEPS = (
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107,
    118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963,
    1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894,
    6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794,
    32767,
)
# fmt: on
INDEX_MOVES = (-1, -1, -1, -1, 2, 4, 6, 8)


@dataclass(frozen=True)
class AdpcmState:
    """Where coder and decoder stand: the last decoded sample, and the step's index (0 to 88)."""

    predictor: int = 0
    index: int = 0


def encode(samples: NDArray[np.int16], state: AdpcmState | None = None) -> tuple[bytes, AdpcmState]:
    """Codes of int16 [n] samples, ``(n + 1) // 2`` bytes, and the state after them."""
    library = _library()
    if library is None:
        return reference_encode(samples, state)
    coded, place = np.zeros((len(samples) + 1) // 2, np.uint8), _native(state)
    plain = np.ascontiguousarray(samples, np.int16)
    library.kws_adpcm_encode(ctypes.byref(place), plain.ctypes.data, len(plain), coded.ctypes.data)
    return coded.tobytes(), AdpcmState(place.predictor, place.index)


def decode(coded: bytes, count: int, state: AdpcmState | None = None) -> tuple[NDArray[np.int16], AdpcmState]:
    """int16 [count] from its codes, and the state after them.

    Raises:
        ValueError: ``coded`` has not ``(count + 1) // 2`` bytes.
    """
    if len(coded) != (count + 1) // 2:
        raise ValueError(f"{len(coded)} bytes hold not {count} samples")
    library = _library()
    if library is None:
        return reference_decode(coded, count, state)
    samples, place = np.zeros(count, np.int16), _native(state)
    library.kws_adpcm_decode(ctypes.byref(place), coded, count, samples.ctypes.data)
    return samples, AdpcmState(place.predictor, place.index)


def encode_block(samples: NDArray[np.int16], state: AdpcmState | None = None) -> tuple[bytes, AdpcmState]:
    """A block as it goes over the wire, and the state after it."""
    state = state or AdpcmState()
    coded, after = encode(samples, state)
    return BLOCK_HEADER.pack(state.predictor, state.index, len(samples) % 2) + coded, after


def decode_block(block: bytes) -> NDArray[np.int16]:
    """int16 [n] of a block from the wire.

    Raises:
        ProtocolError: no such block.
    """
    if len(block) < BLOCK_HEADER.size:
        raise ProtocolError("ADPCM block is too short", block.hex(), "flash the firmware of this kws")
    predictor, index, odd = BLOCK_HEADER.unpack_from(block)
    coded = block[BLOCK_HEADER.size :]
    if index >= len(STEPS) or odd > 1 or odd > len(coded):
        raise ProtocolError("ADPCM block cannot be read", block[:8].hex(), "flash the firmware of this kws")
    return decode(coded, 2 * len(coded) - odd, AdpcmState(predictor, index))[0]


def prepare() -> bool:
    """Build the decoder in C now rather than while samples come; False when the slow one in Python stands in."""
    return _library() is not None


# ---- the reference: the recommendation, word for word ---------------------------------------------------------------


def reference_encode(samples: NDArray[np.int16], state: AdpcmState | None = None) -> tuple[bytes, AdpcmState]:
    """:func:`encode`, in Python."""
    state = state or AdpcmState()
    predictor, index, codes = state.predictor, state.index, []
    for sample in samples.tolist():
        step, difference = STEPS[index], sample - predictor
        code, difference = (8, -difference) if difference < 0 else (0, difference)
        for bit in (4, 2, 1):
            if difference >= step:
                code |= bit
                difference -= step
            step >>= 1
        predictor, index = _follow(predictor, index, code)
        codes.append(code)
    codes += [0] * (len(codes) % 2)
    return bytes(low | high << 4 for low, high in zip(codes[::2], codes[1::2], strict=True)), AdpcmState(
        predictor, index
    )


def reference_decode(coded: bytes, count: int, state: AdpcmState | None = None) -> tuple[NDArray[np.int16], AdpcmState]:
    """:func:`decode`, in Python."""
    state = state or AdpcmState()
    predictor, index, samples = state.predictor, state.index, []
    codes = (code for byte in coded for code in (byte & 15, byte >> 4))
    for code, _ in zip(codes, range(count), strict=False):
        predictor, index = _follow(predictor, index, code)
        samples.append(predictor)
    return np.array(samples, np.int16), AdpcmState(predictor, index)


def _follow(predictor: int, index: int, code: int) -> tuple[int, int]:
    """Predictor and index after a code."""
    step = STEPS[index]
    change = step >> 3
    for bit, part in ((4, step), (2, step >> 1), (1, step >> 2)):
        if code & bit:
            change += part
    predictor += -change if code & 8 else change
    return max(-32_768, min(32_767, predictor)), max(0, min(len(STEPS) - 1, index + INDEX_MOVES[code & 7]))


# ---- the same in C -------------------------------------------------------------------------------------------------


class _State(ctypes.Structure):
    """``kws_adpcm``"""

    _fields_ = (("predictor", ctypes.c_int16), ("index", ctypes.c_uint8))


def _native(state: AdpcmState | None) -> _State:
    return _State(0, 0) if state is None else _State(state.predictor, state.index)


@cache
def _library() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(str(compile_host([SOURCE_DIR / "kws_adpcm.c"], name="kws_adpcm")))
    except (FirmwareError, OSError):
        return None
    library.kws_adpcm_encode.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)
    library.kws_adpcm_decode.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p)
    return library
