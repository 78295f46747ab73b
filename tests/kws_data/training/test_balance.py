"""Balancing labels: what is left out, drawn, weighed and made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_folder import make_folder

from firmware_tools.frontend.spec import FrontendSpec
from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.clip_pool import clips_of
from kws_data.dataset.spoken_clips import split_words
from kws_data.dataset.undersample import undersample
from kws_data.features.load import FeatureSet
from kws_data.sources.imports.find_layout import import_layout
from kws_data.training.batches.balance import class_weights, imbalance, label_shares, nearest, smote
from kws_data.training.batches.train_set import train_set
from kws_data.training.fit import FitRecipe, fit, label_costs, prepare_tensorflow

CLIPS = [(f"go{i}", "go", f"s{i % 4}") for i in range(20)] + [(f"up{i}", "up", "s0") for i in range(5)]


def test_undersampling_keeps_to_the_ratio_and_takes_from_the_most_heard() -> None:
    clips = [*CLIPS, *[(f"many{i}", "go", "talker") for i in range(40)]]
    left_out = undersample(clips, 2.0, seed=0)
    kept = [c for c in clips if c[0] not in left_out]
    assert sum(label == "go" for _, label, _ in kept) == 10
    assert sum(label == "up" for _, label, _ in kept) == 5
    assert {speaker for _, label, speaker in kept if label == "go"} == {"s0", "s1", "s2", "s3", "talker"}


def test_undersampling_does_not_depend_on_the_order_and_ratio_one_is_equal() -> None:
    assert undersample(CLIPS, 1.0, 3) == undersample(CLIPS[::-1], 1.0, 3)
    assert len(undersample(CLIPS, 1.0, 3)) == 15
    assert undersample(CLIPS, 1.0, 3) != undersample(CLIPS, 1.0, 4)
    assert undersample([], 1.0, 0) == set()


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=12), st.floats(0, 1))
def test_shares_sum_to_one_and_keep_the_order_of_the_counts(counts: list[int], strength: float) -> None:
    shares = label_shares(np.array(counts), strength)
    assert shares.sum() == pytest.approx(1.0) or not any(counts)
    order = np.argsort(counts, kind="stable")
    assert (np.diff(shares[order]) >= -1e-12).all()


def test_shares_at_both_ends() -> None:
    counts = np.array([30, 10, 0])
    assert label_shares(counts, 0.0) == pytest.approx([0.75, 0.25, 0.0])
    assert label_shares(counts, 1.0) == pytest.approx([0.5, 0.5, 0.0])


def test_class_weights_are_one_on_average_and_favour_small_labels() -> None:
    counts = np.array([30, 10, 0])
    assert class_weights(counts, 0.0) == pytest.approx([1, 1, 0])
    weights = class_weights(counts, 1.0)
    assert weights[1] == pytest.approx(3 * weights[0])
    assert (weights * counts).sum() / counts.sum() == pytest.approx(1.0)


def test_smote_lies_between_neighbours_of_the_same_label() -> None:
    x = np.zeros((8, 2, 1, 1), np.int8)
    x[:6, :, 0, 0] = np.array([[-100, -90]])
    x[6, :, 0, 0], x[7, :, 0, 0] = [10, 20], [50, 100]
    y = np.array([0] * 6 + [1, 1])
    made, labels = smote(x, y, 1.0, np.random.default_rng(0))
    assert labels.tolist() == [1] * 4
    first, second = made[:, 0, 0, 0].astype(int), made[:, 1, 0, 0].astype(int)
    assert ((first >= 10) & (first <= 50)).all() and ((second >= 20) & (second <= 100)).all()
    assert np.abs((first - 10) / 40 - (second - 20) / 80).max() < 0.03  # the same place between the same two


def test_smote_makes_nothing_where_nothing_is_missing_or_known() -> None:
    x = np.zeros((3, 1, 2, 2), np.int8)
    assert len(smote(x, np.array([0, 0, 1]), 1.0, np.random.default_rng(0))[0]) == 0  # one clip has no neighbour
    assert len(smote(x, np.array([0, 1, 2]), 1.0, np.random.default_rng(0))[0]) == 0
    assert smote(x[:0], np.zeros(0, np.int64), 1.0, np.random.default_rng(0))[0].shape == (0, 1, 2, 2)


def test_nearest_are_the_nearest() -> None:
    points = np.array([[0, 0], [1, 0], [5, 5], [6, 5]], np.int8)
    assert nearest(points, 1).ravel().tolist() == [1, 0, 3, 2]
    assert nearest(points, 9).shape == (4, 3)


def test_imbalance_is_largest_for_one_of_the_smallest() -> None:
    assert imbalance({"go": 30, "up": 10}, ["go", "up"]) == 3.0
    assert imbalance({"go": 30}, ["go", "up"]) == float("inf")


def settings(**changes: object) -> Config:
    return Config.model_validate({"name": "t", "keywords": ["go"], **changes})


def test_builds_leave_out_the_surplus_of_training_and_say_why(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "data", speakers=16)
    with Catalog(tmp_path / "recordings") as catalog:
        import_layout(catalog, "speech-commands", folder)
        data = {"source": "folder", "folder": str(folder), "recordings": str(tmp_path / "recordings")}
        even, all_of_them = (settings(data=data, balance={"undersample": ratio}) for ratio in (1.0, None))
        words = [clip for clip in clips_of(even, catalog) if not clip.word.startswith("_")]
        found, before = split_words(even, catalog, words), split_words(all_of_them, catalog, words)
    said = [clip.word == "go" for clip in found.kept if found.splits[clip.id] == "train"]
    assert said.count(True) == said.count(False) > 0
    surplus = [clip for clip in before.kept if clip.id not in found.splits]
    assert surplus and all(before.splits[clip.id] == "train" and clip.word != "go" for clip in surplus)
    assert {found.left_out[clip.id] for clip in surplus} == {"more clips of its label than balance.undersample"}


def features(counts: tuple[int, ...]) -> tuple[FeatureSet, list[str]]:
    y = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    x = np.random.default_rng(0).integers(-40, 40, (len(y), 2, 49, FrontendSpec().features)).astype(np.int8)
    return FeatureSet("train", x, y, np.array([str(i) for i in range(len(y))])), ["w"] * len(y)


def test_training_fills_small_labels_between_neighbours() -> None:
    config = settings(balance={"smote": 1.0}, train={"spec_augment": False})
    data = train_set(*features((6, 20, 8)), config)
    assert np.bincount(data.y).tolist() == [20, 20, 20] and len(data.x) == 60


def test_errors_on_small_labels_cost_more_and_change_what_is_learnt() -> None:
    prepare_tensorflow(0)
    clips, words = features((6, 60, 8))
    weights = []
    for strength in (0.0, 1.0):
        config = settings(balance={"class_weights": strength}, train={"spec_augment": False, "epochs": 1, "batch": 16})
        data = train_set(clips, words, config)
        costs = label_costs(data)
        assert (costs is None) == (strength == 0.0)
        if costs is not None:
            assert costs[0] == pytest.approx(10 * costs[1])
        small = config.model.model_copy(update={"channels": 4, "blocks": 1})
        weights.append(fit(data, FitRecipe(small, config.train, 0))[0].get_weights())
    assert any(not np.array_equal(a, b) for a, b in zip(*weights, strict=True))
