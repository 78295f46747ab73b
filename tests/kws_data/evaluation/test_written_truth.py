"""What people write of long recordings is read in all its forms; what cannot be true is refused, never counted."""

from __future__ import annotations

import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_data.errors import DataError
from kws_data.evaluation.marks import seconds_of
from kws_data.evaluation.stream_truth import Truth
from kws_data.evaluation.written_truth import NO_TRUTH, load_truth

LABELS = ("_silence_", "_unknown_", "yes", "hey_jarvis", "über")
FILES = ("a.wav", "deep/b.flac")
RIGHT = [("a.wav", "yes", 1.0, 1.5), ("deep/b.flac", "hey_jarvis", 2.0, 3.25)]


def truth(folder: Path, text: str | bytes | None = None, name: str = "labels.csv", length_s: float = 10.0) -> Truth:
    if text is not None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_truth(folder, LABELS, FILES, lambda _: length_s)


def words(found: Truth) -> list[tuple[str, str, float, float]]:
    return [(file, word.label, word.start_s, word.end_s) for file, said in found.spoken.items() for word in said]


CSV = "file,label,start_s,end_s\na.wav,yes,1,1.5\ndeep/b.flac,hey_jarvis,2.0,3.25\n"


@pytest.mark.parametrize(
    "text",
    [
        CSV,
        b"\xef\xbb\xbf" + CSV.encode(),
        CSV.encode("utf-16"),
        CSV.replace("\n", "\r\n"),
        CSV.replace("\n", "\r"),
        CSV.replace(",", ";"),
        CSV.replace(",", "\t"),
        "file;label;start_s;end_s\na.wav;yes;1,0;1,5\ndeep/b.flac;hey_jarvis;2,0;3,25\n",
        CSV.replace("start_s,end_s", "Start,End"),
        CSV.replace("start_s,end_s", "onset,offset"),
        "Start (s),End (s),Keyword,Filename\n1,1.5,yes,a.wav\n2,3.25,hey jarvis,b\n",
        "path,word,begin,duration\na,yes,1,0.5\nC:\\x\\deep\\b.flac,hey_jarvis,2,1.25\n",
        "file,label,start_ms,end_ms\na.wav,yes,1000,1500\ndeep/b.flac,hey_jarvis,2000,3250\n",
        "file,label,start,end\nA.WAV,yes,0:01,00:00:01.5\ndeep\\b.flac,hey_jarvis,2.0 s,3250 ms\n",
        CSV + "a.wav,yes,1.0,1.50\n",
    ],
)
def test_words_are_read_in_all_their_forms(text: str | bytes, tmp_path: Path) -> None:
    assert words(truth(tmp_path, text)) == RIGHT


@pytest.mark.parametrize("name", ["Labels.csv", "LABELS.TSV", "labels.jsonl"])
def test_the_table_may_have_other_names(name: str, tmp_path: Path) -> None:
    row = '{"file_name": "a.wav", "label": "yes", "start": 1, "end": 1.5}'
    text = row if name.endswith("jsonl") else "file\tlabel\tstart\tend\na.wav\tyes\t1\t1.5\n"
    assert words(truth(tmp_path, text, name)) == RIGHT[:1]


def test_label_tracks_of_audacity_are_read(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.txt").write_text("1.000000\t1.500000\tyes\n\\\t100.0\t4000.0\n")
    (tmp_path / "deep/b.txt").write_text("2,000000\t3,250000\they_jarvis\r\n5\t5\t\r\n")
    found = truth(tmp_path)
    assert words(found) == RIGHT
    assert found.notes == ("1 marked words are no keywords of the detector: (none) (1)",)
    with pytest.raises(DataError, match=r"a\.txt line 3"):
        truth(tmp_path, "1\t2\tyes\n\nsoon\tlater\tyes\n", "a.txt")


def test_labels_in_other_forms_are_named(tmp_path: Path) -> None:
    assert "a.TextGrid" in truth(tmp_path, "x", "a.TextGrid").notes[0]
    assert "labels.xlsx is not read: save it as labels.csv" in truth(tmp_path, "x", "labels.xlsx").notes
    (tmp_path / "a.txt").write_text("1\t2\tyes\n")
    assert "1 label tracks are not read, as labels.csv counts" in truth(tmp_path, CSV).notes


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a.wav,yes,90,91", "words lie beyond the end of their file: 'labels.csv line 2: 90 to 91 s of 10 s'"),
        ("a.wav,yes,1,2\na.wav,yes,9.9,10.6", "beyond the end of their file: 'labels.csv line 3"),
        ("a.wav,yes,1000,1500\na.wav,yes,3000,4000", "times of words look like milliseconds"),
        ("a.wav,yes,16000,24000", "look like numbers of samples"),
        ("a.wav,yes,5,4", "negative or end before they begin"),
        ("a.wav,yes,-1,4", "negative or end before they begin"),
        (
            "a.wav,yes,1,2\na.wav,yes,1.5,2.5\na.wav,yes,1.5,2.5\ndeep/b.flac,yes,3,9\ndeep/b.flac,yes,4,5",
            "the same keyword is marked twice at once: 'labels.csv line 2 and labels.csv line 3: yes 1 to 2 s and yes",
        ),
        ("a.wav,yes,nan,4", "times of words cannot be read: 'labels.csv line 2: nan, 4'"),
        ("a.wav,yes,1,inf", "times of words cannot be read"),
        ("a.wav,yes,,4", "times of words cannot be read"),
        ("a.wav,yes,1", "lines of labels.csv cannot be read"),
        ("a.wav,Yes,1,2\na.wav,YES,3,4", "labels.csv line 2: Yes for the keyword yes and 1 more"),
        ("a.wav,Hey-Jarvis,1,2", "differ from a keyword only in how they are written"),
        ("c.wav,yes,1,2", "no file that labels.csv names is in the folder"),
        ("../a,yes,1,2\n,yes,1,2", "not sure to name a file"),
    ],
)
def test_what_cannot_be_true_is_refused(rows: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        truth(tmp_path, f"file,label,start_s,end_s\n{rows}\n")
    assert told in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_column_says_which_would_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"lacks a column for the start.*call one of them start \(start_s"):
        truth(tmp_path, "file,label,when\na.wav,yes,1\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "labels.csv is empty: every detection counts as false"),
        ("\ufeff\r\n", "labels.csv is empty"),
        ("file,label,start_s,end_s\n", "labels.csv has no row: every detection counts as false"),
        (CSV + "a.wav,dog,3,4\n", "1 marked words are no keywords of the detector: dog (1)"),
        (
            "file,label,start,end\na.wav,dog,3,4\n",
            "no marked word is a keyword of the detector (yes, hey_",
        ),
        (CSV + "a.wav,yes,5,5\n", "1 keywords are marked without length or longer than 10 s, such as labels.csv line"),
        (CSV + "c.wav,yes,3,4\n", "1 files that labels.csv names are not in the folder, such as c.wav"),
        ("file,label,start\na.wav,yes,3\n", "1 words in labels.csv have no end: each counts as 1 s long, or until"),
        (
            "file,label,start,end\na.wav,yes,1,2\na.wav,hey_jarvis,1.5,3\n",
            "1 keywords are marked while another one is said, such as labels.csv line 2 and labels.csv line 3: yes 1",
        ),
    ],
)
def test_what_a_person_should_know_is_told(text: str, told: str, tmp_path: Path) -> None:
    assert any(note.startswith(told) for note in truth(tmp_path, text).notes)


def test_marks_may_touch_and_words_without_an_end_last_until_the_next(tmp_path: Path) -> None:
    rows = "a.wav,yes,1,2.05\na.wav,yes,2,3\na.wav,hey_jarvis,3,3.5\n"
    found = truth(tmp_path, f"file,label,start,end\n{rows}")
    assert found.notes == () and len(words(found)) == 3
    rows = "a.wav,yes,1,\na.wav,dog,1.5,\na.wav,yes,1.75,\na.wav,yes,4,\ndeep/b.flac,yes,1.25,\n"
    times = [(file, start, end) for file, _, start, end in words(truth(tmp_path, f"file,label,start,end\n{rows}"))]
    assert times == [("a.wav", 1, 1.5), ("a.wav", 1.75, 2.75), ("a.wav", 4, 5), ("deep/b.flac", 1.25, 2.25)]


def test_the_form_of_letters_does_not_matter(tmp_path: Path) -> None:
    text = unicodedata.normalize("NFD", "file,label,start,end\na.wav,über,3,4\n")
    assert words(truth(tmp_path, text)) == [("a.wav", "über", 3.0, 4.0)]


def test_transcripts_mention_keywords_of_all_kinds(tmp_path: Path) -> None:
    found = truth(tmp_path, 'File;Sentence\nA;"Hey, Jarvis; YES!"\nb.flac;ÜBER alles\nc.wav;x\nd.wav\n', "Metadata.csv")
    assert found.mentioned == {"a.wav": frozenset({"hey_jarvis", "yes"}), "deep/b.flac": frozenset({"über"})}
    assert [note for note in found.notes if "c.wav" in note or "line 5" in note] == list(found.notes[-2:])
    assert truth(tmp_path, "file,transcript\na.wav,nothing\nb.flac,\n", "Metadata.csv").mentioned == {
        "a.wav": frozenset()
    }


def test_no_files_no_truth(tmp_path: Path) -> None:
    assert truth(tmp_path) == Truth(notes=(NO_TRUTH,)) and "labels.csv" in NO_TRUTH
    assert NO_TRUTH not in truth(tmp_path, "file,transcript\na.wav,nothing\n", "metadata.csv").notes


@given(st.floats(0, 35_999, allow_nan=False).map(lambda value: round(value, 3)))
def test_a_time_is_the_same_in_every_form(seconds: float) -> None:
    whole, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(whole), 60)
    forms = [
        f"{seconds:.3f}",
        f"{seconds:.3f}".replace(".", ","),
        f"{hours}:{minutes:02d}:{rest:06.3f}",
        f"{seconds!r} s",
    ]
    for form in [*forms, f"{1000 * seconds:.0f} ms"]:
        assert seconds_of(form) == pytest.approx(seconds, abs=6e-4)


@pytest.mark.parametrize(
    "text", ["", "soon", "nan", "inf", "1_0", "1.2.3", "0x1", "1 h", "--1", "1e999", f"{'9' * 5_000}:00:1"]
)
def test_what_is_no_time(text: str) -> None:
    assert seconds_of(text) is None


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=200) | st.text(max_size=80).map(lambda text: f"file,label,start,end\na.wav,yes,{text}".encode())
)
def test_any_bytes_are_a_truth_or_one_line_of_error(content: bytes) -> None:
    for name in ("labels.csv", "labels.json", "a.txt", "metadata.csv"):
        with tempfile.TemporaryDirectory() as place:
            try:
                found = truth(Path(place), content, name)
            except DataError as error:
                assert "\n" not in str(error)
            else:
                assert all(0 <= start <= end for _, _, start, end in words(found))


def test_label_tracks_and_tables_that_belong_to_no_recording_are_told(tmp_path: Path) -> None:
    (tmp_path / "Label Track.txt").write_text("1.0\t1.6\tyes\n")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "labels.csv").write_text("file,label,start_s,end_s\n")
    (tmp_path / "readme.txt").write_text("no track")
    told = "\n".join(load_truth(tmp_path, ["_silence_", "_unknown_", "yes"], ["rec.wav"]).notes)
    assert "1 label tracks have no recording's name, such as Label Track.txt" in told
    assert "1 tables of labels lie deeper, such as deep/labels.csv" in told and "readme" not in told


def test_windows_of_mlperf_that_nobody_reads_are_told(tmp_path: Path) -> None:
    (tmp_path / "a_ww_windows.json").write_text("[[1.0, 1.6]]\n")
    found = truth(tmp_path)
    assert not words(found)
    assert any("not read as labels, such as a_ww_windows.json" in note for note in found.notes)
