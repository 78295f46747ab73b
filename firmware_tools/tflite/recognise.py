"""What a file is that was given as a model and is no .tflite, by its first bytes: one line that says what to do."""

from __future__ import annotations

from collections.abc import Callable

from firmware_tools.errors import ModelError

TO_INT8 = "convert it with tf.lite.TFLiteConverter to full int8, or train with kws run"
DOWNLOAD = "download the file itself (on GitHub: Raw)"
UNPACK = "unpack it and give the .tflite in it"
SOURCE = "give the .tflite that it was made from"
COPY = "copy or download it again"

Rule = tuple[Callable[[bytes], bool], str, str]


def _starts(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(beginnings)


def _text(*words: bytes) -> Callable[[bytes], bool]:
    """A text that holds one of these words near its beginning, whatever stands before them."""
    return lambda data: b"\0" not in data[:64] and any(word in data[:4096].lower() for word in words)


def _is_text(data: bytes) -> bool:
    """Nothing but printable characters, tabs and line ends at the beginning."""
    return all(32 <= byte < 127 or byte in b"\t\r\n" for byte in data[:256])


def _is_onnx(data: bytes) -> bool:
    """A protobuf that starts with ``ir_version`` (field 1, 3 to 31) and then ``producer_name`` or another text."""
    return len(data) > 3 and data[0] == 8 and 3 <= data[1] < 32 and data[2] in (0x12, 0x1A, 0x22, 0x2A, 0x32, 0x3A)


def _zip_of(*names: bytes) -> Callable[[bytes], bool]:
    """A zip archive that has one of these names; they stand in clear text."""
    return lambda data: data.startswith(b"PK\x03\x04") and any(name in data for name in names)


#: In this order: does it fit, what it is, what to do.
RULES: tuple[Rule, ...] = (
    (lambda data: not data, "it is empty", COPY),
    (lambda data: not any(data), "it holds nothing but zeros", COPY),
    (_starts(b"version https://git-lfs"), "a pointer of Git LFS, not the file itself", "call git lfs pull"),
    (_text(b"<!doctype html", b"<html", b"<head"), "a web page", DOWNLOAD),
    (_starts(b"<?xml"), "an XML text", DOWNLOAD),
    (_starts(b"\x89HDF\r\n\x1a\n"), "a Keras or HDF5 file (.h5)", TO_INT8),
    (_starts(b"\x08\x01\x12"), "a TensorFlow SavedModel", TO_INT8),
    (_is_onnx, "an ONNX model", "kws reads .tflite only: " + TO_INT8),
    (_zip_of(b"model.weights.h5", b"config.json"), "a Keras file (.keras)", TO_INT8),
    (_zip_of(b"data.pkl"), "a PyTorch file", "kws reads .tflite only: " + TO_INT8),
    (_starts(b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"BZh", b"\xfd7zXZ\0", b"Rar!"), "an archive", UNPACK),
    (lambda data: data[257:262] == b"ustar", "an archive", UNPACK),
    (_starts(b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"), "a Python pickle", "kws reads .tflite only"),
    (_starts(b"\x7fELF", b"MZ", b"UF2\n"), "a program or firmware", "give the .tflite that is in it"),
    (_starts(b"\x93NUMPY"), "a numpy array", "give the .tflite"),
    (_starts(b"RIFF", b"fLaC", b"OggS", b"ID3", b"FORM"), "an audio file", "give the .tflite"),
    (_text(b"unsigned char", b"uint8_t", b"#include", b"const char"), "a model as C source", SOURCE),
    (_starts(b"{", b"["), "a JSON text", "give the .tflite that it names"),
    (
        lambda data: data[4:8] in (b"TFL1", b"TFL2"),
        "a .tflite of another version of the format",
        "convert the model again",
    ),
    (lambda data: data[4:8] == b"TFL3", "a .tflite of which little is left", COPY),
    (lambda data: b"TFL3" in data[1:4096], "a .tflite with other bytes before it", COPY),
    (_is_text, "a text", "give the .tflite"),
)


def not_a_tflite(data: bytes) -> ModelError:
    """The error for bytes that do not begin as a .tflite does: names what they are where that can be seen."""
    for fits, what, remedy in RULES:
        if fits(data):
            return ModelError(f"this is no .tflite file: {what}", None, remedy)
    return ModelError("this is no .tflite file", data[:8].hex(" "), "export the model with `kws export`")
