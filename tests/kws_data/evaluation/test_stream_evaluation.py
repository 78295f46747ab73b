"""The stream block comes back from its JSON, that of older runs too."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kws_data.evaluation.stream_evaluation import (
    CurvePoint,
    Heard,
    KindHeard,
    ResponseTimes,
    Stitched,
    StreamEvaluation,
    Wish,
)

FOUND = StreamEvaluation(
    hours=2.0,
    false_accepts=3,
    false_accepts_per_hour=1.5,
    upper95=3.9,
    keywords_said=40,
    frr=0.1,
    frr_ci95=(0.04, 0.23),
    detections=(Heard("a.flac", 1.25, "yes", 0.75, "false"),),
    engine="host",
    set_aside=(),
    negatives={"speech": KindHeard(1.5, 3, {"yes": 2, "no": 1}), "noise": KindHeard(0.5, 0, synthetic_hours=0.25)},
    curve=(
        CurvePoint(0.1, "speech", None, None, "1.50 h of speech heard, 0.1 an hour needs 10 h"),
        CurvePoint(1.0, "speech", 0.12, (0.05, 0.26)),
    ),
    response_ms=ResponseTimes(60.0, 180.0, 36, 40),
    sweep={"speech": ((2.0, 0.1), (0.0, 0.2))},
    wish=Wish(1.0, 3.0),
    stitched=Stitched(4.0, 2, 50, 0.1),
    times_real_time=120.5,
)


def test_what_was_written_is_read_back() -> None:
    document = json.loads(json.dumps(FOUND.to_dict()))
    assert StreamEvaluation.from_dict(document) == FOUND
    speech = document["negatives"]["speech"]
    assert {"hours", "false_accepts", "upper95", "false_accepts_per_hour", "per_keyword"} == set(speech)
    assert speech["false_accepts_per_hour"] == 2.0 and speech["upper95"] == pytest.approx(7.7537 / 1.5, rel=1e-3)
    assert document["curve"][0]["frr"] is None and "needs 10 h" in document["curve"][0]["reason"]
    assert document["curve"][1] == {
        "false_accepts_per_hour": 1.0,
        "kind": "speech",
        "frr": 0.12,
        "frr_ci95": [0.05, 0.26],
    }
    assert document["response_ms"]["p95"] == 180.0 and document["measured"] is True


def test_documents_from_before_there_were_negatives_are_read() -> None:
    older = ("hours", "false_accepts", "false_accepts_per_hour", "upper95", "keywords_said", "frr", "frr_ci95")
    older += ("detections", "engine", "set_aside", "notes", "measured")
    document = {key: value for key, value in FOUND.to_dict().items() if key in older}
    found = StreamEvaluation.from_dict(document)
    assert found.negatives == {} and found.curve == () and found.response_ms is None and found.wish is None
    assert (found.hours, found.false_accepts, found.frr) == (2.0, 3, 0.1)
    del document["engine"]
    with pytest.raises(KeyError, match="engine"):
        StreamEvaluation.from_dict(document)


def test_what_was_not_measured_is_null_and_says_why() -> None:
    """Zero false accepts in clips in a row are not zero an hour."""
    none = replace(FOUND, false_accepts=0, false_accepts_per_hour=0.0, upper95=1.5).without_rate("no negatives: name")
    document = json.loads(json.dumps(none.to_dict()))
    for key in ("false_accepts", "false_accepts_per_hour", "upper95"):
        assert document[key] is None
    assert document["measured"] is False and document["not_measured"] == "no negatives: name"
    assert document["negatives"] == {} and document["curve"] == [] and document["frr"] == 0.1
    assert StreamEvaluation.from_dict(document) == none
