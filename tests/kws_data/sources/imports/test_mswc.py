"""A table of the Multilingual Spoken Words Corpus against a disk that has names in Unicode's other form."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from made_folder import tone

from kws_data.audio import write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.sources.imports.find_layout import import_layout


@pytest.mark.parametrize(("table", "disk"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFC", "NFC")])
def test_the_form_of_a_name_does_not_count(table: str, disk: str, tmp_path: Path) -> None:
    root = tmp_path / "de"
    write_wav(root / "clips" / unicodedata.normalize(disk, "über") / "a.wav", tone("u", 1), 16_000)
    word = unicodedata.normalize(table, "über")
    (root / "de_splits.csv").write_text(f"SET,LINK,WORD,VALID,SPEAKER,GENDER\nTRAIN,{word}/a.wav,{word},True,abc,F\n")
    with Catalog(tmp_path / "rec") as catalog:
        report = import_layout(catalog, "mswc", root)
        assert report.absent == () and [clip.word for clip in catalog.clips()] == ["über"]
