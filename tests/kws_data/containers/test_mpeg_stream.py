"""MP3 with and without the frame that tells its length: all of its samples, or "truncated" where that is promised."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_audio import chunk, mp3_frames, riff

from kws_data.audio import read_audio
from kws_data.containers.mpeg import frame_at, lame_trims, promised_frames
from kws_data.decoding import duration_s
from kws_data.errors import AudioError

RATE_HZ = 16_000
SAMPLES = 576  # of a frame at this rate
ID3V2, ID3V1 = b"ID3\3\0\0\0\0\0\x7f" + bytes(127), b"TAG" + bytes(125)
APE = b"APETAGEX" + (2_000).to_bytes(4, "little") + (32).to_bytes(4, "little") + bytes(16)


def mp3(mode: str = "VARIABLE", seconds: int = 3) -> list[bytes]:
    """Frames of a tone that swells; the first tells how many follow."""
    time = np.arange(seconds * RATE_HZ) / RATE_HZ
    target = io.BytesIO()
    tone = 0.3 * np.sin(2 * np.pi * 440 * time) * np.hanning(len(time))
    soundfile.write(target, tone, RATE_HZ, format="MP3", subtype="MPEG_LAYER_III", bitrate_mode=mode)
    return mp3_frames(target.getvalue())


def length(path: Path, content: bytes) -> int:
    """Samples of a file; its duration has to agree."""
    path.write_bytes(content)
    samples = read_audio(path)
    assert duration_s(path) == len(samples) / RATE_HZ
    assert np.abs(samples.astype(int)).max() > 8_000, "the middle of the tone is there"
    return len(samples)


def test_the_length_frame_counts_the_others() -> None:
    frames = mp3()
    head = frame_at(frames[0])
    assert head is not None and head.samples == SAMPLES
    assert promised_frames(frames[0], head.tag_at) == len(frames) - 1
    assert promised_frames(frames[1], head.tag_at) is None
    assert (len(frames) - 1) * SAMPLES - (lame_trims(frames[0], head.tag_at) or 0) == 3 * RATE_HZ
    assert lame_trims(frames[1], head.tag_at) is None


@pytest.mark.parametrize("mode", ["VARIABLE", "CONSTANT"])
@pytest.mark.parametrize("tags", [(b"", b""), (b"", ID3V1), (ID3V2, b""), (ID3V2, APE + ID3V1)])
def test_without_a_length_frame_all_samples_come(mode: str, tags: tuple[bytes, bytes], tmp_path: Path) -> None:
    frames = mp3(mode)
    bare = tags[0] + b"".join(frames[1:]) + tags[1]
    assert length(tmp_path / "x.mp3", bare) == (len(frames) - 1) * SAMPLES
    assert length(tmp_path / "x.wav", bare) == (len(frames) - 1) * SAMPLES, "the name does not matter"
    assert length(tmp_path / "x.mp3", tags[0] + b"".join(frames) + tags[1]) == 3 * RATE_HZ


def test_mpeg_in_a_wav_is_the_same(tmp_path: Path) -> None:
    frames = mp3()
    form = chunk(b"fmt ", bytes.fromhex("55000100803e0000d007000001000000 0c00 0100 02000000 6800 0100 7105"))
    for content, samples in ((frames, 3 * RATE_HZ), (frames[1:], (len(frames) - 1) * SAMPLES)):
        body = form + chunk(b"fact", bytes(4)) + chunk(b"data", b"".join(content)) + chunk(b"LIST", b"INFO")
        assert length(tmp_path / "x.wav", riff(body)) == samples


def test_a_cut_file_is_told_where_its_length_is_promised(tmp_path: Path) -> None:
    frames = mp3()
    path = tmp_path / "x.mp3"
    path.write_bytes(b"".join(frames[:50]))
    for read in (read_audio, duration_s):
        with pytest.raises(AudioError, match="86 MPEG frames announced, 49 there"):
            read(path)
    assert length(path, b"".join(frames[1:50])) == 49 * SAMPLES, "nothing promises more"


def test_files_put_one_behind_the_other_come_whole(tmp_path: Path) -> None:
    frames = mp3()
    twice = b"".join(frames) + ID3V2 + b"".join(frames)
    assert length(tmp_path / "x.mp3", twice) == (2 * len(frames) - 1) * SAMPLES


def test_other_bytes_between_frames_are_passed_over(tmp_path: Path) -> None:
    frames = mp3("CONSTANT")[1:]
    damaged = b"".join(frames[:20]) + bytes(3_000) + b"".join(frames[20:])
    assert length(tmp_path / "x.mp3", damaged) == len(frames) * SAMPLES


def test_what_has_no_frames_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    path.write_bytes(ID3V2 + bytes(5_000))
    with pytest.raises(AudioError, match="without frames"):
        read_audio(path)


def test_layer_2_is_counted_too(tmp_path: Path) -> None:
    """48 kbit/s at 16 kHz: empty frames are silence, each of 1,152 samples."""
    frame = frame_at(head := bytes([0xFF, 0xF5, 0x68, 0xC0]))
    assert frame is not None and frame.samples == 1_152
    path = tmp_path / "x.mp2"
    path.write_bytes(head.ljust(frame.size, b"\0") * 40)
    assert len(read_audio(path)) == 40 * 1_152


def test_damage_behind_the_length_frame_does_not_hide_what_it_promises(tmp_path: Path) -> None:
    frames = mp3()
    path = tmp_path / "x.mp3"
    path.write_bytes(frames[0] + bytes(2 * len(frames[1])) + b"".join(frames[3:]))
    with pytest.raises(AudioError, match="86 MPEG frames announced, 84 there"):
        read_audio(path)
    path.write_bytes(frames[0] + bytes(100) + b"".join(frames[40:]))
    with pytest.raises(AudioError, match="86 MPEG frames announced, 47 there"):
        read_audio(path)


def test_frames_that_no_decoder_can_read_are_told(tmp_path: Path) -> None:
    """Their headers stand, so that the number of frames is as promised; what is in them is noise."""
    frames = mp3()
    rng = np.random.default_rng(0)
    broken = [frame[:4] + rng.integers(0, 255, len(frame) - 4, np.uint8).tobytes() for frame in frames[1:]]
    path = tmp_path / "x.mp3"
    path.write_bytes(frames[0] + b"".join(broken))
    with pytest.raises(AudioError, match=r"truncated|damaged"):
        read_audio(path)
