"""Files that are not read are named, with what to do about them; none of them is overlooked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_audio import RATE_HZ

from kws_data.audio import read_audio, write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.containers.suffixes import AUDIO_SUFFIXES
from kws_data.errors import AudioError
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.side_folders import import_noise

SPHERE = b"NIST_1A\n   1024\nsample_count -i 100\nsample_coding -s26 pcm,embedded-shorten-v2.00\nend_head\n"
KINDS: dict[str, tuple[bytes, str]] = {
    "a.m4a": (b"\0\0\0\x20ftypM4A " + bytes(500), "MPEG-4.*ffmpeg -i in.m4a out.wav"),
    "a.mp4": (b"\0\0\0\x20ftypisom" + bytes(500), "MPEG-4.*ffmpeg -i in.mp4 out.wav"),
    "a.3gp": (b"\0\0\0\x20ftyp3gp4" + bytes(500), "MPEG-4.*ffmpeg"),
    "a.m4b": (bytes(range(1, 200)), "M4B.*ffmpeg"),
    "a.aac": (b"\xff\xf1\x50\x80" + bytes(500), "AAC.*ffmpeg"),
    "a.wma": (bytes.fromhex("3026b2758e66cf11") + bytes(200), "Windows Media.*ffmpeg"),
    "a.amr": (b"#!AMR\n" + bytes(99), "AMR.*ffmpeg"),
    "a.webm": (b"\x1a\x45\xdf\xa3" + bytes(99), "WebM.*ffmpeg"),
    "a.mka": (b"\x1a\x45\xdf\xa3" + bytes(99), "Matroska.*ffmpeg -i in.mka"),
    "a.tta": (b"TTA1" + bytes(99), "True Audio.*ffmpeg"),
    "a.ape": (b"MAC " + bytes(99), "Monkey's Audio.*ffmpeg"),
    "a.wv": (b"wvpk" + bytes(99), "WavPack.*ffmpeg"),
    "a.spx": (bytes(range(1, 200)), "SPX.*ffmpeg"),
    "a.sph": (SPHERE.ljust(1_024) + b"ajkg" + bytes(99), "shorten.*sph2pipe"),
    "a.pcm": (bytes(range(256)), "raw samples.*sox -t raw"),
    "a.raw": (b"\xff\xfb\x90\x64" * 900, "raw samples.*sox -t raw"),
    "page.wav": (b"\n<!DOCTYPE html><html>404</html>", "web page.*download"),
    "pointer.wav": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "Git LFS.*git lfs pull"),
    "answer.mp3": (b'{"error": "not found"}', "JSON.*download"),
    "words.flac": (b"once upon a time\n" * 9, "text, no audio"),
    "double.wav": (b"\0\5\x16\7" + bytes(99), "AppleDouble.*without ._"),
    "packed.wav": (b"PK\3\4" + bytes(99), "ZIP.*unpack"),
    "video.wav": (b"RIFF\x10\0\0\0AVI LIST" + bytes(99), "RIFF that holds AVI"),
    "zeros.wav": (bytes(900), "begins with zeros"),
    "stump.flac": (b"fLaC", "FLAC without its first block"),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_that_is_not_read_is_named(name: str, tmp_path: Path) -> None:
    content, reason = KINDS[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AudioError, match=reason) as caught:
        read_audio(tmp_path / name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("layout", ["folder", "speech-commands"])
def test_none_is_overlooked_in_a_folder(layout: str, catalog: Catalog, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "yes"
    folder.mkdir(parents=True)
    for name, (content, _) in KINDS.items():
        (folder / name).write_bytes(content)
    report = import_layout(catalog, layout, tmp_path / "data")
    assert {place for place, _ in report.set_aside} == {f"yes/{name}" for name in KINDS}
    write_wav(folder / "anna_1.wav", np.arange(-8_000, 8_000, dtype=np.int16), RATE_HZ)
    assert import_layout(catalog, layout, tmp_path / "data").counts.added == 1


def test_none_is_overlooked_in_a_folder_of_noise(catalog: Catalog, tmp_path: Path) -> None:
    for suffix in AUDIO_SUFFIXES:
        (tmp_path / f"a{suffix.upper()}").write_bytes(bytes(range(1, 200)))
    report = import_noise(catalog, tmp_path)
    assert report.counts.set_aside == len(AUDIO_SUFFIXES) and all(reason for _, reason in report.set_aside)
