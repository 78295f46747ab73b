"""One frame of MPEG audio: its header, and the frame that tells how many follow (Xing, Info, VBRI).

ISO/IEC 11172-3 and 13818-3, section 2.4.1.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from mmap import mmap

_KBPS = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


@dataclass(frozen=True, slots=True)
class Frame:
    """Header of a frame.

    Attributes:
        size: bytes of the frame, header with it.
        samples: of each channel.
        kind: version, layer and rate, which all frames of a stream share.
        tag_at: where in the frame a Xing or Info tag would stand.
    """

    size: int
    samples: int
    kind: int
    tag_at: int


def frame_at(data: bytes | mmap, position: int = 0) -> Frame | None:
    """The frame that begins here; None when none does, or one of free format, whose size stands nowhere."""
    head = data[position : position + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    code, rate_code, pad = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or code in (0, 15) or rate_code == 3:
        return None
    first = version == 3
    bits = _KBPS[first, layer][code - 1] * 1_000
    rate_hz = _RATES_HZ[version][rate_code]
    if layer == 1:
        size = (12 * bits // rate_hz + pad) * 4
    else:
        size = (144 if layer == 2 or first else 72) * bits // rate_hz + pad
    samples = 384 if layer == 1 else 576 if layer == 3 and not first else 1_152
    mono = head[3] >> 6 == 3
    side_bytes = (17 if mono else 32) if first else (9 if mono else 17)
    return Frame(size, samples, head[1] & 0xFE | rate_code << 8, 4 + side_bytes)


def promised_frames(frame: bytes, tag_at: int) -> int | None:
    """Frames that follow as a frame tells: None when it is one of audio, 0 when it tells nothing of the length."""
    for at in (tag_at, tag_at + 2):  # two bytes further behind a checksum
        if frame[at : at + 4] in (b"Xing", b"Info"):
            flags, count = frame[at + 4 : at + 8], frame[at + 8 : at + 12]
            return int.from_bytes(count, "big") if len(count) == 4 and flags[3] & 1 else 0
    if frame[36:40] == b"VBRI":
        return int.from_bytes(frame[50:54], "big")
    return None


def lame_trims(frame: bytes, tag_at: int) -> int | None:
    """Samples that the encoder LAME added before and behind the sound, as its tag says; None where it made no tag.

    The tag lies behind the fields of the Xing or Info tag whose flags are set (gabriel.mp3-tech.org/mp3infotag.html).
    """
    for at in (tag_at, tag_at + 2):
        if frame[at : at + 4] not in (b"Xing", b"Info") or len(frame) < at + 8:
            continue
        flags = frame[at + 7]
        lame = at + 8 + sum(size for bit, size in ((1, 4), (2, 4), (4, 100), (8, 4)) if flags & bit)
        if frame[lame : lame + 4] == b"LAME" and len(frame) >= lame + 24:
            both = int.from_bytes(frame[lame + 21 : lame + 24], "big")
            return (both >> 12) + (both & 0xFFF)
    return None
