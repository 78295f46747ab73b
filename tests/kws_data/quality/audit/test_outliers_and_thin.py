from __future__ import annotations

from pathlib import Path

import numpy as np
from made_catalog import balanced, make_catalog

from kws_data.catalog.catalog import Catalog
from kws_data.quality.audit.outliers import neighbour_distances, outlier_findings, reduced
from kws_data.quality.audit.thin import thin_groups


def test_a_clip_far_from_all_of_its_word_is_an_outlier() -> None:
    rng = np.random.default_rng(0)
    centre = {"go": rng.standard_normal(20) * 5, "no": rng.standard_normal(20) * 5}
    words = ["go", "no"] * 60
    vectors = np.stack([centre[word] + rng.standard_normal(20) for word in words])
    vectors[6] = centre["no"] + rng.standard_normal(20)  # stands under "go"
    found = list(outlier_findings([str(n) for n in range(120)], words, vectors.astype(np.float32)))
    assert [one.clip_id for one in found] == ["6"]


def test_few_clips_or_equal_ones_are_no_outliers() -> None:
    assert not list(outlier_findings(["a"], ["go"], np.zeros((1, 4), np.float32)))
    assert not list(outlier_findings([str(n) for n in range(40)], ["go"] * 40, np.zeros((40, 4), np.float32)))
    assert (neighbour_distances(["go"] * 10, reduced(np.eye(10, dtype=np.float32))) == 0).all()


def test_missing_people_are_told(tmp_path: Path) -> None:
    with Catalog(make_catalog(tmp_path, {**balanced(12), ("female", "60+", "welsh"): 0})) as catalog:
        groups = list(thin_groups(catalog, catalog.clips(), ["yes", "no", "stop"]))
    assert [one.sentence for one in groups if one.reason == "thin word"] == ["word stop: 0 speakers, 5 to be expected"]
