"""Folders in which no keyword is said: stretches, kinds, people, and what is set aside."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder, speaker_id, tone
from made_negatives import RATE_HZ, hiss, make_negatives

from kws_data.audio import write_flac, write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import FolderId, negatives_folder_id
from kws_data.catalog.negative_clips import kind_of, person_of, recording_of, start_of, starts_of
from kws_data.sources.imports import negatives
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.negative_kinds import kind_told
from kws_data.sources.imports.negatives import STRETCH, import_negatives
from kws_data.sources.imports.speech_folder import import_speech


def imported(catalog: Catalog, root: Path) -> list[Clip]:
    import_negatives(catalog, root, "folder")
    return catalog.clips(folder=negatives_folder_id(root))


def test_stretches_lie_end_to_end_and_the_last_ends_with_the_recording() -> None:
    assert starts_of(2 * STRETCH, STRETCH) == [0, STRETCH]
    assert starts_of(2 * STRETCH + 5, STRETCH) == [0, STRETCH, STRETCH + 5]
    assert starts_of(STRETCH - 1, STRETCH) == [0] and starts_of(1, STRETCH) == [0]


def test_a_recording_is_all_there_and_decoded_once(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, read = tmp_path / "hours", list[Path]()
    sound = hiss("long", 41.3)
    sound[: 2 * STRETCH] = 0  # silence in a recording that goes on is no fault
    write_wav(root / "talk.wav", sound, RATE_HZ)
    (root / "metadata.csv").write_text("file,speaker,transcript\ntalk.wav,7,a cat\n")
    whole = negatives.read_clip
    monkeypatch.setattr(negatives, "read_clip", lambda path: read.append(path) or whole(path))
    monkeypatch.setattr("kws_data.sources.imports.intake.THREADS", 1)
    clips = sorted(imported(catalog, root), key=start_of)
    assert len(read) == 1
    joined = np.zeros(len(sound), np.int16)
    for clip in clips:
        joined[start_of(clip) : start_of(clip) + clip.samples] = catalog.load(clip)
    assert len(clips) == 11 and np.array_equal(joined, sound)
    assert {(kind_of(c), recording_of(c), c.word) for c in clips} == {("speech", "talk.wav", "(speech)")}
    assert import_negatives(catalog, root, "folder").counts.added == 0 and len(read) == 1
    names = {name for clip in clips for _, name in catalog.files_of(clip.id)}
    assert {FolderId("negatives", "/x").place_of(name) for name in names} == {"/x/talk.wav"}


@pytest.mark.parametrize(
    ("told", "spoken", "word", "folders", "kind"),
    [
        ("", True, False, ["music"], ("speech", "")),
        ("", False, False, ["My Music", "tv"], ("music", "")),
        ("", False, False, ["a", "silence-at-night"], ("silence", "")),
        ("", False, False, ["running_speech"], ("speech", "")),
        ("", False, False, ["kitchen"], ("noise", "")),
        ("Music", True, False, [], ("music", "")),
        ("quiet", False, False, [], ("silence", "")),
        ("air conditioner", False, False, ["music"], ("noise", "air_conditioner")),
        ("", True, True, ["cat"], ("other_words", "")),
        ("Other words", False, False, [], ("other_words", "")),
    ],
)
def test_kinds(told: str, spoken: bool, word: bool, folders: list[str], kind: tuple[str, str]) -> None:
    assert kind_told(told, spoken=spoken, word=word, folders=folders) == kind


def test_a_table_of_noises_and_what_cannot_be_read(catalog: Catalog, tmp_path: Path) -> None:
    root = tmp_path / "hours"
    for name in ("rain", "song", "night", "room"):
        write_flac(root / f"{name}.flac", hiss(name, 5), RATE_HZ)
    (root / "broken.wav").write_bytes(b"RIFFnothing")
    write_flac(root / "dead.flac", np.zeros(5 * RATE_HZ, np.int16), RATE_HZ)
    (root / "metadata.csv").write_text(
        "file,kind,licence,split\nrain.flac,rain,MIT,test\nsong.flac,music,,train\nnight.flac,silence,,\ngone.flac,,,\n"
    )
    report = import_negatives(catalog, root, "folder")
    clips = {recording_of(clip): clip for clip in catalog.clips(folder=negatives_folder_id(root))}
    kinds = {name: (kind_of(clip), clip.attributes.get("noise_kind", "")) for name, clip in clips.items()}
    assert kinds == {
        "rain.flac": ("noise", "rain"),
        "song.flac": ("music", ""),
        "night.flac": ("silence", ""),
        "room.flac": ("noise", ""),
        "dead.flac": ("noise", ""),
    }
    assert clips["rain.flac"].licence == "MIT" and not any(map(person_of, clips.values()))
    assert [clips[f"{name}.flac"].given_split for name in ("rain", "song", "room")] == ["testing", "training", ""]
    assert [place for place, _ in report.set_aside] == ["broken.wav"] and report.absent == ("gone.flac",)
    assert "set aside" in report.lines()[-2]


def test_people_are_those_of_the_speech_folder_and_of_the_folders_with_labels(catalog: Catalog, tmp_path: Path) -> None:
    labelled, root = make_folder(tmp_path / "data", speakers=3), make_negatives(tmp_path / "hours", people=2)
    import_layout(catalog, "speech-commands", labelled)
    spoken_folder = shutil.copytree(root / "speech", tmp_path / "speech")
    (spoken_folder / "metadata.csv").write_text((root / "metadata.csv").read_text().replace("speech/", ""))
    import_speech(catalog, spoken_folder)
    for word, number in (("up", 1), ("go", 2)):
        write_flac(root / word / f"{speaker_id(number)}_nohash_3.flac", tone(word, number, 3), RATE_HZ)
    there = {clip.speaker for clip in catalog.clips() if not clip.word.startswith("_")}
    import_negatives(catalog, root, "speech_commands", ["go"])
    clips = catalog.clips(folder=negatives_folder_id(root))
    spoken = [clip for clip in clips if clip.word == "(speech)"]
    assert {person_of(clip) for clip in spoken} <= there
    said = {clip.attributes["transcript"] for clip in spoken if kind_of(clip) == "other_words"}
    assert said == {"up", "go"}, "names of folders are what is said in files of single words"


def test_names_are_hashed_and_forgotten_people_stay_away(catalog: Catalog, tmp_path: Path) -> None:
    root = tmp_path / "hours"
    for name in ("anna", "fan"):
        write_flac(root / f"{name}.flac", hiss(name, 5), RATE_HZ)
    (root / "metadata.csv").write_text("file,speaker\nanna.flac,anna\n")
    clips = imported(catalog, root)
    assert len(clips) == 4 and "anna" not in str([(c.origin, c.attributes) for c in clips])
    speakers = catalog.forgetting.speakers_called("anna")
    assert list(speakers) == [person_of(clip) for clip in clips if person_of(clip)][:1]
    held = catalog.forgetting.holdings(list(speakers))
    assert len(held.clips) == 2 and len(held.files) == 2
    catalog.forgetting.bury(list(speakers), {})
    catalog.forgetting.erase(list(speakers))
    report = import_negatives(catalog, root, "folder")
    assert report.counts.refused == 2
    assert {recording_of(clip) for clip in catalog.clips()} == {"fan.flac"}


def test_who_was_forgotten_in_the_labelled_folder_is_not_read_here(catalog: Catalog, tmp_path: Path) -> None:
    import_layout(catalog, "speech-commands", make_folder(tmp_path / "data", speakers=3))
    person = catalog.pseudonym("speech_commands", speaker_id(1))
    catalog.forgetting.bury([person], {})
    catalog.forgetting.erase([person])
    write_flac(tmp_path / "hours" / "a.flac", hiss("a", 5), RATE_HZ)
    (tmp_path / "hours" / "metadata.csv").write_text(f"file,speaker\na.flac,{speaker_id(1)}\n")
    assert import_negatives(catalog, tmp_path / "hours", "speech_commands").counts.refused == 2
