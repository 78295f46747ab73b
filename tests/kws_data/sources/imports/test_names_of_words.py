"""Words come in with one spelling; names of noise are noise, asked about, or left out with a note."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from made_folder import make_folder, tone

from kws_data.audio import write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.errors import DataError
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.intake import ImportReport

FOLDERS = ("_noise_", "Background Noise", "_Background_Noise", "_other_", "noise", "silence", "_old_", "hey  jarvis")


def imported(root: Path, layout: str, tmp_path: Path) -> tuple[ImportReport, Counter[str]]:
    with Catalog(tmp_path / "rec") as catalog:
        report = import_layout(catalog, layout, root)
        return report, Counter(clip.word for clip in catalog.clips())


def make(root: Path, *folders: str) -> Path:
    for folder in folders:
        for number in range(2):
            write_wav(root / folder / f"n{number}.wav", tone(folder, number), 16_000)
    return root


@pytest.mark.parametrize("layout", ["speech-commands", "folder"])
def test_noise_by_other_names_is_noise_or_told(layout: str, tmp_path: Path) -> None:
    report, words = imported(make(tmp_path / "data", "yes", *FOLDERS), layout, tmp_path)
    assert words == {
        "yes": 2,
        "_background_noise_": 6,
        "_unknown_": 2,
        "noise": 2,
        "silence": 2,
        "hey_jarvis": 2,
    }
    notes = "\n".join(report.notes)
    assert "Background Noise (2 files), _Background_Noise (2 files), _noise_ (2 files): counted as _background" in notes
    assert "noise (2 files): counted as words that people say; rename what is none _background_noise_" in notes
    assert "silence (2 files): counted as words" in notes and "_other_ (2 files): counted as _unknown_" in notes
    assert "_old_ (2 files) is left out" in notes and "rename it old" in notes


def test_nothing_is_told_of_names_that_are_ours(tmp_path: Path) -> None:
    report, _ = imported(make_folder(tmp_path / "data", speakers=2), "speech-commands", tmp_path)
    assert report.notes == ()


def test_silence_clips_are_told_to_lie_unused(tmp_path: Path) -> None:
    report, words = imported(make(tmp_path / "data", "yes", "[Silence]"), "folder", tmp_path)
    assert words["_silence_"] == 2 and any("2 clips of _silence_ are kept" in note for note in report.notes)


def test_audio_at_another_depth_is_told(tmp_path: Path) -> None:
    report, words = imported(make(tmp_path / "data", "yes", "no/anna"), "speech-commands", tmp_path)
    assert words == {"yes": 2} and any("2 audio files" in note and "no/anna/n0.wav" in note for note in report.notes)
    with pytest.raises(DataError, match=r"no/anna/n0\.wav.*layout folder takes any depth"):
        imported(make(tmp_path / "deep", "no/anna"), "speech-commands", tmp_path)


def test_words_that_differ_only_in_how_they_are_written_are_told(tmp_path: Path) -> None:
    report, words = imported(make(tmp_path / "data", "Yes", "yes", "hey-jarvis", "no"), "folder", tmp_path)
    assert words == {"Yes": 2, "yes": 2, "hey-jarvis": 2, "no": 2}
    (note,) = [note for note in report.notes if "one word" in note]
    assert note.startswith("Yes (2 files), yes (2 files): one word, written in several ways?")


def test_a_table_that_the_default_layout_does_not_read_is_told(tmp_path: Path) -> None:
    root = make(tmp_path / "data", "clips")
    (root / "Labels.csv").write_text("file,label\nclips/n0.wav,yes\nclips/n1.wav,no\n")
    report, words = imported(root, "speech-commands", tmp_path)
    assert words == {"clips": 2}
    assert any("tables lie there unread: Labels.csv; the layout folder reads" in note for note in report.notes)
    assert any("names of folders that mostly hold recordings" in note for note in report.notes)
