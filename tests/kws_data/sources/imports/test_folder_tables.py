"""Labels stand in tables of many names and forms: they are read, or a line says which table nobody reads."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from made_folder import tone

from kws_data.audio import write_wav
from kws_data.errors import DataError
from kws_data.sources.imports.attribution import FILE, Origin, attribution_table
from kws_data.sources.imports.items import Scan
from kws_data.sources.imports.layouts import folder

RIGHT = {"clips/a.wav": "yes", "clips/b.wav": "no"}
CSV = "file,label\nclips/a.wav,yes\nclips/b.wav,no\n"


def tree(root: Path, *names: str) -> Path:
    for name in names or RIGHT:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        write_wav(root / name, tone(name, 1), 16_000)
    return root


def words(scan: Scan) -> dict[str, str]:
    return {item.name: item.word for item in scan.items}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Metadata.csv", CSV),
        ("METADATA.CSV", CSV),
        ("metadata.tsv", CSV.replace(",", "\t")),
        ("labels.csv", CSV),
        ("index.csv", CSV),
        ("whatever.csv", CSV),
        (
            "metadata.jsonl",
            '{"file_name": "clips/a.wav", "label": "yes"}\n{"file_name": "clips/b.wav", "label": "no"}\n',
        ),
        ("metadata.json", json.dumps([{"audio": {"path": name}, "word": word} for name, word in RIGHT.items()])),
        ("metadata.csv", "sep=;\r\nWAV Filename;Category;\r\na;yes;\r\nb;no;\r\n"),
        ("metadata.csv", "path|label\rC:\\old\\clips\\a.wav|yes\rC:\\old\\clips\\b.wav|no\r"),
        ("clips/metadata.csv", CSV.replace("clips/", "")),
        ("clips/labels.csv", CSV.replace("clips/", "")),
    ],
)
def test_labels_come_from_the_table_whatever_it_is_called(name: str, text: str, tmp_path: Path) -> None:
    tree(tmp_path)
    (tmp_path / name).write_text(text, newline="")
    found = folder.scan(tmp_path)
    assert (words(found), found.problems, found.absent) == (RIGHT, (), ())


def test_tables_of_splits_are_read_together(tmp_path: Path) -> None:
    tree(tmp_path)
    (tmp_path / "train.csv").write_text("path,word\na.wav,yes\n")
    (tmp_path / "my_set-test.csv").write_text("path,word\nb.wav,no\n")
    found = folder.scan(tmp_path)
    assert [(item.word, item.given_split) for item in found.items] == [("yes", "training"), ("no", "testing")]
    assert not found.problems and not any("unread" in note for note in found.notes)


def test_a_table_in_each_split_folder_speaks_for_that_folder(tmp_path: Path) -> None:
    tree(tmp_path, "train/1.wav", "test/1.wav", "yes/2.wav")
    (tmp_path / "train/metadata.csv").write_text("file_name,label\n1.wav,go\n")
    (tmp_path / "test/metadata.jsonl").write_text('{"file_name": "1.wav", "label": "stop"}')
    found = folder.scan(tmp_path)
    assert words(found) == {"test/1.wav": "stop", "train/1.wav": "go", "yes/2.wav": "yes"}
    assert [item.given_split for item in found.items] == ["testing", "training", ""]


def test_of_two_tables_the_surer_name_counts_and_the_other_is_named(tmp_path: Path) -> None:
    tree(tmp_path)
    (tmp_path / "labels.csv").write_text(CSV)
    (tmp_path / "a.csv").write_text(CSV.replace("yes", "wrong"))
    (tmp_path / "clips/notes.xlsx").write_bytes(b"PK")
    found = folder.scan(tmp_path)
    assert words(found) == RIGHT
    assert found.notes[0] == "words are those of labels.csv"
    assert found.notes[-1] == (
        "tables lie there unread: a.csv, clips/notes.xlsx (labels.csv says what the recordings are); if a.csv says "
        "what the recordings are, rename it metadata.csv and call its columns file and label"
    )


@pytest.mark.parametrize("name", ["labels.xlsx", "clips/train.parquet", "labels.csv", "names.tsv"])
def test_no_label_is_made_up_where_a_table_is_not_read(name: str, tmp_path: Path) -> None:
    tree(tmp_path)
    (tmp_path / name).write_bytes(b"PK\x03\x04" if "csv" not in name else "größe\n".encode("cp1252"))
    with pytest.raises(DataError, match="in a table that is not read") as caught:
        folder.scan(tmp_path)
    assert name in str(caught.value) and "metadata.csv" in str(caught.value)
    tree(tmp_path, "go/c.wav")
    found = folder.scan(tmp_path)
    assert words(found) == {"go/c.wav": "go"} and {place for place, _ in found.problems} == set(RIGHT)
    assert name in found.notes[-1]


def test_a_plain_tree_beside_a_table_of_something_else_stays_what_it_was(tmp_path: Path) -> None:
    tree(tmp_path, "yes/a.wav", "no/b.wav")
    (tmp_path / "results.csv").write_text("file,score\nyes/a.wav,3\n")
    (tmp_path / "stale.csv").write_text("file,label\nold/a1.wav,up\n")
    found = folder.scan(tmp_path)
    assert words(found) == {"no/b.wav": "no", "yes/a.wav": "yes"} and not found.problems
    assert "stale.csv is not used" in found.notes[0] and "unread: results.csv;" in found.notes[1]


def test_words_that_are_names_of_containers_are_told(tmp_path: Path) -> None:
    tree(tmp_path)
    assert "clips (2)" in folder.scan(tmp_path).notes[0]
    tree(tmp_path, "data/c.wav", "yes/d.wav")
    assert not folder.scan(tmp_path).notes


def test_a_row_without_a_label_takes_none_from_a_container(tmp_path: Path) -> None:
    tree(tmp_path, "clips/a.wav", "yes/b.wav")
    (tmp_path / "metadata.csv").write_text("file,lable\nclips/a.wav,yes\nyes/b.wav,\n")
    found = folder.scan(tmp_path)
    assert words(found) == {"yes/b.wav": "yes"}
    assert found.problems[0][1].startswith(
        "has no label, and the file lies in clips, which is no word: did you mean lable? call one of them label (word, "
    )
    assert "lable (did you mean label?)" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fiel,label\na.wav,yes\n", "did you mean fiel? call one of them file (path, filename, "),
        ("id,label\n1,yes\n", "call one of them file (path, filename, "),
        ("clips/a.wav,yes\nclips/b.wav,no\n", "put one above it that names the columns"),
    ],
)
def test_a_table_without_a_column_for_the_file_says_which_would_do(text: str, told: str, tmp_path: Path) -> None:
    tree(tmp_path)
    (tmp_path / "metadata.csv").write_text(text)
    with pytest.raises(DataError, match="no column for the file") as caught:
        folder.scan(tmp_path)
    assert told in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_stands_under_two_words_says_so(tmp_path: Path) -> None:
    tree(tmp_path)
    (tmp_path / "metadata.csv").write_text(CSV + "clips/a.wav,no\n")
    assert folder.scan(tmp_path).problems == (
        ("metadata.csv line 4", "names clips/a.wav a second time, as no and not yes: the first line counts"),
    )


def test_nobody_is_no_person(tmp_path: Path) -> None:
    tree(tmp_path)
    (tmp_path / "metadata.csv").write_text("file,label,speaker\nclips/a.wav,yes,nan\nclips/b.wav,no,Unknown\n")
    assert [item.speaker for item in folder.scan(tmp_path).items] == ["", ""]


def test_a_rarer_name_counts_only_where_no_column_has_the_usual_one(tmp_path: Path) -> None:
    tree(tmp_path)
    (tmp_path / "metadata.csv").write_text("file,category,label\nclips/a.wav,short,yes\nclips/b.wav,short,\n")
    found = folder.scan(tmp_path)
    assert words(found) == {"clips/a.wav": "yes"} and "category" in found.notes[0]


def test_what_an_export_says_is_found_on_any_disk_and_lines_that_are_lost_are_told(tmp_path: Path) -> None:
    names = [unicodedata.normalize("NFD", "über/a.wav"), "no/b.wav"]
    tree(tmp_path, *names)
    rest = {
        "word": "über",
        "label": "über",
        "split": "",
        "synthetic": "yes",
        "session": "",
        "consent": "",
        "source": "x",
    }
    said = [
        Origin(file=unicodedata.normalize("NFC", name), clip="1", speaker=speaker, licence="MIT", **rest)
        for name, speaker in zip(names, ("0123456789ab", "1.2E+11"), strict=True)
    ]
    (tmp_path / FILE).write_text(attribution_table(said))
    found = folder.scan(tmp_path)
    assert {item.name: (item.synthetic, item.licence) for item in found.items} == {
        names[0]: (True, "MIT"),
        names[1]: (False, ""),
    }
    assert found.notes[0].startswith(
        "1 lines of ATTRIBUTION.csv are not as kws writes them, such as ATTRIBUTION.csv line 3"
    )


@pytest.mark.parametrize("line", ["a|Yes.|yes", "a|yes|yes"])
def test_a_table_without_a_header_is_told_what_it_lacks(line: str, tmp_path: Path) -> None:
    """LJSpeech's metadata.csv has none."""
    write_wav(tmp_path / "wavs" / "a.wav", tone("yes", 1), 16_000)
    (tmp_path / "metadata.csv").write_text(f"{line}\n")
    with pytest.raises(DataError, match=r"first line is no header.*put one above it, such as file,label"):
        folder.LAYOUT.find(tmp_path)
