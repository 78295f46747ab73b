"""What labels and scores mean is the same in Python, in the firmware's mirror, and in its C."""

from __future__ import annotations

import re

import numpy as np

from firmware_tools.firmware import INCLUDE_DIR
from firmware_tools.spotter import detector
from kws_data.config.config import Config
from kws_data.labels import SILENCE, UNKNOWN
from kws_data.scores import FIRST_KEYWORD, UNKNOWN_LABEL, probabilities, probability, right, threshold_from_int8
from tests.parts.house import ROOT, sources


def test_the_first_keyword_is_that_of_the_firmware() -> None:
    header = (INCLUDE_DIR / "kws_detector.h").read_text()
    (defined,) = re.findall(r"^#define KWS_FIRST_KEYWORD (\d+)u", header, re.MULTILINE)
    assert int(defined) == detector.FIRST_KEYWORD == FIRST_KEYWORD


def test_labels_before_the_keywords_are_those_that_a_configuration_makes() -> None:
    labels = Config(name="t", keywords=["go"]).labels
    assert labels[UNKNOWN_LABEL] == UNKNOWN and labels[:FIRST_KEYWORD] == [SILENCE, UNKNOWN]


def test_each_number_of_a_label_is_defined_once_in_each_package() -> None:
    found: dict[str, list[str]] = {"FIRST_KEYWORD": [], "UNKNOWN_LABEL": []}
    for path in sources():
        for line in path.read_text().splitlines():
            names = re.match(r"([A-Z_, ]+) = \d", line)
            for name in names[1].split(", ") if names else ():
                found.get(name, []).append(path.relative_to(ROOT).as_posix())
    assert found["FIRST_KEYWORD"] == ["firmware_tools/spotter/detector.py", "kws_data/scores.py"]
    assert found["UNKNOWN_LABEL"] == ["kws_data/scores.py"]


def test_int8_scores_are_probabilities_exactly() -> None:
    every = np.arange(-128, 128).astype(np.int8)
    shares = probabilities(every)
    assert shares.tolist() == [n / 256 for n in range(256)]
    assert [probability(int(n)) for n in every] == [threshold_from_int8(int(n)) for n in every] == shares.tolist()


def test_where_silence_and_other_words_share_a_score_either_is_right() -> None:
    tied = np.array([[10, 10, -20], [10, 10, -20], [-60, -60, 90], [-60, -60, 90]], np.int8)
    assert right(tied, np.array([0, 1, 2, 1])).tolist() == [True, True, True, False]
    apart = tied.copy()
    apart[0, 1] = 9
    assert right(apart, np.array([0, 1, 2, 1])).tolist() == [True, False, True, False]
