"""Who speaks, guessed from names of files: nobody rather than a wrong person, and always told."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from made_folder import tone

from kws_data.catalog.catalog import Catalog
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.guessed_speakers import guess_speaker, told
from kws_data.sources.imports.layouts.speech_commands import speaker_of

PEOPLE = st.sampled_from(["anna", "ben", "josé", "李雷", "spk3", "s01", "speaker12", "ab12cd34"])
BETWEEN = st.sampled_from(["_", "-", " ", ".", " - ", "__"])
WORDS = st.sampled_from(["yes", "Yes", "hey_jarvis", "über"])
TAKES = st.sampled_from(
    ["", "1", "007", "(3)", "copy", "Copy", "- Kopie", "take1", "take 2", "20240102_030405", "final"]
)


@pytest.mark.parametrize(
    "stem",
    [
        *("yes", "yes_001", "Yes (2)", "001", "12_3", "", "-", "yes-yes-2", "YES01", "yes - Copy (2)"),
        *("recording", "rec (1)", "recording-00001", "New Recording 12", "neue Aufnahme 3", "Untitled", "audio_yes_1"),
        *("2024-01-02T03.04.05Z", "20240102_030405", "Recording 2024-01-02 at 03.04.05", "PTT-20240102-WA0003"),
        *(
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "mic1",
            "take1",
            "t01",
            "sample_yes_12",
            "output-3",
            "wav_yes",
            "録音 3",
        ),
        *("speaker", "speaker_yes", "clip3_yes_take2"),
    ],
)
def test_names_that_tell_nobody(stem: str) -> None:
    assert guess_speaker(stem, "yes") == ""


@pytest.mark.parametrize(
    ("stem", "person"),
    [
        *(("anna-01", "anna"), ("Anna_3", "anna"), ("anna (4)", "anna"), ("ANNA05", "anna"), ("anna yes (3)", "anna")),
        *(("yes_carl_1", "carl"), ("ben-yes-3", "ben"), ("ben_take1", "ben"), ("benYes2", "ben"), ("YesBen_2", "ben")),
        *(("spk0_yes_1", "spk0"), ("yes_spk1", "spk1"), ("speaker 3 yes (2)", "speaker3"), ("p225_001", "p225")),
        *(
            ("ab12cd34_2", "ab12cd34"),
            ("ab12cd34", "ab12cd34"),
            ("anna_maria-2", "anna_maria"),
            ("yesenia_1", "yesenia"),
        ),
    ],
)
def test_names_that_tell_a_person(stem: str, person: str) -> None:
    assert guess_speaker(stem, "yes") == person


@given(PEOPLE, WORDS, st.lists(TAKES, max_size=2), BETWEEN, st.integers(0, 2), st.booleans())
def test_word_takes_case_and_signs_make_no_other_person(
    person: str, word: str, takes: list[str], between: str, place: int, upper: bool
) -> None:
    parts = [person, *takes]
    parts.insert(min(place, len(parts)), word)
    stem = between.join(parts)
    guess = guess_speaker(stem.upper() if upper else stem, word)
    assert guess == person
    assert guess_speaker(between.join([word, *takes]), word) == ""


@given(st.text(max_size=20), st.text(min_size=1, max_size=6))
def test_no_guess_is_the_word_or_a_number(stem: str, word: str) -> None:
    guess = guess_speaker(stem, word)
    assert guess != word and not guess.isdecimal() and guess == guess.casefold().strip("_")


@given(st.from_regex(r"[0-9a-f]{8}", fullmatch=True), st.integers(0, 99), st.sampled_from(["yes", "bed", "a"]))
def test_names_of_speech_commands_are_no_guesses(speaker: str, number: int, word: str) -> None:
    assert speaker_of(f"{word}/{speaker}_nohash_{number}.wav") == speaker
    assert speaker_of(f"{word}/{word}_{speaker}_nohash_{number}.wav") == speaker
    assert speaker_of(f"{word}/anna_nohash_{number}.wav") == "anna"


def make(root: Path, *names: str) -> Path:
    for seed, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(root / name, tone(name, seed), 16_000)
    return root


def test_an_import_tells_its_guesses_and_who_is_unknown(tmp_path: Path) -> None:
    root = make(
        tmp_path / "data", "yes/yes_001.wav", "yes/Anna_3.wav", "no/anna-no-1.wav", "no/ben (2).wav", "no/7.wav"
    )
    with Catalog(tmp_path / "rec") as catalog:
        report = import_layout(catalog, "speech-commands", root)
    assert (report.people, report.without_speaker) == (2, 2)
    note = next(line for line in report.notes if "guessed" in line)
    assert "anna, ben (no/anna-no-1.wav → anna, no/ben (2).wav → ben)" in note and "3 names" in note


def test_a_whole_word_by_one_person_is_told() -> None:
    said = {f"ja/klaus_{n}.wav": ("ja", "klaus") for n in range(3)} | {"nein/1.wav": ("nein", "")}
    assert "klaus for ja" in told(said)[1]
    assert len(told(said | {"nein/klaus_1.wav": ("nein", "klaus")})) == 1
    assert told({"nein/1.wav": ("nein", "")}) == []


def test_an_older_guess_is_corrected(tmp_path: Path) -> None:
    root = make(tmp_path / "data", "yes/yes_1.wav", "yes/yes_2.wav")
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "speech-commands", root)
        with catalog.transaction():  # as an import of an earlier version left it: one person called yes
            one = catalog.clips()[0].speaker
            catalog.db.execute("UPDATE clips SET speaker = ?", (one,))
            catalog.db.execute("UPDATE files SET version = 1")
        assert len({clip.speaker for clip in catalog.clips()}) == 1
        import_layout(catalog, "speech-commands", root)
        assert len({clip.speaker for clip in catalog.clips()}) == 2


def test_whoever_was_forgotten_under_an_older_guess_stays_forgotten(tmp_path: Path) -> None:
    root = make(tmp_path / "data", "yes/Anna Yes-1.wav", "yes/ben_1.wav")
    with Catalog(tmp_path / "rec") as catalog:
        old = catalog.pseudonym("speech_commands", "Anna Yes", named=True)
        with catalog.transaction():
            catalog.db.execute("INSERT INTO forgotten VALUES (?, ?)", (catalog.tombstone(old), "2026-01-01"))
        assert import_layout(catalog, "speech-commands", root).counts.refused == 1
        assert len(catalog.clips()) == 1
