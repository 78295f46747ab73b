"""How often the test was looked at, and the intervals that this leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kws_data.config.config import Config
from kws_data.evaluation.people import speakers_of
from kws_data.evaluation.predictions import Predictions
from kws_data.evaluation.sealed import DecidedClips, sealed_test
from kws_data.pages.html import Verdict, says, table
from kws_data.pages.numbers import interval

MANY = 20  # models looked at on one test, beyond which a new test tells more than a wider interval


def sealed_block(config: Config, held_out: Predictions) -> dict[str, Any]:
    """Block ``sealed`` of report.json: looks that the catalogue knows, and the int8 file's intervals corrected for it.

    To write a report is no look of its own: its figures were noted when they were measured.

    Args:
        config: of the run.
        held_out: predictions of the int8 file on test clips.

    Raises:
        DataError: the data set is not built.
        CatalogError: the catalogue cannot be read.
    """
    dataset_dir = config.run_dir / "dataset"
    clips = DecidedClips(held_out.y, held_out.detected, speakers_of(dataset_dir, held_out.clip_ids))
    return sealed_test(config.data.recordings, dataset_dir).to_dict(clips)


def sealed_section(sealed: Mapping[str, Any]) -> str:
    """A sentence on the looks, and the corrected intervals.

    Args:
        sealed: as in report.json.
    """
    rows = [
        (said, interval(sealed[f"{name}_ci"]), interval(sealed[f"{name}_ci_by_speaker"]))
        for name, said in (("tpr", "keywords found (TPR)"), ("fpr", "other clips taken for one (FPR)"))
    ]
    level = f"{100 * sealed['level']:.4g} %"
    head = ("", f"by clip [{level}]", f"by speaker [{level}]")
    models = "one model" if sealed["models"] == 1 else f"{sealed['models'] or 'no'} models"
    caption = f"Intervals corrected for {models} looked at on this test"
    return says(*sealed_sentence(sealed)) + table(rows, head, numbers=(1, 2), caption=caption)


def sealed_sentence(sealed: Mapping[str, Any]) -> tuple[str, Verdict]:
    """What the looks mean, and whether to worry."""
    if not sealed["looks"]:
        return f"{sealed['note']} Measure again to have them counted.", "doubt"
    if sealed["models"] > MANY:
        return f"{sealed['note']} So many models wear a test out: record a fresh one before you decide.", "bad"
    return sealed["note"], "good" if sealed["models"] <= 1 else ""
