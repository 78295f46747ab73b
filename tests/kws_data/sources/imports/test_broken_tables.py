"""Any table can be broken: a line that cannot be used costs that line, and nothing leads out of the folder."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_folder import tone
from made_layouts import CV_COLUMNS, HASHES, make_common_voice

from kws_data.audio import write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import folder_id
from kws_data.errors import DataError
from kws_data.sources.imports import attribution
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.layouts import common_voice, edge_impulse, folder, label_studio, mswc
from kws_data.sources.imports.tables import read_table


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
        ("metadata.csv line 6", "is no UTF-8 text"),
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


CELL = st.text(st.characters(blacklist_characters="\r\n\0", blacklist_categories=["Cs"]), max_size=12)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8))
def test_what_a_csv_writer_writes_is_read_back(rows: list[list[str]]) -> None:
    import csv

    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "t.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([["file", "label", "speaker"], *rows])
        table = read_table(path)
    wanted = [[cell.strip() for cell in row] for row in rows]
    assert [list(row.values()) for _, row in table.rows if any(row.values())] == [row for row in wanted if any(row)]
    assert not table.problems


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text().map(str.encode), st.booleans())
def test_any_bytes_are_a_table_or_a_data_error(content: bytes, tabs: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "t.csv")
        path.write_bytes(content)
        try:
            table = read_table(path, tabs=tabs)
        except DataError:
            return
    assert all(row.keys() == set(table.columns) for _, row in table.rows)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_in_the_tables_of_a_layout_are_a_scan_or_a_data_error(content: bytes) -> None:
    header = "\t".join(CV_COLUMNS).encode()
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        for name, start in (("metadata.csv", b"file,label\n"), ("validated.tsv", header + b"\n"),
                            ("en_splits.csv", b"SET,LINK,WORD,VALID,SPEAKER,GENDER\n")):  # fmt: skip
            (root / name).write_bytes(start + content)
        (root / "ATTRIBUTION.csv").write_bytes(",".join(attribution.COLUMNS).encode() + b"\n" + content)
        for module in (folder, common_voice, mswc):
            assert module.scan(root).items == []
        attribution.read_attribution(root)


def test_paths_in_tables_do_not_lead_out_of_the_folder(catalog: Catalog, tmp_path: Path) -> None:
    write_wav(tmp_path / "secret.wav", tone("yes", 1), 16_000)
    root = tmp_path / "data"
    (root / "en" / "clips").mkdir(parents=True)
    names = ("../secret.wav", str(tmp_path / "secret.wav"), "..\\secret.wav", "", "a\0.wav", ".", "en/../../secret.wav")
    (root / "metadata.csv").write_text("file,label\n" + "".join(f"{name},yes\n" for name in names))
    assert folder.scan(root).items == [] and len(folder.scan(root).problems) == len(names)
    (root / "en" / "en_splits.csv").write_text("LINK,WORD\n../secret.wav,yes\n../../secret.wav,yes\nclips/..,yes\n")
    assert mswc.scan(root).items == []
    row = (HASHES[0], "../../../secret.wav", "yes", *[""] * 8)
    (root / "en" / "validated.tsv").write_text("\t".join(CV_COLUMNS) + "\n" + "\t".join(row) + "\n")
    assert common_voice.scan(root).items == []
    files = [{"path": name, "category": "../..", "label": {"type": "label", "label": "yes"}} for name in names]
    (root / "info.labels").write_text(json.dumps({"version": 1, "files": files}))
    assert edge_impulse.scan(root).items == []
    tasks = [{"data": {"audio": name}, "annotations": [{"result": [{"value": {"choices": ["x"]}}]}]} for name in names]
    (root / "tasks.json").write_text(json.dumps(tasks))
    assert label_studio.scan(root).items == []


def test_a_table_that_is_cut_off_keeps_its_lines(catalog: Catalog, tmp_path: Path) -> None:
    root = make_common_voice(tmp_path / "data")
    table = root / "en" / "validated.tsv"
    table.write_bytes(table.read_bytes()[:-200] + b"\xff\xfe")
    report = import_layout(catalog, "common-voice", root)
    assert report.counts.added >= 3 and len(catalog.clips(folder=folder_id(root))) == report.counts.added
    assert report.set_aside[0][0].startswith("en/validated.tsv line")
