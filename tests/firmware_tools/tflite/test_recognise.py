"""Files of other kinds given as a model: each is named, with what to do."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from synthetic_models import keyword_model

from firmware_tools.errors import ModelError
from firmware_tools.tflite.graph import read_tflite

SMALL = keyword_model(frames=9, features=4, channels=4, blocks=1, kernel=3, labels=3)


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 40)
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("model.tflite"))
    return file.getvalue()


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
ARRAY = b"// made by xxd\nunsigned char model_tflite[] = {\n  0x1c, 0x00"
CASES = {
    "empty": (b"", "empty.*copy"),
    "zeros": (bytes(500), "zeros.*copy"),
    "git lfs": (LFS, "Git LFS.*git lfs pull"),
    "web page": (b"\n<!DOCTYPE html>\n<html><head>", "web page.*Raw"),
    "web page, other case": (b"<HTML>" + b" " * 80, "web page"),
    "h5": (b"\x89HDF\r\n\x1a\n" + bytes(80), r"\.h5.*TFLiteConverter"),
    "saved model": (b"\x08\x01\x12\xb3\x04" + bytes(80), "SavedModel.*TFLiteConverter"),
    "onnx": (b"\x08\x08\x12\x07pytorch\x1a\x052.1.0" + bytes(80), "ONNX"),
    "keras": (zipped("metadata.json", "config.json", "model.weights.h5"), r"\.keras.*TFLiteConverter"),
    "pytorch": (zipped("archive/data.pkl", "archive/data/0"), "PyTorch"),
    "zip": (zipped("model.tflite"), "archive.*unpack"),
    "gzip": (b"\x1f\x8b\x08" + bytes(80), "archive.*unpack"),
    "tar": (tarred(), "archive.*unpack"),
    "c array": (ARRAY, "C source"),
    "manifest": (b'{"type": "micro", "model": "alexa.tflite"}', "JSON"),
    "text": (b"accuracy 0.93\r\nloss 0.2\r\n", "a text"),
    "elf": (b"\x7fELF\x02\x01" + bytes(80), "program"),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(80), "audio"),
    "older": (b"\x1c\0\0\0TFL2" + bytes(80), "another version"),
    "cut": (SMALL[:10], "little is left"),
    "bytes before": (b"\xef\xbb\xbf" + SMALL, "other bytes before it"),
    "anything": (b"\x07\x55\x33\x10 random bytes", "07 55 33 10"),
}


@pytest.mark.parametrize("name", CASES)
def test_is_named(name: str) -> None:
    data, expected = CASES[name]
    with pytest.raises(ModelError, match=f"this is no .tflite file: .*{expected}") as caught:
        read_tflite(data)
    assert "\n" not in str(caught.value)


def test_folders_and_impossible_names(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is a folder"):
        read_tflite(tmp_path)
    with pytest.raises(ModelError, match="cannot read the model"):
        read_tflite(tmp_path / "a\0b")


def test_huge_files_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.tflite"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ModelError, match=r"too large.*1099511627776 bytes"):
        read_tflite(path)


def test_whatever_the_file_is_called(tmp_path: Path) -> None:
    path = tmp_path / "model.lite"
    path.write_bytes(SMALL)
    assert read_tflite(path).output.shape == (1, 3)
