"""What others write as a table comes back as they meant it; what cannot is told, line by line."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_data.errors import DataError
from kws_data.tables.table import Table, read_table


def test_a_broken_line_costs_that_line_only(tmp_path: Path) -> None:
    path = tmp_path / "metadata.csv"
    path.write_bytes(
        b'\xef\xbb\xbfFile , Label\r\na.wav,"yes, please"\r\nb.wav,"open\r\nc.wav\r\n\r\nd\xff.wav,no\r\ne.wav,no\r\n'
    )
    table = read_table(path, needed=("file",))
    assert table.columns == ("file", "label")
    assert table.rows == [(2, {"file": "a.wav", "label": "yes, please"}), (7, {"file": "e.wav", "label": "no"})]
    assert table.problems == (
        ("metadata.csv line 3", "quotes do not close on the line"),
        ("metadata.csv line 4", "has 1 fields, the header has 2"),
        ("metadata.csv line 6", "is no UTF-8 text: save the table as CSV (UTF-8)"),
    )


@pytest.mark.parametrize("text", ["file;label\na,b.wav;yes\n", "file\tlabel\na,b.wav\tyes\n"])
def test_other_separators_are_seen(text: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text)
    assert read_table(tmp_path / "t.csv").rows == [(2, {"file": "a,b.wav", "label": "yes"})]


def test_a_spreadsheet_in_utf_16_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("file\tlabel\na.wav\tgrün\n".encode("utf-16"))
    assert read_table(tmp_path / "t.csv").rows == [(2, {"file": "a.wav", "label": "grün"})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"file,file\n", "column twice"),
        (b"name,label\n", "lacks a column"),
        (b"\xff\xfea", "no text"),
        (b"\x00\x01\x02\x03", "lacks a column"),
    ],
)
def test_tables_that_cannot_be_used(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_table(tmp_path / "t.csv", needed=("file",))
    assert "\n" not in str(caught.value)


def read_bytes(content: bytes, name: str = "t.csv", *, tabs: bool = False) -> Table:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, name)
        path.write_bytes(content)
        return read_table(path, tabs=tabs)


#: Cells of any text; a lone carriage return within one cannot be told from the end of a line.
CELL = st.text(st.characters(blacklist_characters="\r\0", blacklist_categories=["Cs"]), max_size=12).map(str.strip)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8),
    order=st.permutations(["File", " label", "speaker "]),
    encoding=st.sampled_from(ENCODINGS),
    separator=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    more=st.integers(0, 2),
    told=st.booleans(),
)
def test_what_a_csv_writer_writes_is_read_back(
    rows: list[list[str]],
    order: list[str],
    encoding: str,
    separator: str,
    end: str,
    quoting: int,
    more: int,
    told: bool,
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([[*row, *[""] * more] for row in [order, *rows]])
    content = (f"sep={separator}{end}" if told else "") + text.getvalue()
    table = read_bytes(content.encode(encoding))
    assert table.columns == tuple(name.strip().lower() for name in order) and not table.problems
    whole = [row for row in rows if any(row)]
    assert [list(row.values()) for _, row in table.rows if any(row.values())] == whole


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(CELL, CELL).filter(any), max_size=8), st.sampled_from(["lines", "array", "pandas", "named"]))
def test_what_json_writers_write_is_read_back(rows: list[tuple[str, str]], form: str) -> None:
    objects = [{"File": file, "label": label} for file, label in rows]
    if not objects:
        objects = [{"File": "a.wav", "label": "yes"}]
    columns = {name: {str(at): one[name] for at, one in enumerate(objects)} for name in objects[0]}
    text = {
        "lines": "\n".join(json.dumps(one) for one in objects),
        "array": json.dumps(objects, indent=1),
        "pandas": json.dumps(columns),
        "named": json.dumps({"version": 1, "data": objects}),
    }[form]
    table = read_bytes(text.encode(), "t.jsonl" if form == "lines" else "t.json")
    assert [list(row.values()) for _, row in table.rows] == [[cell.strip() for cell in o.values()] for o in objects]


def test_lines_that_end_in_cr_alone_are_lines() -> None:
    assert read_bytes(b"file,label\ra.wav,yes\rb.wav,no\r").rows == [
        (2, {"file": "a.wav", "label": "yes"}),
        (3, {"file": "b.wav", "label": "no"}),
    ]


def test_a_field_may_hold_line_breaks_and_blanks_before_its_quotes() -> None:
    table = read_bytes(b'file, label,text\r\na.wav, "yes","one\r\ntwo, three"\r\nb.wav,no,\r\n')
    assert table.rows == [
        (2, {"file": "a.wav", "label": "yes", "text": "one\ntwo, three"}),
        (4, {"file": "b.wav", "label": "no", "text": ""}),
    ]


def test_fields_beyond_the_header_count_only_when_they_say_something() -> None:
    table = read_bytes(b"file,label,,\na.wav,yes\nb.wav,no,,,\nc.wav,no,,left\n")
    assert [row["file"] for _, row in table.rows] == ["a.wav", "b.wav"]
    assert table.problems == (("t.csv line 4", "has 4 fields, the header has 2"),)


def test_a_header_that_is_no_utf_8_is_not_passed_over() -> None:
    with pytest.raises(DataError, match="save the table as CSV"):
        read_bytes("datei,wort,größe\na.wav,yes,1\n".encode("cp1252"))


@pytest.mark.parametrize("content", [b"PK\x03\x04...", b"\xd0\xcf\x11\xe0...", b"PAR1..."])
def test_a_spreadsheet_under_the_name_of_a_table_is_told(content: bytes) -> None:
    with pytest.raises(DataError, match="save it as CSV"):
        read_bytes(content)


def test_json_says_what_is_no_object_and_leaves_out_nothing_else() -> None:
    table = read_bytes(
        b'{"file_name": "a.wav", "audio": {"path": "x", "bytes": null}}\n[1]\n{broken\n{"n": NaN}\n', "t.jsonl"
    )
    assert table.rows[0] == (1, {"file_name": "a.wav", "audio": "x", "n": ""})
    assert table.problems == (("t.jsonl line 2", "is no object of JSON"), ("t.jsonl line 3", "is no object of JSON"))
    with pytest.raises(DataError, match="no list of objects"):
        read_bytes(b'{"version": 1}x', "t.json")
    with pytest.raises(DataError, match="empty"):
        read_bytes(b" \n", "t.json")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text().map(str.encode), st.booleans())
def test_any_bytes_are_a_table_or_a_data_error(content: bytes, tabs: bool) -> None:
    for name in ("t.csv", "t.json"):
        try:
            table = read_bytes(content, name, tabs=tabs)
        except DataError:
            continue
        assert all(row.keys() == set(table.columns) for _, row in table.rows)
