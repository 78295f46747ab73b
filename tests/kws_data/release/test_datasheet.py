import json
import re
from pathlib import Path
from typing import Any

import pytest
from made_dataset import made_info, made_row, make_dataset

from kws_data.catalog.catalog import Catalog
from kws_data.cli import run
from kws_data.coverage.subgroups import subgroups
from kws_data.errors import DataError
from kws_data.release.croissant import croissant
from kws_data.release.datasheet.page import datasheet_page
from kws_data.release.datasheet.sections import datasheet


def people(**missing: int) -> list[dict[str, Any]]:
    """Thirty people of each gender and age, but for those that are missing: ``female_60=29``."""
    cells = [(gender, age) for gender in ("female", "male") for age in ("20-39", "60+")]
    rows: list[dict[str, Any]] = []
    for gender, age in cells:
        for _ in range(30 - missing.get(f"{gender}_{age[:2]}", 0)):
            said = {"gender": gender, "age": age, "rms_db": -20.0 - len(rows) % 7}
            rows.append(made_row(len(rows), attributes=said))
    return rows


def test_every_section_of_the_questionnaire_is_there() -> None:
    rows = people(female_60=29)
    left_out = {
        "a": "licence not allowed: CC-BY-NC-4.0",
        "b": f"exact copy of {'0' * 16}",
        "c": "licence not allowed: CC-BY-NC-4.0",
    }
    text = datasheet(made_info(rows, left_out=left_out), rows)
    for title in ("Motivation", "Composition", "Collection process", "Preprocessing", "Uses", "Maintenance"):
        assert f"## {title}" in text
    assert "Distribution: licences and consent" in text and "| CC-BY-4.0 | research | 91 |" in text
    assert "| licence not allowed: CC-BY-NC-4.0 | 2 |" in text and "| exact copy of another clip | 1 |" in text
    assert "and 1 copies of other clips" in text
    assert "licences: CC-BY-4.0; consents: any" in text
    assert "found 0 leaks" in text and "share a speaker or session" in text


def test_clips_that_are_not_proven_whole_are_counted_with_the_collection() -> None:
    rows = people()
    assert "is not proven" not in datasheet(made_info(rows), rows)
    rows[:3] = [made_row(number, attributes={"whole": "not proven"}) for number in range(3)]
    text = datasheet(made_info(rows), rows)
    told = text[text.index("## Collection") : text.index("## Labels")]
    assert "3 of the clips came as bare samples" in told


def test_missing_older_women_stand_among_the_known_gaps() -> None:
    text = datasheet(made_info(people(female_60=29)), people(female_60=29))
    gaps = text[text.index("## Known gaps") : text.index("## Collection")]
    assert "| female | 60+ | 1 |" in gaps
    assert "| female | 30 | **1** |" in text  # and in the table of all combinations
    assert "No combination" in datasheet(made_info(people()), people())


def test_an_attribute_that_nobody_said_hides_no_gap_of_the_others() -> None:
    rows = people(female_60=29)
    info = made_info(rows)
    info["release"] = {**info["release"], "subgroups": ["gender", "accent", "age"]}
    text = datasheet(info, rows)
    assert "Nothing is known of their accent." in text and "| female | 60+ | 1 |" in text


def test_what_nothing_is_known_of_is_a_gap() -> None:
    rows = [made_row(n) for n in range(9)]
    text = datasheet(made_info(rows), rows)
    assert "Nothing is known of their gender and age" in text and "No claim can be made about people" in text


def test_small_groups_are_suppressed_when_the_release_says_so() -> None:
    rows = people(female_60=28)
    info = made_info(rows)
    info["release"] = {**info["release"], "k": 5}
    text = datasheet(info, rows)
    assert "counts below 5" in text and "4 counts of people are suppressed" in text
    assert "| female | 60+ |" not in text and "| 60+ | 32 |" in text


def test_noise_needs_a_secret_and_changes_counts_but_not_from_print_to_print() -> None:
    rows = people()
    with pytest.raises(DataError, match="key"):
        subgroups(rows, ["gender"], epsilon=0.1)
    once, again = (subgroups(rows, ["gender"], epsilon=0.1, secret=b"s")[0].totals("gender") for _ in range(2))
    assert once == again != subgroups(rows, ["gender"])[0].totals("gender")


def test_people_and_voices_are_counted_apart_and_once_each() -> None:
    rows = [
        *people(),
        *(made_row(900 + n, synthetic=True, speaker="v", attributes={"accent": "en-us"}) for n in range(3)),
    ]
    person, voice = subgroups(rows, ["accent", "gender"])
    assert (person.speakers, voice.speakers) == (120, 1) and voice.unknown == ("gender",)
    assert dict(voice.totals("accent")) == {"en-us": 1} and dict(person.totals("gender")) == {"female": 60, "male": 60}


def test_the_page_stands_alone_with_its_plots_and_marks() -> None:
    rows = people(female_60=29)
    page = datasheet_page(made_info(rows), rows)
    assert page == datasheet_page(made_info(rows), rows)
    assert page.count("<svg") >= 4 and 'class="no"' in page and "level (RMS)" in page
    assert not re.search(r"(src|href)=\"?http", page)


def test_names_in_data_do_no_harm_on_the_page() -> None:
    rows = [made_row(n, source="<script>alert(1)</script>", attributes={"gender": "<b>"}) for n in range(3)]
    page = datasheet_page(made_info(rows), rows)
    assert "<script>" not in page and "<b>\u003c" not in page
    assert "a \\| b" in datasheet(made_info(rows), [made_row(1, source="a | b")])


def test_the_command_writes_all_three(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = make_dataset(tmp_path / "runs" / "made" / "dataset", people())
    assert run(["datasheet", "made", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["files"]) == 3
    assert {"datasheet.md", "datasheet.html", "croissant.json"} <= {path.name for path in folder.iterdir()}
    assert run(["datasheet", str(folder), "--epsilon", "1"]) == 2
    assert "--recordings" in capsys.readouterr().err
    with Catalog("recordings") as catalog:
        catalog.next_number("anything")  # what is written first makes it
    assert run(["datasheet", str(folder), "--epsilon", "1", "--k", "5"]) == 0
    assert "ε = 1" in (folder / "datasheet.md").read_text()
    assert run(["datasheet", "nothing"]) == 2


@pytest.mark.filterwarnings("ignore")  # mlcroissant's own, of rdflib and pandas
def test_croissant_is_accepted_and_read_by_mlcroissant(tmp_path: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    rows = people(female_60=29)
    folder = make_dataset(tmp_path, rows)
    document = croissant(folder, made_info(rows), rows)
    (folder / "croissant.json").write_text(json.dumps(document))
    dataset = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    assert not dataset.metadata.issues.errors
    records = list(dataset.records("clips"))
    assert len(records) == len(rows)
    assert {r["clips/speaker"].decode() for r in records} == {row["speaker"] for row in rows}
    assert {r["clips/samples"] for r in records} == {16_000}
    assert "female" in dataset.metadata.to_json()["rai:dataBiases"]


@pytest.mark.filterwarnings("ignore")  # mlcroissant's own, of rdflib and pandas
def test_croissant_notices_another_manifest(tmp_path: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    folder = make_dataset(tmp_path, people())
    (folder / "croissant.json").write_text(json.dumps(croissant(folder, made_info(people()), people())))
    make_dataset(tmp_path, people(female_60=29))
    dataset = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    with pytest.raises(Exception, match="manifest"):
        list(dataset.records("clips"))


def test_unlicensed_clips_are_warned_of() -> None:
    rows = [made_row(n, licence="unstated") for n in range(3)]
    assert "3 clips have no stated licence" in datasheet(made_info(rows), rows)
