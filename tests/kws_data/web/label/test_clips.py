"""Which clips are labelled, and which words have a button."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Change, Finding
from kws_data.catalog.clips import NewClip, StoredAudio
from kws_data.catalog.opinions import NewOpinion
from kws_data.cli import run
from kws_data.cli.label.page import _work
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.labelling.queue import LabelQueue
from kws_data.quality.audit.apply import to_set_aside
from kws_data.web.label.clips import chosen_clips, disputed_clips, words_with_button

WORDS = ("(unlabelled)", "_unlabelled_", "no", "yes", "yes", "_background_noise_", "(speech)")


@pytest.fixture
def filled(catalog: Catalog) -> dict[str, str]:
    """Ids of clips by their origin, "0" to "6", of the words above; "4" is set aside."""
    new = [
        NewClip(
            StoredAudio(f"{n:064d}", 16_000, 16_000), word, "them", "made", str(n), reasons="loud" if n == 4 else ""
        )
        for n, word in enumerate(WORDS)
    ]
    catalog.add_clips(new)
    return {clip.origin: clip.id for clip in catalog.clips(with_set_aside=True)}


def test_what_has_no_label_or_all_that_has_a_word(catalog: Catalog, filled: dict[str, str]) -> None:
    assert set(chosen_clips(catalog, "unlabelled")) == {filled["0"], filled["1"]}
    assert set(chosen_clips(catalog, "all")) == {filled[n] for n in "0123"}
    assert chosen_clips(catalog, "all", "yes") == (filled["3"],)
    assert chosen_clips(catalog, "all", "_background_noise_") == (filled["5"],)
    with pytest.raises(DataError, match=r"there is nothing to label.*--clips unlabelled --word yes.*--clips all"):
        chosen_clips(catalog, "unlabelled", "yes")


def test_of_what_the_last_audit_found_words_in_doubt_come_first(catalog: Catalog, filled: dict[str, str]) -> None:
    with pytest.raises(DataError, match=r"call kws audit first"):
        chosen_clips(catalog, "found")
    catalog.changes.record("audit", findings=[Finding(filled["0"], "older", "look", 9.0)])
    found = [
        Finding(filled["1"], "hum", "look", 30.0),
        Finding(filled["2"], "label error", "relabel", 0.5, "yes"),
        Finding(filled["3"], "label error", "set aside", 0.9),
        Finding(filled["4"], "loud", "set aside", 0.9),
        Finding(filled["5"], "fine", "none", 1.0),
        Finding(filled["2"], "quiet", "look", 0.1),
    ]
    batch = catalog.changes.record("audit", findings=found, changes=[Change(filled["4"], "reasons", "louder")])
    assert chosen_clips(catalog, "found") == (filled["3"], filled["2"], filled["1"])
    catalog.changes.undo(batch)
    assert chosen_clips(catalog, "found") == (filled["0"],)


def test_what_an_audit_has_set_aside_is_heard_where_its_label_was_the_reason(
    catalog: Catalog, filled: dict[str, str]
) -> None:
    found = [
        Finding(filled["2"], "label error", "relabel", 0.9, "yes"),
        Finding(filled["3"], "label error", "relabel", 0.8, "no"),
        Finding(filled["3"], "truncated", "set aside", -3.0),
        Finding(filled["0"], "hum", "look", 30.0),
        Finding(filled["0"], "truncated", "set aside", -3.0),
    ]
    batch = catalog.changes.record("audit", findings=found)
    assert chosen_clips(catalog, "found") == (filled["2"], filled["3"], filled["0"])
    catalog.changes.apply(batch, to_set_aside(found, 0.7))
    assert chosen_clips(catalog, "found") == (filled["2"],)


@pytest.mark.parametrize("which", ["all", "found", "selected"])
def test_only_what_kws_select_chose_is_called_selected(catalog: Catalog, filled: dict[str, str], which: str) -> None:
    catalog.changes.record("audit", findings=[Finding(filled["2"], "label error", "set aside", 0.9)])
    catalog.changes.record("select", findings=[Finding(filled["3"], "selected", "look", 1.0)])
    work = _work(catalog.folder, None, which, None, 0, None)
    tasks = LabelQueue(catalog, work.queue).next_for("ann", 9)
    told = {task.clip.id: task.why for task in tasks if task.clip.id in (filled["2"], filled["3"])}
    assert (
        told
        == {
            "all": {filled["2"]: "found by audit", filled["3"]: "labelled"},
            "found": {filled["2"]: "found by audit"},
            "selected": {filled["3"]: "selected"},
        }[which]
    )


def test_what_the_last_selection_chose_comes_in_its_order(catalog: Catalog, filled: dict[str, str]) -> None:
    with pytest.raises(DataError, match=r"--clips selected.*call kws select first"):
        chosen_clips(catalog, "selected")
    for order in ("021", "120"):
        found = [Finding(filled[n], "selected", "look", float(n)) for n in order]
        batch = catalog.changes.record("select", findings=found)
    catalog.changes.record("audit", findings=[Finding(filled["3"], "label error", "look", 0.9)])
    assert chosen_clips(catalog, "selected") == (filled["1"], filled["2"], filled["0"])
    catalog.changes.undo(batch)
    assert chosen_clips(catalog, "selected") == (filled["0"], filled["2"], filled["1"])


def test_a_configuration_without_clips_of_its_own_still_names_the_words(
    catalog: Catalog, filled: dict[str, str]
) -> None:
    config = Config.model_validate({"name": "k", "keywords": ["lamp", "<b>"], "data": {"source": "synthetic"}})
    said: list[str] = []
    assert set(chosen_clips(catalog, "all", config=config, warn=said.append)) == {filled[n] for n in "0123"}
    assert len(said) == 1 and "call kws synth first; so clips of the whole catalogue are labelled" in said[0]
    assert words_with_button(catalog, config) == ("lamp",)  # the other one would be refused


def test_words_of_data_sets_that_can_be_no_label_have_no_button(catalog: Catalog) -> None:
    words = ("yes", "<img src=x>", "a/b", ".", "x" * 61)
    catalog.add_clips(
        NewClip(StoredAudio(f"{n:064d}", 16_000, 16_000), word, "them", "made", str(n)) for n, word in enumerate(words)
    )
    assert words_with_button(catalog, None) == ("yes",)


def test_a_file_lists_ids_in_any_form_and_in_its_order(
    catalog: Catalog, filled: dict[str, str], tmp_path: Path
) -> None:
    listed = tmp_path / "list.json"
    listed.write_text(f'{{"clips": [{{"id": "{filled["3"]}", "audio": "{"a" * 64}"}}, "{filled["0"]}"]}} {"0" * 16}')
    assert chosen_clips(catalog, str(listed)) == (filled["3"], filled["0"])
    listed.write_text(f"{'0' * 16}\n{filled['0']}\n")
    with pytest.raises(DataError, match=f"no such clip: '{'0' * 16}'.*1 of the 2 ids are not in this catalogue"):
        chosen_clips(catalog, str(listed))
    listed.write_text(f'["{"1" * 16}"]')
    with pytest.raises(DataError, match=f"no such clip: '{'1' * 16}'"):
        chosen_clips(catalog, str(listed))
    listed.write_text("yes,no\n")
    with pytest.raises(DataError, match="file lists no clips"):
        chosen_clips(catalog, str(listed))
    for wrong in (tmp_path / "none", tmp_path):
        with pytest.raises(DataError, match="list of clips cannot be read"):
            chosen_clips(catalog, str(wrong))


def test_labels_that_a_new_guideline_touches_are_given_again(catalog: Catalog, filled: dict[str, str]) -> None:
    first = catalog.guidelines.add("- **R1 Whole word**: all sounds").version
    catalog.opinions.give(NewOpinion(filled["0"], "person", "ann", "yes", rule="R1", guideline=first))
    with pytest.raises(DataError, match="nothing to label"):
        chosen_clips(catalog, "review")
    catalog.guidelines.add("- **R1 Whole word**: all but the last sound")
    assert chosen_clips(catalog, "review") == (filled["0"],)


def test_clips_in_dispute_are_those_of_the_whole_catalogue(catalog: Catalog, filled: dict[str, str]) -> None:
    assert disputed_clips(catalog) == ()
    for who, label in (("ann", "yes"), ("bob", "no")):
        for n in ("0", "2", "4"):
            catalog.opinions.give(NewOpinion(filled[n], "person", who, label))
    catalog.opinions.give(NewOpinion(filled["0"], "adjudicator", "eve", "no"))
    assert set(disputed_clips(catalog)) == {filled["2"], filled["4"]}
    assert disputed_clips(catalog, "no") == (filled["2"],)
    assert chosen_clips(catalog, "unlabelled", "yes", may_be_none=True) == ()


def test_words_that_most_clips_have_come_first_then_what_they_were_said_to_be(
    catalog: Catalog, filled: dict[str, str]
) -> None:
    assert words_with_button(catalog, None) == ("no", "yes")
    catalog.opinions.give_all(
        NewOpinion(filled[n], "model", "m 1", label)
        for n, label in zip("0123", ("up", "go", "up", "(bad)"), strict=True)
    )
    assert words_with_button(catalog, None) == ("no", "yes", "up", "go")


@pytest.mark.parametrize(
    "call",
    [
        ["label", "--recordings", "rec", "--clips", "all"],
        ["collect", "--words", "yes", "--licence", "CC0-1.0", "--recordings", "rec"],
        ["collect", "--words", "yes", "--licence", "CC0-1.0", "--recordings", "made/here"],
    ],
)
def test_a_catalogue_that_can_only_be_read_is_told_before_anything_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], call: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with Catalog("rec") as catalog:
        catalog.add_clips([NewClip(StoredAudio("0" * 64, 16_000, 16_000), "yes", "them", "made", "0")])
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # whoever tests may be root
    assert run([*call, "--port", "0"]) == 2
    error = capsys.readouterr().err
    assert "catalogue can only be read" in error and error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--recordings", "nowhere"], "no catalogue here: 'nowhere'"),
        (["--recordings", "rec"], "there is nothing to label: '--clips unlabelled'"),
        (["--recordings", "rec", "--clips", "none"], "list of clips cannot be read: 'none'"),
        (["--recordings", "rec", "--clips", "all", "--host", "192.0.2.1"], "page cannot be served here: '192.0.2.1:"),
        (["--twice", "1.5"], "1.5 is not in the range"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with Catalog(tmp_path / "rec") as catalog:
        catalog.add_clips([NewClip(StoredAudio("0" * 64, 16_000, 16_000), "yes", "them", "made", "0")])
    assert run(["label", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
