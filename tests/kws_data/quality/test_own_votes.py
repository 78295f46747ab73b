"""Judges without an encoder tell tones apart, whose they did not hear; the same with one process and with two."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tone_words import add_tones

from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.config.training import TrainSettings
from kws_data.quality.out_of_fold import JudgeSettings, out_of_fold
from kws_data.quality.own_votes import OwnJudges, own_features, own_votes


def _config(folder: Path) -> Config:
    data = {"source": "folder", "folder": "none", "recordings": str(folder)}
    return Config.model_validate({"name": "tones", "keywords": ["low", "middle", "high"], "data": data})


def test_features_are_those_of_three_places_in_time(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        add_tones(catalog, 1, each=1)
        features = own_features(catalog, catalog.clips(), _config(tmp_path))
    assert features.shape[:2] == (3, 3) and features.dtype == np.int8
    hop = 0.08 * 16_000 / 320  # frames
    assert (features[:, 0, 10:20] == features[:, 1, 10 - int(hop) : 20 - int(hop)]).mean() > 0.9
    assert (features[:, 0, 10:20] == features[:, 2, 10 + int(hop) : 20 + int(hop)]).mean() > 0.9


@pytest.mark.slow
def test_tones_are_told_apart_whoever_makes_them_and_workers_do_not_matter(tmp_path: Path) -> None:
    config = _config(tmp_path)
    with Catalog(tmp_path) as catalog:
        add_tones(catalog, 24)
        clips = catalog.clips()
        features = own_features(catalog, clips, config)
    given = np.array([config.keywords.index(clip.word) for clip in clips], np.int64)
    folds = np.array([int(clip.speaker[-1], 16) % 2 for clip in clips])
    judges = OwnJudges(config.frontend, 3, 0, learning=TrainSettings(epochs=4, learning_rate=0.01, batch=16))
    trusted = np.ones(len(clips), np.bool_)
    votes = own_votes(features, given, folds, trusted, judges, workers=1)
    assert (votes.argmax(axis=1) == given).mean() > 0.9
    np.testing.assert_array_equal(votes, own_votes(features, given, folds, trusted, judges, workers=2))


@pytest.mark.slow
def test_without_an_encoder_own_models_judge(tmp_path: Path) -> None:
    config = _config(tmp_path)
    with Catalog(tmp_path) as catalog:
        add_tones(catalog, 16)
        clips = catalog.clips()
        found = out_of_fold(catalog, clips, JudgeSettings.here(config, encoder=False))
    assert found.embeddings is None and "front end" in found.by
    assert found.probabilities.shape == (96, 3) and np.allclose(found.probabilities.sum(axis=1), 1, atol=1e-4)
    assert len(np.unique(found.folds)) == 4
