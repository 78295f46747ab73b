"""firmware/PROTOCOL.md against the code: its example bytes, its Python, its numbers of frames and codes."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.boards.spec import load_board
from firmware_tools.emulator.board import EmulatedBoard
from firmware_tools.firmware import FIRMWARE_DIR
from firmware_tools.link import serial_link
from firmware_tools.protocol.audio_frames import AUDIO, END, Codec, Source, parse_audio, record_order
from firmware_tools.protocol.frames import MAX_PAYLOAD, BoardCode, Decoder, Frame, Type, encode
from firmware_tools.protocol.replies import ACK, HELLO, NAK, PROTOCOL, STATUS
from firmware_tools.recorder import capture
from firmware_tools.recorder.flash import flash_recorder
from firmware_tools.recorder.selftest import TONE

TEXT = (FIRMWARE_DIR / "PROTOCOL.md").read_text(encoding="utf-8")
EXAMPLES = {
    match[1]: bytes.fromhex(match[2])
    for match in re.finditer(r"^\| ([A-Z]+), seq[^|]*\| `([0-9a-f ]+)` \|$", TEXT, re.M)
}
SAMPLES = np.array([0, 1, -1, 300], "<i2")
FRAMES = {
    "HELLO": Frame(Type.HELLO, 0),
    "RECORD": Frame(Type.RECORD, 7, record_order(16_000, Codec.PCM16, Source.MICROPHONE, 258)),
    "ACK": Frame(Type.REPLY_ACK, 3, ACK.pack(Type.RECORD, 7, 16_000)),
    "NAK": Frame(Type.REPLY_NAK, 4, NAK.pack(Type.RECORD, 8, BoardCode.BUSY, 258)),
    "AUDIO": Frame(Type.EVENT_AUDIO, 5, AUDIO.pack(258, 0, 0, 0, 16_000, 0) + SAMPLES.tobytes()),
    "END": Frame(Type.EVENT_END, 6, END.pack(258, 16_000, 0, 1_000_000, 1_234, 63)),
}


def documents_frame() -> Callable[..., bytes]:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    names: dict[str, Any] = {"zlib": zlib}
    exec(code, names)  # the reader is told to
    found: Callable[..., bytes] = names["frame"]
    return found


def test_example_bytes_are_what_the_code_sends_and_reads() -> None:
    assert EXAMPLES.keys() == FRAMES.keys()
    for name, data in EXAMPLES.items():
        assert data == encode(FRAMES[name]), name
        assert Decoder().feed(data) == [FRAMES[name]]
    audio = parse_audio(FRAMES["AUDIO"].payload)
    assert audio.samples.tolist() == SAMPLES.tolist() and (audio.take, audio.board_us) == (258, 16_000)


@given(kind=st.integers(0, 63), sequence=st.integers(0, 0xFFFF), payload=st.binary(max_size=MAX_PAYLOAD))
def test_the_python_of_the_document_makes_the_codes_frames(kind: int, sequence: int, payload: bytes) -> None:
    assert Decoder().feed(documents_frame()(kind, sequence, payload)) == [Frame(kind, sequence, payload)]


@pytest.mark.parametrize("length", [0, 246, 247, 248, 500, 501, 502, MAX_PAYLOAD])
def test_payloads_without_a_zero_are_cut_at_254_bytes(length: int) -> None:
    frame = Frame(Type.EVENT_AUDIO, 0x0101, b"\x07" * length)
    assert Decoder().feed(documents_frame()(frame.type, frame.sequence, frame.payload)) == [frame]


def test_every_frame_type_stands_in_it_by_number_and_name() -> None:
    for kind in Type:
        name = kind.name.removeprefix("REPLY_").removeprefix("EVENT_")
        assert f"{kind.value:02X} {name}" in TEXT, kind
    assert len(re.findall(r"^\| [0-9A-F]{2} [A-Z_]+ \|", TEXT, re.M)) == sum(kind < Type.REPLY_HELLO for kind in Type)


def test_every_reason_of_a_nak_stands_in_it() -> None:
    said = {BoardCode.ARG: "argument", BoardCode.COMMAND: "unknown command", BoardCode.LOST: "samples lost"}
    for code in BoardCode:
        assert f"−{-code.value} {said.get(code, code.name.lower())}" in " ".join(TEXT.split())


SIZES = {"u8": 1, "i8": 1, "u16": 2, "i16": 2, "u32": 4, "u64": 8}


@pytest.mark.parametrize(
    ("begins", "ends", "bytes_in_all"),
    [
        ("- 20 HELLO:", "; then texts", HELLO.size),
        ("board time µs u64", ". Off after reset", STATUS.size),
        ("30 AUDIO: take", ", samples.", AUDIO.size),
        ("31 END: take", "sent u32.", END.size),
    ],
)
def test_fields_add_up_to_what_the_code_packs(begins: str, ends: str, bytes_in_all: int) -> None:
    fields = TEXT[TEXT.index(begins) :]
    fields = fields[: fields.index(ends) + len(ends)]
    found = re.findall(r"\b([ui](?:8|16|32|64))\b", fields)
    assert sum(SIZES[field] for field in found) == bytes_in_all


def test_its_constants_are_the_codes() -> None:
    assert f"version {PROTOCOL}" in TEXT.splitlines()[0] and "1,040" in TEXT and MAX_PAYLOAD == 1_040
    assert zlib.crc32(b"123456789") == 0xCBF43926
    assert " ".join(map(str, TONE[:8])) in TEXT


def test_its_times_are_the_hosts() -> None:
    text = " ".join(TEXT.split())
    assert f"waits {capture.COMMAND_TIMEOUT_S} s for the answers of a recording" in text
    assert f"HELLO, {serial_link.ANSWER_TIMEOUT_S:g} s for all others" in text
    assert f"RECORD up to {capture.START_RETRIES + 1} times, others up to {serial_link.RETRIES + 1}" in text
    assert f"Nothing for {capture.QUIET_S} s: STATUS" in text
    assert f"Silent for {capture.GIVE_UP_S:g} s: an error, and so are {capture.GIVE_UP_S / 3:g} s" in text
    assert f"heart-beat every {capture.BEAT_MS} ms" in text


def test_a_board_understands_the_bytes_of_the_document(tmp_path: Any) -> None:
    """HELLO and RECORD, as they are printed, written to the port of the emulated board."""
    board = load_board("emulated")
    flash_recorder(board, tmp_path)
    with EmulatedBoard(board, tmp_path) as emulated:
        port = os.open(emulated.port, os.O_RDWR | os.O_NOCTTY)
        try:
            emulated.play(np.arange(16_000, dtype=np.int16))
            os.write(port, EXAMPLES["HELLO"] + EXAMPLES["RECORD"])
            decoder, heard = Decoder(), list[Frame]()
            while not heard or heard[-1].type != Type.EVENT_END:
                heard += decoder.feed(os.read(port, 4_096))
        finally:
            os.close(port)
    assert [frame.type for frame in heard[:2]] == [Type.REPLY_HELLO, Type.REPLY_ACK]
    audio = [parse_audio(frame.payload) for frame in heard if frame.type == Type.EVENT_AUDIO]
    assert len(audio) == 63 and np.concatenate([one.samples for one in audio]).tolist() == list(range(16_000))
