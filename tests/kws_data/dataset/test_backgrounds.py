"""Where recorded noise is too short to cut silence from, generated noise is used beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_folder import make_folder

from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.plan import plan_dataset
from kws_data.run_context import RunContext
from kws_data.steps import collect


@pytest.mark.parametrize(("noise_s", "made"), [(3, True), (20, False)])
def test_every_split_has_silence(noise_s: int, made: bool, tmp_path: Path) -> None:
    make_folder(tmp_path / "data", speakers=8, noise_seconds=noise_s)
    data: dict[str, object] = {"source": "folder", "folder": str(tmp_path / "data")}
    data |= {"recordings": str(tmp_path / "rec"), "silence_share": 0.4}
    config = Config.model_validate({"name": "t", "keywords": ["go"], "data": data})
    said: list[str] = []
    collect(RunContext(config, 1, lambda *_: None, said.append))
    with Catalog(tmp_path / "rec") as catalog:
        plan = plan_dataset(config, catalog)
    assert {clip.split for clip in plan.clips if clip.label == "_silence_"} == {"train", "validation", "test"}
    assert any(noise.synthetic for noise in plan.noises) == made
    assert any("too short to cut silence" in line for line in said) == made
