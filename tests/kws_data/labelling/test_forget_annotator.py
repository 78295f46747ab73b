"""Who labelled can be forgotten: no byte of the name or of the notes stays, and every label does."""

from __future__ import annotations

from pathlib import Path

import pytest

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Finding
from kws_data.catalog.opinions import NewOpinion
from kws_data.errors import DataError
from kws_data.labelling.forget_annotator import forget_annotator
from tests.kws_data.catalog.test_catalog import new_clip


def test_the_name_goes_and_what_was_said_stays(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        one, two = (catalog.add_clip(new_clip(catalog, n)) for n in range(2))
        catalog.opinions.give(NewOpinion(one, "person", "zoenamed", "go", note="secretnote", token="browsertoken"))
        catalog.opinions.give(NewOpinion(one, "adjudicator", "zoenamed", "stop"))
        catalog.opinions.give(NewOpinion(two, "person", "ann", "go", note="kept"))
        catalog.opinions.give(NewOpinion(two, "model", "zoenamed", "go", 0.9))
        batch = catalog.changes.record(
            "agreement", findings=[Finding(one, "disagreement", "look", detail="zoenamed: go")]
        )
        assert forget_annotator(catalog, "zoenamed") == ("somebody-1", 2)
        there = {(o.clip_id, o.kind, o.giver, o.label, o.note) for o in catalog.opinions.all()}
        assert there == {
            (one, "person", "somebody-1", "go", ""),
            (one, "adjudicator", "somebody-1", "stop", ""),
            (two, "person", "ann", "go", "kept"),
            (two, "model", "zoenamed", "go", ""),
        }
        assert catalog.changes.findings(batch)[0].detail == ""
        catalog.opinions.give(NewOpinion(two, "person", "bob", "go"))
        assert forget_annotator(catalog, "bob") == ("somebody-2", 1)
    held = b"".join(path.read_bytes() for path in tmp_path.glob("catalog.sqlite*"))
    assert b"secretnote" not in held and b"browsertoken" not in held and held.count(b"zoenamed") == 2, (
        "the model's, with its index"
    )


def test_who_is_nobody_is_told_who_there_is(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        clip = catalog.add_clip(new_clip(catalog, 0))
        with pytest.raises(DataError, match="nobody has labelled"):
            forget_annotator(catalog, "zoe")
        catalog.opinions.give(NewOpinion(clip, "person", "ann", "go"))
        with pytest.raises(DataError, match="there are ann"):
            forget_annotator(catalog, "zoe")
