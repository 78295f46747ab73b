"""Clips that are in the catalogue already make a data set without any folder: takes, contributions, labelled ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Change
from kws_data.catalog.clips import NewClip
from kws_data.config.config import Config
from kws_data.dataset.clip_pool import clips_of
from kws_data.dataset.plan import plan_dataset
from kws_data.errors import DataError
from kws_data.sources.synth.noise import add_generated_noise


def config(root: Path, *sources: str, **data: object) -> Config:
    values = {"source": "folder", "from_catalog": list(sources), "recordings": str(root), **data}
    return Config.model_validate({"name": "t", "keywords": ["go", "stop"], "data": values})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Twelve people say three words to a board; of two recordings nobody is told the word; one was heard again."""
    with Catalog(tmp_path) as catalog:

        def add(word: str, person: int, source: str = "takes", **more: str) -> str:
            rng = np.random.default_rng([person, *word.encode(), *source.encode()])
            samples = (rng.standard_normal(16_000) * 3_000).astype(np.int16)
            stored = catalog.store_audio(samples, 16_000)
            return catalog.add_clip(NewClip(stored, word, f"p{person}", source, f"{word}/{person}", **more))

        first, *_ = [add(word, person) for word in ("go", "stop", "up") for person in range(12)]
        add("go", 0, device="emulated", parent=first)
        add("go", 30, "collect")
        for person in (40, 41):
            add("(unlabelled)", person, "field")
    return tmp_path


def words(settings: Config) -> list[str]:
    with Catalog(settings.data.recordings) as catalog:
        return sorted(clip.word for clip in clips_of(settings, catalog))


def test_each_source_gives_its_own_clips_and_none_without_a_label(root: Path) -> None:
    assert words(config(root, "takes")) == ["go"] * 12 + ["stop"] * 12 + ["up"] * 12
    assert words(config(root, "collect")) == ["go"]
    assert len(words(config(root, "takes", "collect", "takes"))) == 37
    with pytest.raises(DataError, match=r"no clip with a label.*field"):
        words(config(root, "field"))


def test_what_was_labelled_comes_in_and_goes_out_again(root: Path) -> None:
    with Catalog(root) as catalog:
        one = catalog.clips(source="field")[0].id
        batch = catalog.changes.record("label", changes=[Change(one, "word", "stop")])
    assert words(config(root, "labelled")) == words(config(root, "field")) == ["stop"]
    with Catalog(root) as catalog:
        catalog.changes.undo(batch)
    with pytest.raises(DataError, match="labelled"):
        words(config(root, "labelled"))


def test_a_data_set_is_planned_of_them_alone(root: Path) -> None:
    settings = config(root, "takes", "collect")
    with Catalog(root) as catalog:
        add_generated_noise(catalog, settings.seed, settings.frontend.sample_rate_hz)
        plan = plan_dataset(settings, catalog)
    assert plan.leaks == 0 and len({p.clip.speaker for p in plan.clips if p.label in settings.keywords}) == 13


def test_clips_must_come_from_somewhere(root: Path) -> None:
    with pytest.raises(ValueError, match="folder is needed"):
        config(root)
    with pytest.raises(ValueError, match="from_catalog is for"):
        config(root, "takes", source="synthetic")
    with pytest.raises(ValueError, match="name the first"):
        config(root, "takes", more_folders=["x"])
