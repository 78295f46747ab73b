"""What a stranger's folder holds beside what is taken in: each kind is told, none is passed over."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made_folder import tone
from made_layouts import make_common_voice, make_mswc

from kws_data.audio import write_flac, write_wav
from kws_data.errors import AudioError, DataError
from kws_data.sources.imports.find_layout import find_layout
from kws_data.sources.imports.items import read_clip


def notes(layout: str, root: Path) -> str:
    return "\n".join(find_layout(layout).find(root).notes)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_wav(tmp_path / "yes" / "a_nohash_0.wav", tone("yes", 1), 16_000)
    return tmp_path


@pytest.mark.parametrize("layout", ["speech-commands", "folder"])
@pytest.mark.parametrize("name", ["b.wav.bak", "b", "b.wav.1", "b.crdownload"])
def test_audio_under_names_that_are_not_looked_at_is_told(layout: str, name: str, root: Path) -> None:
    shutil.copy(root / "yes" / "a_nohash_0.wav", root / "yes" / name)
    (root / "yes" / "notes").write_text("RIFF is no WAVE")
    assert f"1 files hold audio under names that are not looked at, such as yes/{name}" in notes(layout, root)


def test_suffixes_of_older_programs_are_looked_at(root: Path) -> None:
    shutil.copy(root / "yes" / "a_nohash_0.wav", root / "yes" / "b_nohash_0.voc")
    assert len(find_layout("speech-commands").find(root).items) == 2


def test_lists_by_other_names_are_told(root: Path) -> None:
    (root / "test_list.txt").write_text("yes/a_nohash_0.wav\n")
    (root / "validation_list.txt.txt").write_text("yes/a_nohash_0.wav\n")
    assert "lists lie there unread: test_list.txt, validation_list.txt.txt" in notes("speech-commands", root)


def test_clips_that_no_table_names_are_told(tmp_path: Path) -> None:
    voices, words = make_common_voice(tmp_path / "cv"), make_mswc(tmp_path / "mswc")
    shutil.copy(voices / "en" / "clips" / "common_voice_en_1.mp3", voices / "en" / "clips" / "extra.mp3")
    assert "in no table of validated ones and are left out, such as extra.mp3" in notes("common-voice", voices)
    clip = next(words.rglob("*.opus"))
    shutil.copy(clip, clip.with_name("extra.opus"))
    assert "as no row of a table takes them" in notes("mswc", words)


def test_a_table_of_stretches_is_refused(tmp_path: Path) -> None:
    write_wav(tmp_path / "long.wav", tone("yes", 1, samples=64_000), 16_000)
    table = tmp_path / "metadata.csv"
    table.write_text("file,label,start,end\nlong.wav,yes,1,2\nlong.wav,no,3,4\n")
    with pytest.raises(DataError, match=r"names stretches of recordings \(end, start\): 'long.wav'"):
        find_layout("folder").find(tmp_path)
    table.write_text("file,label,start,end\nlong.wav,yes,0,4\n")
    assert len(find_layout("folder").find(tmp_path).items) == 1


def test_two_flacs_in_one_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    write_flac(path, tone("yes", 1), 16_000)
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(AudioError, match="second file behind its audio"):
        read_clip(path)
