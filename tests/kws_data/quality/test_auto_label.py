"""Automatic labels: right ones where the head is sure and somebody speaks, suggestions elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tone_words import add_tones, put_in

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Change
from kws_data.catalog.clips import NewClip
from kws_data.catalog.opinions import NewOpinion
from kws_data.cli import run
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.labelling.take_over import take_over
from kws_data.quality.auto_label import auto_labels
from kws_data.quality.selection.of_catalog import select_clips


@pytest.fixture
def config(tmp_path: Path) -> Config:
    data = {"source": "folder", "folder": "none", "recordings": str(tmp_path / "recordings")}
    return Config.model_validate({"name": "tones", "keywords": ["low", "high"], "data": data})


def test_sure_labels_are_right_and_are_taken_over_and_back(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch)
    with Catalog(config.data.recordings) as catalog:
        add_tones(catalog, 40)
        truth = add_tones(catalog, 10, word="(unlabelled)", first=40)
        found = auto_labels(catalog, config)
        assert found.trust.clips == 240 and found.trust.accepted > 200 and found.trust.wrong == 0
        assert found.automatic >= 50 and found.quiet == 0 and not found.with_model
        sure = [one for one in found.opinions if (one.confidence or 0) >= 0.95]
        assert len(sure) == found.automatic and all(one.label == truth[one.clip_id] for one in sure)
        assert all(one.kind == "model" and "moonshine" in one.giver for one in found.opinions)
        catalog.opinions.give_all(found.opinions)
        done = take_over(catalog, list(truth), automatic=0.95)
        words = {clip.id: clip.word for clip in catalog.clips()}
        assert done.batch is not None and all(words[one.clip_id] == one.label for one in sure)
        add_tones(catalog, 3, word="(unlabelled)", first=60)
        again = auto_labels(catalog, config)
        assert again.trust.clips == 240 and len(again.opinions) >= 18  # not measured on what it said itself
        for clip in sorted(truth)[:5]:
            catalog.opinions.give(NewOpinion(clip, "person", "p1", words[clip]))
        assert auto_labels(catalog, config).trust.clips == 245
        catalog.changes.undo(done.batch)
        assert {clip.word for clip in catalog.clips() if clip.id in truth} == {"(unlabelled)"}


def test_where_nobody_speaks_there_is_no_opinion(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch)
    with Catalog(config.data.recordings) as catalog:
        add_tones(catalog, 20)
        noise = np.random.default_rng(0).normal(0, 300, 16_000).astype(np.int16)
        quiet = catalog.add_clip(NewClip(catalog.store_audio(noise, 16_000), "(unlabelled)", "p", "made", "quiet"))
        found = auto_labels(catalog, config)
    assert found.quiet == 1 and quiet not in {one.clip_id for one in found.opinions}


def test_a_head_that_is_often_wrong_labels_nothing_by_itself(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch)
    with Catalog(config.data.recordings) as catalog:
        add_tones(catalog, 20)
        rng = np.random.default_rng(0)
        clips = catalog.clips()
        names = ["low", "middle", "high"]
        catalog.changes.record("t", changes=[Change(c.id, "word", names[int(rng.integers(3))]) for c in clips])
        add_tones(catalog, 2, word="(unlabelled)", first=40)
        found = auto_labels(catalog, config)
    assert found.automatic == 0 and len(found.opinions) == 12
    assert all((one.confidence or 0) < 0.95 for one in found.opinions)


def test_with_no_clip_to_label_it_says_so(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch)
    with Catalog(config.data.recordings) as catalog:
        add_tones(catalog, 6)
        with pytest.raises(DataError, match="every clip has a label"):
            auto_labels(catalog, config)
        with pytest.raises(DataError, match="no such clip"):
            select_clips(catalog, config, "mix", 5, pool=["missing"])


def test_without_any_label_clips_are_chosen_and_nothing_is_guessed(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in(monkeypatch)
    with Catalog(config.data.recordings) as catalog:
        with pytest.raises(DataError, match="no clip is there"):
            select_clips(catalog, config, "mix", 5)
        add_tones(catalog, 6, word="(unlabelled)")
        for by in ("mix", "cluster", "random"):
            found = select_clips(catalog, config, by, 9)
            assert len(found.findings) == 9 and not found.guessed and found.labelled == 0
            assert not any("sounds like" in one.detail or "have labels" in one.detail for one in found.findings)
        with pytest.raises(DataError, match="no clip has a label to learn from"):
            auto_labels(catalog, config)


def test_both_verbs_print_one_document_and_keep_what_they_found(
    config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_in(monkeypatch)
    with Catalog(config.data.recordings) as catalog:
        add_tones(catalog, 40)
        truth = add_tones(catalog, 5, word="(unlabelled)", first=40)
    path, out = tmp_path / "tones.yaml", tmp_path / "ids.txt"
    data = f"{{source: folder, folder: none, recordings: {config.data.recordings}}}"
    path.write_text(f"name: tones\nkeywords: [low, high]\ndata: {data}\n")
    assert run(["select", str(path), "--budget", "7", "--by", "cluster", "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    ids = [one["clip_id"] for one in told["clips"]]
    assert out.read_text().split() == ids and len(set(ids) & set(truth)) == 7
    with Catalog(config.data.recordings) as catalog:
        assert [one.clip_id for one in catalog.changes.findings(told["batch"])] == ids
    assert run(["label", "auto", str(path), "--apply", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["automatic"] >= 25 and told["applied"]["words"] == told["automatic"]
    assert told["measured"]["wrong"] == 0
    assert run(["select", str(path), "--by", "slices"]) == 2
    assert "kws slices" in capsys.readouterr().err
