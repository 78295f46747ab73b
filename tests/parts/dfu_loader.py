"""Adafruit's serial DFU boot loader on a pseudo-terminal: checks every packet that adafruit-nrfutil sends.

A packet is SLIP (C0 … C0, with DB DC for C0 and DB DD for DB) around a header of four bytes (sequence and type bits,
length, sum of the header is 0), data, and CRC-16 (CCITT, start FFFF) over both, little endian.
"""

from __future__ import annotations

import binascii

from fake_flashing import LoaderLine, hello_of

from firmware_tools.protocol.frames import Decoder, Frame, Type, encode

_INIT, _START, _DATA, _STOP = 1, 3, 4, 5


class DfuLoader(LoaderLine):
    """Takes an application and runs it: then it answers HELLO. ``image`` is what came, ``wrong`` what broke the rules.

    Args:
        bytes_: of the image; the tool sends whole words.
    """

    def __init__(self, bytes_: int) -> None:
        super().__init__()
        self._bytes = bytes_
        self._decoder = Decoder()
        self.image = b""
        self._size = -1
        self._kinds: list[int] = []

    def arrived(self) -> None:
        if self._kinds[-1:] == [_STOP]:
            for command in self._decoder.feed(self.buffer):
                head = bytes([command.type]) + command.sequence.to_bytes(2, "little")
                self.send(encode(Frame(Type.REPLY_HELLO, 0, head + hello_of(self.image[: self._bytes]))))
            self.buffer = b""
        while (end := self.buffer.find(b"\xc0", 1)) > 0 and self.buffer[:1] == b"\xc0":
            packet, self.buffer = self.buffer[1:end], self.buffer[end + 1 :]
            self._take(packet.replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb"))

    def _take(self, packet: bytes) -> None:
        header, data, crc = packet[:4], packet[4:-2], int.from_bytes(packet[-2:], "little")
        length = header[1] >> 4 | header[2] << 4
        if sum(header) & 0xFF or length != len(data) or header[1] & 15 != 14:
            self.wrong.append(f"header {header.hex()} for {len(data)} bytes")
        if crc != binascii.crc_hqx(packet[:-2], 0xFFFF):
            self.wrong.append(f"CRC-16 {crc:04x}")
        if header[0] & 7 != (len(self._kinds) + 1) % 8:
            self.wrong.append(f"sequence {header[0] & 7} after {len(self._kinds)} packets")
        self._note(int.from_bytes(data[:4], "little"), data[4:])
        acknowledged = (header[0] + 1 & 7) << 3
        self.send(bytes([0xC0, acknowledged, 0, 0, -acknowledged & 0xFF, 0xC0]))

    def _note(self, kind: int, body: bytes) -> None:
        before = self._kinds[-1:] or [0]
        if before[0] not in {_START: (0,), _INIT: (_START,), _DATA: (_INIT, _DATA), _STOP: (_DATA,)}.get(kind, ()):
            self.wrong.append(f"packet {kind} after {before[0]}")
        if kind == _START:
            mode, *sizes = (int.from_bytes(body[n : n + 4], "little") for n in range(0, 16, 4))
            self._size = sizes[2]
            if (mode, sizes[:2]) != (4, [0, 0]):
                self.wrong.append(f"mode {mode}, sizes {sizes}: no application alone")
        elif kind == _INIT and int.from_bytes(body[10:12], "little") != 0x0123:
            self.wrong.append(f"init packet {body.hex()} for another SoftDevice")
        elif kind == _DATA:
            self.image += body
        elif kind == _STOP and len(self.image) != self._size:
            self.wrong.append(f"{len(self.image)} of {self._size} bytes")
        self._kinds.append(kind)
