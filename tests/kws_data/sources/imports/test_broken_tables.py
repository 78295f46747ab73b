"""Any table can be broken: a line that cannot be used costs that line, and nothing leads out of the folder."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from made_folder import tone
from made_layouts import CV_COLUMNS, HASHES, make_common_voice

from kws_data.audio import write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import folder_id
from kws_data.sources.imports import attribution
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.layouts import common_voice, edge_impulse, folder, label_studio, mswc


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
    for name in ("labels.csv", "deep/train.jsonl", "Metadata.JSON", "a.tsv"):
        with tempfile.TemporaryDirectory() as place:
            (Path(place) / "deep").mkdir()
            (Path(place) / name).write_bytes((b"file,label\n" if name.endswith("csv") else b"") + content)
            assert folder.scan(Path(place)).items == []


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
