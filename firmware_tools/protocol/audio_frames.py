"""What a recording board sends and is told, as bytes: see ``firmware/PROTOCOL.md``."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ProtocolError
from firmware_tools.protocol import adpcm

RECORD = struct.Struct("<IBBH")  # samples (0 = until STOP), codec, source, take
AUDIO = struct.Struct("<HBBQQI")  # take, codec, flags, first sample, board time us, lost; then the samples as coded
END = struct.Struct("<HQIQII")  # take, position, lost, board time us, busy cycles, AUDIO frames sent
MAX_SAMPLES = (1 << 32) - 1

_BITS_A_BYTE = 10  # 8N1
_MARGIN = 1.15  # for replies, heart-beats and a board whose clock is not the host's
_FRAME_BYTES = 7 + 2 + 3  # header, sequence and CRC; two delimiters; COBS
_REMEDY = "flash the firmware of this kws"


class Codec(IntEnum):
    """How samples travel."""

    PCM16 = 0
    ADPCM = 1


class Source(IntEnum):
    """Where a board's samples come from: its microphone, or itself."""

    MICROPHONE = 0
    RAMP = 1
    TONE = 2


BLOCK_SAMPLES = {Codec.PCM16: 256, Codec.ADPCM: 512}


@dataclass(frozen=True)
class AudioFrame:
    """One AUDIO frame: ``samples`` int16 [n] from ``first_sample`` of take ``take`` on, free of gaps.

    ``board_us`` is the board's time when the last of them was fetched, ``lost`` what its microphone lost since the
    take began.
    """

    take: int
    codec: Codec
    first_sample: int
    board_us: int
    lost: int
    samples: NDArray[np.int16]


@dataclass(frozen=True)
class EndFrame:
    """The END of a take: ``position`` samples, with ``lost`` of them lost by the microphone."""

    take: int
    position: int
    lost: int
    board_us: int
    busy_cycles: int
    frames: int


def record_order(samples: int, codec: Codec, source: Source, take: int) -> bytes:
    """Payload of RECORD; raises ValueError when a number is out of range."""
    if not 0 <= samples <= MAX_SAMPLES or not 0 < take < 1 << 16:
        raise ValueError(f"cannot record {samples} samples as take {take}")
    return RECORD.pack(samples, codec, source, take)


def parse_audio(payload: bytes) -> AudioFrame:
    """An AUDIO frame; raises ProtocolError when it cannot be read."""
    if len(payload) < AUDIO.size:
        raise ProtocolError("audio frame is too short", payload.hex(), _REMEDY)
    take, codec, _, first, board_us, lost = AUDIO.unpack_from(payload)
    coded = payload[AUDIO.size :]
    if codec == Codec.ADPCM:
        samples = adpcm.decode_block(coded)
    elif codec == Codec.PCM16 and len(coded) % 2 == 0:
        samples = np.frombuffer(coded, "<i2").astype(np.int16)
    else:
        raise ProtocolError("audio frame cannot be read", payload[:24].hex(), _REMEDY)
    return AudioFrame(take, Codec(codec), first, board_us, lost, samples)


def parse_end(payload: bytes) -> EndFrame:
    """An END frame; raises ProtocolError when it cannot be read."""
    if len(payload) != END.size:
        raise ProtocolError("end frame cannot be read", payload.hex(), _REMEDY)
    return EndFrame(*END.unpack(payload))


def line_bytes_per_s(codec: Codec, sample_rate_hz: int) -> float:
    """Bytes a second that a recording board sends."""
    samples = BLOCK_SAMPLES[codec]
    coded = 2 * samples if codec == Codec.PCM16 else adpcm.BLOCK_HEADER.size + samples // 2
    return (_FRAME_BYTES + AUDIO.size + coded) * sample_rate_hz / samples


def choose_codec(wanted: str | Codec, sample_rate_hz: int, baud: int, offered: tuple[Codec, ...]) -> Codec:
    """The codec to record with: PCM16 where the line carries it with a margin, otherwise ADPCM.

    Args:
        wanted: ``"auto"``, or a codec or its name, which is then taken as it is.
        sample_rate_hz: of the board.
        baud: of the line; 0 when no rate limits it.
        offered: what the board can do.

    Raises:
        ProtocolError: the board does not offer the codec that is wanted.
        ValueError: there is no such codec.
    """
    if wanted == "auto":
        needed = line_bytes_per_s(Codec.PCM16, sample_rate_hz) * _MARGIN
        fits = baud == 0 or needed <= baud / _BITS_A_BYTE
        return Codec.PCM16 if fits or Codec.ADPCM not in offered else Codec.ADPCM
    if isinstance(wanted, str) and wanted.upper() not in Codec.__members__:
        raise ValueError(f"no codec {wanted!r}: use auto, pcm16 or adpcm")
    codec = Codec[wanted.upper()] if isinstance(wanted, str) else Codec(wanted)
    if codec not in offered:
        raise ProtocolError("board has not this codec", codec.name.lower(), "flash the recorder app of this kws")
    return codec
