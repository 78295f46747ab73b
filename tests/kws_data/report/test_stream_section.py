"""The page leads with misses against false accepts an hour, or with that they were not measured."""

from __future__ import annotations

import re
from dataclasses import replace

from kws_data.cli.terminal.stream_lines import stream_lines
from kws_data.cli.terminal.summary import summary_rows
from kws_data.evaluation.stream_evaluation import KindHeard
from kws_data.pages.html import page
from kws_data.report.stream_plot import false_accepts_plot
from kws_data.report.stream_section import stream_section, warned
from tests.kws_data.evaluation.test_evaluation_report import WHOLE
from tests.kws_data.evaluation.test_stream_evaluation import FOUND

NONE = FOUND.without_rate("no hours without a keyword were heard: name folders as data.negatives")


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<(style|title|svg).*?</\1>", " ", html, flags=re.S)))


def test_without_negatives_the_first_line_says_so_and_what_to_do() -> None:
    html = page("kws report: demo", warned("yes, no · seed 0", NONE), [("", stream_section(NONE, None))])
    first = text_of(html).partition("demo")[2] or text_of(html)
    assert first.strip().startswith("False accepts were not measured: no hours without a keyword were heard: name")
    assert "data.negatives" in first and "an hour" not in text_of(stream_section(NONE, None))
    assert warned("yes, no", FOUND) == "yes, no"
    assert "false detections in them 2, which is no rate" in text_of(stream_section(NONE, None))


def test_the_section_says_what_was_heard_by_kind_and_what_the_hours_cannot_prove() -> None:
    chosen = {"negatives": {"speech": {"basis": "extrapolated", "hours": 0.4}}}
    said = text_of(stream_section(FOUND, chosen))
    assert "2.0 times an hour in speech, never in 0.50 h of noise (0.25 h that was made)" in said
    assert "it misses 10.0 %" in said and "180 ms after the end" in said
    assert "Too few hours to prove 1 false accept an hour, which takes 3 h" in said and "noise 0.50 h" in said
    assert "speech extrapolated (0.40 h)" in said and "not known: 1.50 h of speech" in said
    enough = replace(FOUND, negatives={"speech": KindHeard(9.0, 1)}, sweep={"speech": FOUND.sweep["speech"]})
    assert "Too few" not in text_of(stream_section(enough, None))


def test_what_was_made_is_never_sold_as_recorded() -> None:
    speech, noise = KindHeard(1.5, 3, synthetic_hours=1.5), KindHeard(0.5, 0, synthetic_hours=0.5)
    said = text_of(stream_section(replace(FOUND, negatives={"speech": speech, "noise": noise}), None))
    assert "2.0 times an hour in running speech of synthetic voices, never in 0.50 h of noise that was made" in said
    both = replace(FOUND, negatives={"speech": replace(speech, synthetic_hours=0.5)})
    assert "in speech (0.50 h of synthetic voices)" in text_of(stream_section(both, None))
    rows = summary_rows({**replace(WHOLE, stream=both).to_dict(), "model": {"macs": 1}, "budget": {"checks": []}})
    assert "90.0 min heard, 30.0 of them synthetic" in rows[0][2]
    assert any(
        "speech (0.50 h of synthetic voices)" in line
        for line in stream_lines(replace(both, negatives=both.negatives | {"noise": noise}))
    )


def test_the_picture_names_its_kinds_and_repeats_byte_for_byte() -> None:
    arguments = ({"speech": ((2.0, 0.1), (0.0, 0.2))}, {"speech": 1.5}, {"speech": 0.0}, 0.1, 1.0)
    picture = false_accepts_plot(*arguments)
    assert "speech, 1.50 h" in picture and "keywords missed" in picture and picture == false_accepts_plot(*arguments)


def test_the_printed_table_leads_with_the_stream() -> None:
    others = {"model": {"macs": 1}, "budget": {"checks": []}}
    rows = summary_rows({**replace(WHOLE, stream=FOUND).to_dict(), **others})
    assert [row[0] for row in rows[:3]] == ["false accepts, speech", "false accepts, noise", "keywords missed"]
    assert rows[0][1] == "2.0 / h" and rows[2][1] == "10.0 %" and "90.0 min heard" in rows[0][2]
    first = summary_rows({**replace(WHOLE, stream=NONE).to_dict(), **others})[0]
    assert first[:2] == ("false accepts", "not measured") and "data.negatives" in first[2]
