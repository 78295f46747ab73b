"""Each layout: words, speakers, attributes, terms and splits as the source states them, what is left out and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_audio import mp3_frames
from made_folder import make_folder, tone
from made_layouts import (
    HASHES,
    make_audiomnist,
    make_common_voice,
    make_edge_impulse,
    make_folder_with_table,
    make_label_studio,
    make_mswc,
)

from kws_data.audio import read_audio, write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import folder_id
from kws_data.errors import DataError
from kws_data.provenance.forget import forget_speaker
from kws_data.sources.imports.find_layout import LAYOUTS, find_layout, import_layout
from kws_data.sources.imports.intake import ImportReport, Terms
from kws_data.sources.imports.layouts.common_voice import word_of

MADE: dict[str, Callable[[Path], Path]] = {
    "speech-commands": lambda root: make_folder(root, speakers=3, noise_seconds=2),
    "folder": make_folder_with_table,
    "audiomnist": make_audiomnist,
    "common-voice": make_common_voice,
    "mswc": make_mswc,
    "edge-impulse": make_edge_impulse,
    "label-studio": make_label_studio,
}


def imported(catalog: Catalog, layout: str, root: Path) -> tuple[ImportReport, dict[str, Clip]]:
    """The report, and clips by the names that their files have in the folder."""
    report = import_layout(catalog, layout, root)
    clips = {clip.id: clip for clip in catalog.clips(folder=folder_id(root), with_set_aside=True)}
    files = catalog.known_files(folder_id(root))
    return report, {name: clips[file.clip_id] for name, file in files.items() if file.clip_id}


def test_there_is_a_test_folder_for_every_layout() -> None:
    assert MADE.keys() == LAYOUTS.keys()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_second_import_adds_nothing_and_reads_nothing(
    layout: str, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = MADE[layout](tmp_path / "data")
    first = import_layout(catalog, layout, root)
    assert first.counts.added > 0 and first.people > 0
    monkeypatch.setattr("kws_data.sources.imports.intake._read", lambda *_: pytest.fail("a file was read again"))
    again = import_layout(catalog, layout, root)
    assert again.counts.added == 0 and again.counts.known == first.counts.added
    assert (again.set_aside, again.absent, again.people) == (first.set_aside, first.absent, first.people)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_name_of_a_person_is_in_the_clips(layout: str, catalog: Catalog, tmp_path: Path) -> None:
    root = MADE[layout](tmp_path / "data")
    import_layout(catalog, layout, root)
    clips = catalog.clips(folder=folder_id(root), with_set_aside=True)
    assert not any(name in repr(clip) for clip in clips for name in ("Anna", "Berg", "example.org", HASHES[0]))
    assert all(len(clip.speaker) == 12 for clip in clips)


def test_audiomnist_has_words_accents_ages_and_genders(catalog: Catalog, tmp_path: Path) -> None:
    report, clips = imported(catalog, "audiomnist", make_audiomnist(tmp_path / "data"))
    assert (report.counts.added, report.people, report.notes) == (8, 2, ())
    clip = clips["data/12/7_12_1.wav"]
    assert (clip.word, clip.licence, clip.samples) == ("seven", "MIT", 16_000)
    assert {"accent": "spanish", "age": "60+", "gender": "female", "language": "en"}.items() <= clip.attributes.items()
    assert clips["data/01/0_01_0.wav"].attributes["age"] == "20-39"
    assert clips["data/01/0_01_0.wav"].word == "zero"


def test_audiomnist_without_its_metadata_says_so(catalog: Catalog, tmp_path: Path) -> None:
    root = make_audiomnist(tmp_path / "data")
    (root / "data" / "audioMNIST_meta.txt").unlink()
    report = import_layout(catalog, "audiomnist", root / "data")
    assert report.counts.added == 8 and "audioMNIST_meta.txt" in report.notes[0]


def test_common_voice_tells_words_from_sentences(catalog: Catalog, tmp_path: Path) -> None:
    report, clips = imported(catalog, "common-voice", make_common_voice(tmp_path / "data"))
    words = {name[-5]: clip.word for name, clip in clips.items()}
    assert words == {"1": "yes", "2": "no", "3": "hey_firefox", "4": "(speech)", "5": "(speech)"}
    assert report.absent == ("en/clips/common_voice_en_6.mp3",) and report.people == 3
    splits = {name[-5]: clip.given_split for name, clip in clips.items()}
    assert splits == {"1": "training", "2": "validation", "3": "", "4": "testing", "5": ""}
    first, fourth = clips["en/clips/common_voice_en_1.mp3"], clips["en/clips/common_voice_en_4.mp3"]
    expected = {"accent": "Scottish English", "age": "20-39", "gender": "male", "language": "en", "transcript": "Yes."}
    assert expected.items() <= first.attributes.items()
    assert fourth.attributes["transcript"] == 'He said "go away and never' and fourth.attributes["gender"] == "other"
    assert {clip.licence for clip in clips.values()} == {"CC0-1.0"}


@pytest.mark.parametrize(
    ("sentence", "segment", "word"),
    [
        ("你好。", "", "你好"),
        ("我们明天去北京。", "", "(speech)"),
        ("我们明天去北京。", "Single Word", "我们明天去北京"),
        ("こんにちは", "", "こんにちは"),
        ("今日はいい天気ですね。", "", "(speech)"),
        ("วันนี้อากาศดีมาก", "", "(speech)"),
        ("Straßenbahnhaltestelle", "", "straßenbahnhaltestelle"),
    ],
)
def test_sentences_of_scripts_without_blanks_are_running_speech(sentence: str, segment: str, word: str) -> None:
    assert word_of(sentence, segment) == word


def test_common_voice_of_mp3s_without_a_length_comes_whole(catalog: Catalog, tmp_path: Path) -> None:
    root = make_common_voice(tmp_path / "data")
    for path in (root / "en" / "clips").glob("*.mp3"):
        path.write_bytes(b"".join(mp3_frames(path.read_bytes())[1:]))
    report, clips = imported(catalog, "common-voice", root)
    assert report.counts.set_aside == 0 and report.counts.added == 5
    assert all(len(catalog.load(clip)) >= 16_000 for clip in clips.values()), "a second each, and what MP3 adds"


def test_one_language_of_common_voice_is_a_folder_too(catalog: Catalog, tmp_path: Path) -> None:
    report, clips = imported(catalog, "common-voice", make_common_voice(tmp_path / "data") / "en")
    assert report.counts.added == 5
    assert "clips/common_voice_en_1.mp3" in clips


def test_mswc_has_speakers_splits_and_clips_without_a_speaker(catalog: Catalog, tmp_path: Path) -> None:
    report, clips = imported(catalog, "mswc", make_mswc(tmp_path / "data"))
    assert (report.counts.added, report.people, report.without_speaker) == (3, 2, 1)
    assert [reason for _, reason in report.set_aside] == ["no/common_voice_en_3.opus is marked as not valid"]
    assert report.absent == ("en/clips/absent/common_voice_en_4.opus",)
    assert sorted(clip.given_split for clip in clips.values()) == ["testing", "training", "validation"]
    nameless = clips["en/clips/no/common_voice_en_2.opus"]
    assert nameless.attributes["speaker_known"] is False and "gender" not in nameless.attributes
    assert {clip.licence for clip in clips.values()} == {"CC-BY-4.0"}


def test_a_table_says_who_and_on_what_terms(catalog: Catalog, tmp_path: Path) -> None:
    report, clips = imported(catalog, "folder", make_folder_with_table(tmp_path / "data"))
    assert report.absent == ("audio/9.wav",)
    assert "mood" in report.notes[0] and "1 audio files are not in metadata.csv" in report.notes[1]
    first = clips["audio/0.wav"]
    assert (first.word, first.licence, first.consent, first.given_split) == (
        "yes",
        "CC-BY-4.0",
        "signed 2026-01",
        "training",
    )
    expected = {"accent": "Scottish", "age": "20-39", "gender": "female", "device_model": "phone"}
    assert expected.items() <= first.attributes.items()
    assert first.session == clips["audio/1.wav"].session != "" and "monday" not in first.session
    assert first.speaker != clips["audio/1.wav"].speaker
    assert (clips["audio/2.wav"].licence, clips["audio/2.wav"].given_split) == ("unstated", "validation")


def test_a_corrected_table_is_taken_over_in_place(catalog: Catalog, tmp_path: Path) -> None:
    root = make_folder_with_table(tmp_path / "data")
    _, before = imported(catalog, "folder", root)
    table = root / "metadata.csv"
    table.write_text(table.read_text().replace("audio/0.wav,yes,", "audio/0.wav,no,").replace("CC BY 4.0", "MIT"))
    report, after = imported(catalog, "folder", root)
    assert report.counts.added == 0 and len(catalog.clips()) == len(before)
    assert after["audio/0.wav"].id == before["audio/0.wav"].id
    assert (after["audio/0.wav"].word, after["audio/0.wav"].licence) == ("no", "MIT")
    assert after["audio/1.wav"] == before["audio/1.wav"]


def test_a_plain_tree_has_labels_and_splits_from_its_folders(catalog: Catalog, tmp_path: Path) -> None:
    for name in ("train/yes/1.wav", "test/no/2.wav", "test/no/ab12cd34_nohash_0.wav", "loose.wav"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        write_wav(tmp_path / "data" / name, tone(name, 0), 16_000)
    report, clips = imported(catalog, "folder", tmp_path / "data")
    assert {name: (clip.word, clip.given_split) for name, clip in clips.items()} == {
        "train/yes/1.wav": ("yes", "training"),
        "test/no/2.wav": ("no", "testing"),
        "test/no/ab12cd34_nohash_0.wav": ("no", "testing"),
    }
    assert (report.people, report.without_speaker) == (1, 2)
    assert [name for name, _ in report.set_aside] == ["loose.wav"]
    speakers = {clip.speaker for clip in clips.values()}
    assert len(speakers) == 3, "people who are not known must not count as one"


def test_terms_hold_where_the_source_states_none(catalog: Catalog, tmp_path: Path) -> None:
    root = make_folder_with_table(tmp_path / "data")
    import_layout(catalog, "folder", root)
    report = import_layout(catalog, "folder", root, terms=Terms("CC0-1.0", "asked"))
    licences = sorted((c.licence, c.consent) for c in catalog.clips(folder=folder_id(root)))
    assert report.counts.added == 0
    assert licences == [("CC-BY-4.0", "signed 2026-01"), ("CC0-1.0", "asked"), ("CC0-1.0", "signed 2026-01")]


def test_edge_impulse_labels_stretches_and_documents(catalog: Catalog, tmp_path: Path) -> None:
    root = make_edge_impulse(tmp_path / "data")
    report, clips = imported(catalog, "edge-impulse", root)
    assert {name: (clip.word, clip.given_split, clip.samples) for name, clip in clips.items()} == {
        "training/yes.1.wav": ("yes", "training", 32_000),
        "training/long.2.wav#0.000-0.999": ("yes", "training", 15_984),
        "training/long.2.wav#1.000-1.999": ("no", "training", 15_984),
        "testing/no.3.json": ("no", "testing", 16_000),
        "testing/no.5.cbor": ("no", "testing", 16_000),
    }
    assert report.absent == ("training/gone.wav",)
    assert report.set_aside == (("training/hidden.4.wav", "not labelled: label it and export it again"),)
    assert np.array_equal(catalog.load(clips["testing/no.3.json"]), tone("no", 2))
    whole = read_audio(root / "training" / "long.2.wav")
    assert np.array_equal(catalog.load(clips["training/long.2.wav#1.000-1.999"]), whole[16_000:31_984])
    first, second = (clips[f"training/long.2.wav#{times}"] for times in ("0.000-0.999", "1.000-1.999"))
    assert first.speaker == second.speaker, "stretches of one recording must not part as two people"
    labelled = clips["training/yes.1.wav"]
    assert (labelled.licence, labelled.attributes["gender"]) == ("CC0-1.0", "female")


def test_label_studio_takes_the_majority_and_sets_ties_aside(catalog: Catalog, tmp_path: Path) -> None:
    root = make_label_studio(tmp_path / "data")
    report, clips = imported(catalog, "label-studio", root)
    assert {name: clip.word for name, clip in clips.items()} == {
        "audio/a.wav": "yes",
        "audio/b.wav": "no",
        "audio/e.wav#0.100-0.900 yes": "yes",
        "audio/e.wav#1.000-1.900 no": "no",
    }
    votes = clips["audio/b.wav"].attributes
    assert (votes["annotators"], votes["annotators_agreeing"]) == (3, 2)
    assert dict(report.set_aside) == {
        "export.json task 3": "annotators disagree: no / yes",
        "export.json task 4": "not labelled",
        "export.json task 7": "names no audio: its data keys are image; put the file's path under the key audio",
    }
    assert report.absent == ("f.wav",)
    assert import_layout(catalog, "label-studio", root / "export.json").counts.added == 0


def test_the_small_form_of_label_studio(catalog: Catalog, tmp_path: Path) -> None:
    root = make_label_studio(tmp_path / "data")
    tasks = [
        {"id": 1, "audio": "audio/a.wav", "choice": "yes", "annotator": 1},
        {"id": 2, "audio": "audio/b.wav", "label": [{"start": 0.2, "end": 1.0, "labels": ["no"]}]},
    ]
    (root / "export.json").write_text(json.dumps(tasks))
    _, clips = imported(catalog, "label-studio", root)
    assert {name: clip.word for name, clip in clips.items()} == {
        "audio/a.wav": "yes",
        "audio/b.wav#0.200-1.000 no": "no",
    }


def test_the_user_adds_a_layout_in_a_file(catalog: Catalog, tmp_path: Path) -> None:
    write_wav(tmp_path / "data" / "yes-1.wav", tone("yes", 1), 16_000)
    own = tmp_path / "mine.py"
    own.write_text(
        "from kws_data.sources.imports.items import Item, Layout, Scan, audio_below\n"
        "def scan(root):\n"
        "    files = [(path, path.stat()) for path in audio_below(root)]\n"
        "    return Scan([Item(p, p.name, p.stem.split('-')[0], 'me', s.st_size, s.st_mtime_ns) for p, s in files])\n"
        "LAYOUT = Layout('mine', scan, '<word>-<n>.wav')\n"
    )
    report, clips = imported(catalog, str(own), tmp_path / "data")
    assert (report.counts.added, clips["yes-1.wav"].word, clips["yes-1.wav"].source) == (1, "yes", "mine")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("foldr", None, "did you mean folder"),
        ("none.py", None, "not found"),
        ("own.py", "LAYOUT = 3", "no LAYOUT"),
        ("own.py", "raise SystemError('x')", "cannot be loaded"),
        ("own.py", "def (", "SyntaxError"),
    ],
)
def test_layouts_that_cannot_be_used(name: str, text: str | None, message: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=message):
        find_layout(str(tmp_path / name) if name.endswith(".py") else name)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_empty_or_missing_folder_is_one_line_of_error(layout: str, catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not found"):
        import_layout(catalog, layout, tmp_path / "nowhere")
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(DataError, match="file"):
        import_layout(catalog, layout, tmp_path / "a.txt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="expected") as caught:
        import_layout(catalog, layout, tmp_path / "empty")
    assert "\n" not in str(caught.value)


def test_an_interrupted_import_goes_on(catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kws_data.sources.imports.intake._BATCH", 2)
    root = make_audiomnist(tmp_path / "data")

    def interrupted(stage: str, done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_layout(catalog, "audiomnist", root, interrupted)
    assert len(catalog.clips()) == 4
    seen: list[int] = []
    report = import_layout(catalog, "audiomnist", root, lambda stage, done, total: seen.append(done))
    assert (report.counts.added, report.counts.known, seen) == (4, 4, [6, 8])


def test_forgotten_people_stay_forgotten(catalog: Catalog, tmp_path: Path) -> None:
    root = make_folder_with_table(tmp_path / "data")
    _, clips = imported(catalog, "folder", root)
    forget_speaker(catalog, clips["audio/0.wav"].speaker, tmp_path / "runs", execute=True)
    report = import_layout(catalog, "folder", root)
    assert (report.counts.added, report.counts.refused) == (0, 1)
    assert any("forgotten" in line for line in report.warnings())
    assert "audio/0.wav" not in catalog.known_files(folder_id(root))
