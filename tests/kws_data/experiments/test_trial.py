"""A trial follows nobody, of whatever kind the teachers of the configuration are."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_folder import make_folder

from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.experiments.search.holdout import write_fold
from kws_data.experiments.search.trial import run_trial, short
from kws_data.sources.imports.configured import import_configured


@pytest.mark.slow
@pytest.mark.parametrize("teacher", [{"kind": "encoder"}, {"count": 2}])
def test_a_trial_follows_nobody(teacher: dict[str, object], tmp_path: Path) -> None:
    config = Config.model_validate(
        {
            "name": "small",
            "keywords": ["go", "stop"],
            "data": {"source": "folder", "folder": str(make_folder(tmp_path / "data", speakers=16))},
            "split": {"test": "validation_list"},
            "augment": {"copies": 1},
            "model": {"channels": 8, "blocks": 1},
            "train": {"batch": 8, "teacher": teacher},
        }
    )
    assert not short(config, 1).train.teacher.teaches
    data = config.data.model_copy(update={"recordings": str(tmp_path / "recordings")})
    config = config.model_copy(update={"data": data})
    with Catalog(config.data.recordings) as catalog:
        list(import_configured(catalog, config))
        build_dataset(config, catalog, tmp_path / "dataset", BuildOptions(1))
    write_fold(tmp_path / "dataset", tmp_path / "fold", seed=0, share=0.4)
    result = run_trial(config, 0, 1, tmp_path / "fold", tmp_path / "work")
    assert result.epochs == 1 and result.clips > 0 and not (tmp_path / "recordings" / "teachers").exists()
