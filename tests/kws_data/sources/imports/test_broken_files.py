"""Any file in a folder can be broken: it is set aside with its reason, and the rest goes on."""

from __future__ import annotations

import os
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from made_folder import tone
from made_layouts import (
    make_label_studio,
)

from kws_data.audio import read_audio, write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import KnownFile
from kws_data.catalog.folders import folder_id
from kws_data.errors import AudioError, CatalogError
from kws_data.sources.imports.find_layout import import_layout


def wav(rate_hz: int = 16_000, channels: int = 1, data: bytes = b"\1\2" * 8_000, announced: int | None = None) -> bytes:
    """A 16-bit WAV whose header may lie."""
    size = len(data) if announced is None else announced
    form = struct.pack("<HHIIHH", 1, channels, rate_hz, (2 * rate_hz * channels) & 0xFFFFFFFF, 2 * channels, 16)
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<I", 16) + form + (
        b"data" + struct.pack("<I", size) + data
    )  # fmt: skip


def float_wav(path: Path, values: list[float]) -> None:
    soundfile.write(path, np.array(values, np.float32), 16_000, subtype="FLOAT")


def break_folder(root: Path) -> dict[str, str]:
    """Files in ``root/yes`` that cannot be used: name -> what its reason says."""
    yes = root / "yes"
    whole = wav()
    (yes / "truncated.wav").write_bytes(whole[: len(whole) // 2])
    (yes / "empty.wav").write_bytes(b"")
    (yes / "text.wav").write_text("once upon a time\n" * 99)
    float_wav(yes / "nan.wav", [0.0, float("nan"), 0.5])
    float_wav(yes / "inf.wav", [0.0, float("inf"), 0.5])
    (yes / "no_rate.wav").write_bytes(wav(rate_hz=0))
    (yes / "slow.wav").write_bytes(wav(rate_hz=1))
    (yes / "fast.wav").write_bytes(wav(rate_hz=4_000_000_000))
    (yes / "no_channel.wav").write_bytes(wav(channels=0))
    (yes / "huge.wav").write_bytes(wav(announced=0x70000000))
    (yes / "head.wav").write_bytes(whole[:20])
    (yes / "song.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(500))
    (yes / "zeros.flac").write_bytes(bytes(5_000))
    (yes / "cut.mp3").write_bytes(b"\xff\xfb\x90\x00" + bytes(50))
    return {
        "truncated.wav": "truncated",
        "empty.wav": "empty",
        "text.wav": "no audio",
        "nan.wav": "no numbers",
        "inf.wav": "no numbers",
        "no_rate.wav": "",
        "slow.wav": "sample rate",
        "fast.wav": "",
        "no_channel.wav": "",
        "huge.wav": "truncated",
        "head.wav": "",
        "song.m4a": "ffmpeg -i in.m4a out.wav",
        "zeros.flac": "no audio",
        "cut.mp3": "",
        "dangling.wav": "link leads nowhere",
        "itself.wav": "link leads nowhere",
    }


@pytest.mark.parametrize("layout", ["speech-commands", "folder"])
def test_broken_files_are_set_aside_and_the_rest_goes_on(layout: str, catalog: Catalog, tmp_path: Path) -> None:
    root = tmp_path / "data"
    (root / "yes").mkdir(parents=True)
    for number_ in range(3):
        write_wav(root / "yes" / f"ab12cd3{number_}_nohash_0.wav", tone("yes", number_), 16_000)
    expected = break_folder(root)
    (root / "yes" / "folder.wav").mkdir()
    os.mkfifo(root / "yes" / "pipe.wav")
    (root / "yes" / "dangling.wav").symlink_to(root / "nowhere.wav")
    (root / "yes" / "itself.wav").symlink_to(root / "yes" / "itself.wav")
    (root / "yes" / "loop").symlink_to(root)
    report = import_layout(catalog, layout, root)
    assert report.counts.added == 3
    reasons = {name.removeprefix("yes/"): reason for name, reason in report.set_aside}
    assert reasons.keys() == expected.keys()
    for name, part in expected.items():
        assert reasons[name] and part in reasons[name], f"{name}: {reasons[name]}"
        assert "\n" not in reasons[name]
    again = import_layout(catalog, layout, root)
    assert (again.counts.added, again.counts.known, again.set_aside) == (0, 3, report.set_aside)


def test_names_that_are_no_text_are_taken_in(catalog: Catalog, tmp_path: Path) -> None:
    root = tmp_path / "data" / os.fsdecode(b"gr\xfc\xdfe")
    root.mkdir(parents=True)
    encoded = wav(data=tone("yes", 1).tobytes())
    Path(root, os.fsdecode(b"caf\xe9_nohash_0.wav")).write_bytes(encoded)
    for layout in ("speech-commands", "folder"):
        report = import_layout(catalog, layout, tmp_path / "data")
        assert (report.counts.added, report.set_aside) == (1, ())
    assert {clip.word for clip in catalog.clips()} == {"gr\\xfc\\xdfe"}


def test_a_file_that_may_not_be_read_is_set_aside(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read anything, so the refusal is made by hand where the system makes it: as the file is opened."""
    root = tmp_path / "data" / "yes"
    for name in ("open_nohash_0.wav", "locked_nohash_0.wav"):
        root.mkdir(parents=True, exist_ok=True)
        write_wav(root / name, tone(name, 1), 16_000)
    opened = Path.open

    def refused(path: Path, *arguments: object, **options: object) -> object:
        if path.name.startswith("locked"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refused)
    report = import_layout(catalog, "speech-commands", tmp_path / "data")
    assert report.counts.added == 1
    assert [name for name, _ in report.set_aside] == ["yes/locked_nohash_0.wav"]
    assert "Permission denied" in report.set_aside[0][1]


def test_a_full_disk_is_an_error_and_not_a_broken_file(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wav(tmp_path / "data" / "yes" / "a_nohash_0.wav", tone("yes", 1), 16_000)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kws_data.sources.imports.intake.store_audio", full)
    with pytest.raises(CatalogError, match="No space left"):
        import_layout(catalog, "speech-commands", tmp_path / "data")
    monkeypatch.undo()
    assert import_layout(catalog, "speech-commands", tmp_path / "data").counts.added == 1


@pytest.mark.parametrize(("suffix", "form", "subtype"), [
    (".mp3", "MP3", "MPEG_LAYER_III"), (".ogg", "OGG", "VORBIS"), (".opus", "OGG", "OPUS"), (".flac", "FLAC", "PCM_24"),
])  # fmt: skip
def test_compressed_files_are_read_whole_and_refused_when_cut(
    suffix: str, form: str, subtype: str, tmp_path: Path
) -> None:
    whole, cut = tmp_path / f"whole{suffix}", tmp_path / f"cut{suffix}"
    soundfile.write(whole, tone("yes", 1, samples=48_000), 48_000, format=form, subtype=subtype)
    samples = read_audio(whole)
    assert abs(len(samples) - 16_000) <= 400
    expected = tone("yes", 1, samples=48_000).astype(np.float64).std()
    assert samples.astype(np.float64).std() == pytest.approx(expected, rel=0.05)
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(AudioError):
        read_audio(cut)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_wav_is_samples_or_an_audio_error(data: st.DataObject) -> None:
    whole = bytearray(wav(data=tone("yes", 1).tobytes()[:600]))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, 60))] = data.draw(st.integers(0, 255))
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(whole)
        file.flush()
        try:
            samples = read_audio(file.name)
        except AudioError:
            return
        assert samples.dtype == np.int16 and samples.ndim == 1 and len(samples)


def test_a_task_with_a_broken_recording_is_set_aside(catalog: Catalog, tmp_path: Path) -> None:
    root = make_label_studio(tmp_path / "data")
    write_wav(root / "audio" / "e.wav", tone("yes", 1, samples=8_000), 16_000)
    report = import_layout(catalog, "label-studio", root)
    assert report.counts.added == 2
    for name in ("audio/e.wav#0.100-0.900 yes", "audio/e.wav#1.000-1.900 no"):
        assert "beyond the end of the recording" in dict(report.set_aside)[name]


def test_what_an_older_kws_set_aside_is_read_again(catalog: Catalog, tmp_path: Path) -> None:
    """It refused MP3s without a length frame: they are as they were, but kws reads better now."""
    path = tmp_path / "data" / "yes" / "anna-1.wav"
    write_wav(path, tone("yes", 1), 16_000)
    status, folder = path.stat(), folder_id(tmp_path / "data")
    before = KnownFile(status.st_size, status.st_mtime_ns, "", "", "audio file is truncated: copy it again")
    catalog.remember_files(folder, {"yes/anna-1.wav": before})
    report = import_layout(catalog, "folder", tmp_path / "data")
    assert report.counts.added == 1 and not report.set_aside
    assert import_layout(catalog, "folder", tmp_path / "data").counts.known == 1
