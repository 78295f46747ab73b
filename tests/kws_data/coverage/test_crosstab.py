import json
import sqlite3
import time
from pathlib import Path

import pytest
from made_catalog import balanced, make_catalog

from kws_data.catalog.attributes import attribute, in_order
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip, StoredAudio
from kws_data.cli import run
from kws_data.coverage.crosstab import crosstab
from kws_data.coverage.subgroups import publish_catalog
from kws_data.errors import DataError


def test_counts_clips_and_speakers_by_anything(tmp_path: Path) -> None:
    with Catalog(make_catalog(tmp_path, balanced(3), clips_each=4)) as catalog:
        table = crosstab(catalog, ["gender", "word"])
        assert {count.values: (count.clips, count.speakers, count.seconds) for count in table.counts} == {
            (gender, word): (48, 24, 48.0) for gender in ("female", "male") for word in ("no", "yes")
        }
        assert [c.clips for c in crosstab(catalog, ["licence"], ["gender=male", "age=60+"]).counts] == [48]


def test_the_missing_older_women_are_named(tmp_path: Path) -> None:
    people = {**balanced(20), ("female", "60+", "scottish"): 1}
    with Catalog(make_catalog(tmp_path, people)) as catalog:
        table = crosstab(catalog, ["gender", "age", "accent"])
    assert [cell.values for cell in table.thin] == [("female", "60+", "scottish")]
    assert table.to_dict()["thin"][0]["values"] == {"gender": "female", "age": "60+", "accent": "scottish"}


def test_what_was_not_said_is_counted_and_expected_of_nobody(tmp_path: Path) -> None:
    with Catalog(make_catalog(tmp_path, {("female", "", "irish"): 20, ("male", "20-39", ""): 20})) as catalog:
        table = crosstab(catalog, ["gender", "age"])
        assert table.not_said == {"gender": 0, "age": 40} and not table.thin


def test_levels_in_bands_and_their_order(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        for n, snr_db in enumerate((-3.0, 0, 9.99, 10, 31, None)):
            audio = StoredAudio(f"{n:064x}", 16_000, 16_000)
            catalog.add_clip(
                NewClip(audio, "go", "s", "made", str(n), attributes={"snr_db": snr_db, "age_band": "teen"})
            )
        counts = {c.values[0]: c.clips for c in crosstab(catalog, ["snr"]).counts}
        assert counts == {"below 0 dB": 1, "0 to 10 dB": 2, "10 to 20 dB": 1, "30 dB and more": 1, "": 1}
        assert sorted(counts, key=in_order) == ["below 0 dB", "0 to 10 dB", "10 to 20 dB", "30 dB and more", ""]
        assert [c.values for c in crosstab(catalog, ["age", "age_band"][:1]).counts] == [("teen",)]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("gendre", "mean gender"), ("accnt", "mean accent"), ("label", "--config"), ("x';--", "there are")],
)
def test_unknown_attributes_are_refused_with_the_nearest(tmp_path: Path, name: str, remedy: str) -> None:
    with Catalog(make_catalog(tmp_path, balanced(1))) as catalog, pytest.raises(DataError) as caught:
        crosstab(catalog, [name])
    assert remedy in str(caught.value)


def test_other_attributes_of_clips_can_be_used(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        clip = NewClip(StoredAudio("0" * 64, 1, 16_000), "go", "s", "made", "1", attributes={"codec": "opus"})
        catalog.add_clip(clip)
        assert crosstab(catalog, ["codec"]).counts[0].values == ("opus",)
        with pytest.raises(DataError, match="twice"):
            crosstab(catalog, ["codec", "codec"])


def test_keywords_become_labels_and_quotes_do_no_harm() -> None:
    sql = attribute("label", ["yes", "it's"]).sql
    assert "'it''s'" in sql


def test_people_are_published_once_each(tmp_path: Path) -> None:
    people = {**balanced(6), ("female", "60+", "irish"): 2, ("male", "20-39", "manx"): 1, ("male", "60+", "cornish"): 1}
    with Catalog(make_catalog(tmp_path, people, clips_each=3)) as catalog:
        table = publish_catalog(catalog, ["gender", "age", "accent"], k=5)
        printed = {cell.values: cell.people for cell in table.cells}
        assert printed["all", "all", "all"] == sum(people.values())
        assert printed["female", "60+", "irish"] is None and table.suppressed >= 4
        assert not any("manx" in values for values in printed) and "suppressed" in table.method()
        with pytest.raises(DataError, match="no attribute of a person"):
            publish_catalog(catalog, ["word"])


def test_the_command_shows_json_with_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_catalog(tmp_path, {**balanced(12), ("male", "60+", "welsh"): 0})
    by = ["--by", "gender", "--by", "age", "--by", "accent"]
    assert run(["catalog", "--recordings", str(folder), *by, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["totals"]["speakers"] == 180 and len(document["cells"]) == 15
    assert document["thin"][0]["values"] == {"gender": "male", "age": "60+", "accent": "welsh"}
    assert run(["catalog", "--recordings", str(folder), *by]) == 0
    assert "welsh" in capsys.readouterr().out
    assert run(["catalog", "--recordings", str(folder), "--by", "agee"]) == 2
    assert "did you mean age?" in capsys.readouterr().err
    assert run(["catalog", "--recordings", str(folder), "--rot", "--publish"]) == 2


def test_published_counts_as_json_and_as_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(make_catalog(tmp_path, {**balanced(9), ("female", "60+", "irish"): 2}))
    asked = ["catalog", "--recordings", folder, "--publish", "--by", "gender", "--by", "accent", "--by", "age"]
    assert run([*asked, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["k"] == 5 and document["epsilon"] == 0
    hidden = [cell["values"] for cell in document["cells"] if cell["people"] is None]
    assert {"gender": "female", "accent": "irish", "age": "60+"} in hidden and len(hidden) >= 8
    assert run([*asked, "--epsilon", "1"]) == 0
    noised = capsys.readouterr().out
    assert run([*asked, "--epsilon", "1"]) == 0
    assert capsys.readouterr().out == noised and "ε = 1" in noised


@pytest.mark.slow
def test_a_hundred_thousand_clips_take_under_two_seconds(tmp_path: Path) -> None:
    make_catalog(tmp_path, balanced(1), clips_each=1)
    said = [json.dumps(dict(zip(("gender", "age", "accent"), cell, strict=True))) for cell in balanced(1)]
    clips = [(f"{n:016x}", n % 5_000, said[n % 16]) for n in range(99_984)]
    with sqlite3.connect(tmp_path / "catalog.sqlite") as db:  # adding them one by one would take a while
        db.executemany("INSERT INTO speakers VALUES (?, 'made', 0)", [(str(n),) for n in range(5_000)])
        values = "?1, sha256, 'go', ?2, NULL, 'made', '', '', '', ?1, NULL, ?3, ''"
        query = f"INSERT INTO clips SELECT {values} FROM audio LIMIT 1"
        db.executemany(query, clips)
    with Catalog(tmp_path) as catalog:
        assert catalog.counts()["clips"] == 100_000
        started = time.process_time()
        table = crosstab(catalog, ["gender", "age", "accent"])
        seconds = time.process_time() - started
    assert len(table.counts) == 16 and seconds < 2.0
