"""A model card says what the run's files say, what nobody knows, and nothing that a user wrote as Markdown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from made_dataset import made_info, made_row

from kws_data.config.config import Config
from kws_data.pages.markdown import escaped
from kws_data.pages.numbers import interval
from kws_data.release.model_card import Card, model_card
from kws_data.statistics.intervals import wilson
from tests.kws_data.evaluation.test_evaluation_report import WHOLE
from tests.kws_data.evaluation.test_stream_evaluation import FOUND

CONFIG = Config.model_validate({"name": "made", "keywords": ["yes", "no"]})
SEALED = {
    "test_sha256": "ab" * 32,
    "looks": 7,
    "models": 4,
    "level": 0.9875,
    "tpr_ci": [0.5, 1.0],
    "fpr_ci": [0.0, 0.25],
    "tpr_ci_by_speaker": [0.375, 1.0],
    "fpr_ci_by_speaker": [0.0, 0.5],
    "note": "This test split was looked at 7 times, with 4 models.",
}
MODEL = {"parameters": 7_302, "macs": 260_000, "tflite_bytes": 10_512, "sha256": "cd" * 32}
CHECK = {"name": "model_bytes", "measured": 10_512, "limit": 16_384, "unit": "bytes", "passed": True}


def made_card(rows: list[dict[str, Any]] | None = None, **changes: Any) -> Card:
    rows = [made_row(n) for n in range(30)] if rows is None else rows
    report = {
        "seed": 3,
        "dataset": {"version": "sha256:ef"},
        "model": MODEL,
        **replace(WHOLE, stream=FOUND).to_dict(),
        "budget": {"passed": True, "checks": [CHECK]},
        "sealed": SEALED,
    }
    report |= changes.pop("report", {})
    return replace(Card(CONFIG, report, made_info(rows), rows), **changes)


def section(text: str, name: str) -> str:
    return text.partition(f"## {name}\n")[2].partition("\n## ")[0]


def test_four_bit_weights_are_named_where_there_are_some() -> None:
    small = Config.model_validate(
        {"name": "made", "keywords": ["yes", "no"], "model": {"family": "temporal_dscnn", "pointwise_bits": 4}}
    )
    assert "4-bit weights in its pointwise convolutions" in model_card(replace(made_card(), config=small))
    assert "4-bit" not in model_card(made_card())


def test_every_section_of_mitchell_and_ours_is_there_and_says_something() -> None:
    text = model_card(made_card())
    for name in (
        *("Model details", "Intended use", "Out of scope", "Whom and what it has heard", "Training"),
        *("What it is worth", "In streams", "Where it fails", "Memory and time", "Ethical considerations"),
        *("Caveats and recommendations", "Licences", "Make it again"),
    ):
        assert len(section(text, name).split()) > 10, name
    assert text == model_card(made_card()) and text.startswith("# Model card: made\n")


def test_figures_stand_with_their_intervals_and_the_looks_at_the_test() -> None:
    worth = section(model_card(made_card()), "What it is worth")
    ends = interval(wilson(2, 2))
    assert f"| int8, host (ships) | 100.0 % | {ends} |" in worth and f"| on the board | 100.0 % | {ends} |" in worth
    assert "| yes | (100.0 %) |" in worth and "fewer than 10 clips" in worth
    assert SEALED["note"] in worth and "TPR [37.5, 100.0], FPR [0.0, 50.0]" in worth
    assert "by speaker" in worth
    streams = section(model_card(made_card()), "In streams")
    assert "| speech | 1.50 |" in streams and "[" in streams
    without = made_card(report={"stream": FOUND.without_rate("no hours without a keyword").to_dict()})
    assert "were not measured: no hours without a keyword." in section(model_card(without), "In streams")


def test_nobody_and_nothing_unheard_is_passed_over() -> None:
    ethics = section(model_card(made_card()), "Ethical considerations")
    assert "No claim can be made about people by gender and age" in ethics
    assert "No hours without a keyword" in ethics and "kws forget-speaker" in ethics
    voices = [made_row(n, synthetic=True, attributes={"variant": f"m{n}"}) for n in range(30)]
    assert "No person speaks in this data set" in section(model_card(made_card(voices)), "Ethical considerations")
    device = [made_row(n, device="board:x") for n in range(30)]
    assert "one device (board:x)" in section(model_card(made_card(device)), "Ethical considerations")
    hours = {"speech": {"train": 1.0, "test": 0.5}, "noise": {"train": 1.0, "test": 0.0}}
    info = made_info(voices, negatives={"hours": hours, "synthetic_hours": {"speech": {"test": 0.25}}})
    ethics = section(model_card(made_card(voices, dataset=info)), "Ethical considerations")
    assert (
        "never tested on hours of noise or music" in ethics
        and "Hours of speech that it was tested on were made" in ethics
    )


def test_counts_of_people_are_protected_as_the_release_asks() -> None:
    odd = [made_row(n, attributes={"gender": "a|b"}) for n in range(30)]
    assert "| a\\|b | 30 |" in section(model_card(made_card(odd)), "Whom and what it has heard")
    rows = [made_row(n, attributes={"gender": "female" if n < 3 else "male"}) for n in range(30)]
    plain = section(model_card(made_card(rows)), "Whom and what it has heard")
    assert "| female | 3 |" in plain and "| male | 27 |" in plain
    release = {"subgroups": ["gender"], "k": 5, "epsilon": 0.0}
    protected = made_card(rows, dataset=made_info(rows, release=release))
    assert "| female | suppressed |" in section(model_card(protected), "Whom and what it has heard")


def test_slices_and_licences_are_told() -> None:
    assert "`kws slices` does" in section(model_card(made_card()), "Where it fails")
    slices = {
        "sentences": ["Scots are missed three times as often."],
        "worst_slice_tpr": {"value": 0.5, "low": 0.25, "high": 0.75, "name": "accent scots"},
    }
    fails = section(model_card(made_card(slices=slices)), "Where it fails")
    assert "Scots are missed" in fails and "(accent scots): TPR 50.0 % [25.0, 75.0]" in fails
    rows = [made_row(n, licence="unstated" if n == 0 else "CC-BY-4.0") for n in range(30)]
    licences = section(model_card(made_card(rows)), "Licences")
    assert "| CC-BY-4.0 | research | 19 |" in licences and "1 clips have no stated licence" in licences


@pytest.mark.parametrize("hostile", ["[x](javascript:1)", "<script>", "a|b", "*bold*"])
def test_what_a_user_wrote_is_shown_as_it_is(hostile: str) -> None:
    settings = {"release": {"purpose": hostile}, "package": {"author": hostile}}
    config = Config.model_validate({"name": "made", "keywords": ["yes"], **settings})
    text = model_card(made_card(config=config, findings=[hostile]))
    assert hostile not in text and text.count(escaped(hostile)) == 3
