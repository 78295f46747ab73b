"""A run's stream is measured on test negatives and chosen on those of validation; without such nothing is claimed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder
from made_negatives import make_negatives
from tiny_bundle import tiny_bundle

from kws_data.audio import read_audio
from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.negative_table import read_negatives
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.moment_finder import MomentFinder
from kws_data.evaluation.moment_sources import with_sources
from kws_data.evaluation.moments import FALSE, LATE, RIGHT
from kws_data.evaluation.split_streams import split_streams
from kws_data.evaluation.stream_evaluation import StreamEvaluation
from kws_data.evaluation.stream_of_run import evaluate_run_stream
from kws_data.export.on_negatives import choose_on_negatives
from kws_data.sources.imports.configured import import_configured

BUNDLE = replace(tiny_bundle(("_silence_", "_unknown_", "go", "stop")), threshold_int8=-128)


def config_of(root: Path, negatives: list[str]) -> Config:
    data = {"source": "folder", "folder": str(root / "data"), "recordings": str(root / "rec"), "negatives": negatives}
    values = {"name": "small", "keywords": ["go", "stop"], "data": data, "stream": {"false_accepts_per_hour": 900.0}}
    split = {"test": "validation_list", "validation_share": 0.2}
    return Config.model_validate({**values, "split": split, "augment": {"copies": 2}})


def built(root: Path, negatives: list[str]) -> Config:
    make_folder(root / "data")
    config = config_of(root, negatives)
    with Catalog(config.data.recordings) as catalog:
        list(import_configured(catalog, config))
        build_dataset(config, catalog, root / "out", BuildOptions(1))
    return config


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("life")
    make_negatives(path / "hours", seconds=31.0)
    return path


@pytest.fixture(scope="module")
def config(root: Path) -> Config:
    return built(root, [str(root / "hours")])


def test_every_keyword_of_the_split_is_laid_once_however_short_the_negatives_are(root: Path, config: Config) -> None:
    streams = split_streams(BUNDLE, root / "out", config.data.recordings, "test", (10.0, 20.0), 3)
    again = split_streams(BUNDLE, root / "out", config.data.recordings, "test", (10.0, 20.0), 3)
    assert {stream.kind for stream in streams.negatives} == {"speech", "noise"}
    words = [(stream.name, word.label, word.start_s) for stream in streams.laid for word in stream.spoken]
    assert words == [(stream.name, word.label, word.start_s) for stream in again.laid for word in stream.spoken]
    keywords = json.loads((root / "out" / "dataset.json").read_text())["labels_per_split"]["test"]
    assert len(words) == keywords["go"] + keywords["stop"] > 0
    assert not any(stream.spoken for stream in streams.negatives)


def test_short_recordings_of_one_speaker_are_heard_as_one(root: Path, config: Config) -> None:
    rows = read_negatives(root / "out", "test", ["recording", "speaker", "kind"])
    speech = {(row["speaker"], row["recording"]) for row in rows if row["kind"] == "speech"}
    streams = split_streams(BUNDLE, root / "out", config.data.recordings, "test", (10.0, 20.0), 3)
    heard = [one.name for one in streams.negatives if one.kind == "speech"]
    assert len(heard) == len({speaker for speaker, _ in speech}) < len(speech)
    assert all(name.endswith(" and 1 more") for name in heard)


def test_the_block_of_a_run_counts_in_negatives_what_the_detector_hears_there(root: Path, config: Config) -> None:
    found = evaluate_run_stream(BUNDLE, root / "out", config)
    assert list(found.negatives) == ["speech", "noise"] and found.engine == "host"
    streams = split_streams(BUNDLE, root / "out", config.data.recordings, "test", (10.0, 20.0), 3)
    heard = sum(len(HostDetector(BUNDLE).decided(one.scores, one.ends)) for one in streams.negatives)
    assert found.false_accepts == heard == len(found.detections) > 0
    assert found.hours == pytest.approx(sum(one.samples for one in streams.negatives) / 16_000 / 3_600)
    assert found.wish is not None and found.wish.hours_of_proof == pytest.approx(3 / 900)
    assert found.stitched is not None and found.stitched.keywords_said > 0 and found.not_measured is None
    assert len(found.curve) == 4 and found.response_ms is not None and found.times_real_time is None
    document = found.to_dict()
    assert StreamEvaluation.from_dict(json.loads(json.dumps(document))) == found
    assert json.dumps(document) == json.dumps(evaluate_run_stream(BUNDLE, root / "out", config).to_dict())


def test_moments_are_of_the_words_and_recordings_that_were_heard(root: Path, config: Config) -> None:
    finder = MomentFinder(BUNDLE)
    found = evaluate_run_stream(BUNDLE, root / "out", config, None, finder)
    chosen = finder.found()
    moments = with_sources(chosen, root / "out")
    heard = round((1 - found.frr) * found.keywords_said) if found.frr is not None else 0
    assert moments.found[LATE] + moments.found[RIGHT] == heard
    assert moments.found[FALSE] >= found.false_accepts  # those in negatives by themselves, and between words
    kinds = {row["recording"]: row["kind"] for row in read_negatives(root / "out", "test", ["recording", "kind"])}
    assert moments.moments
    for moment, one in zip(moments.moments, chosen.chosen, strict=True):
        told = {source["what"]: source for source in moment.sources}
        assert bool(moment.said) == ("word" in told) and told.get("word", {}).get("word", "") == moment.said
        stream = moments.streams[moment.stream]
        assert told["around it"]["recording"] == one.part[0] and kinds[one.part[0]] == stream.kind


def test_average_and_thresholds_are_chosen_on_validation_negatives(root: Path, config: Config) -> None:
    chosen = choose_on_negatives(BUNDLE, root / "out", config)
    assert chosen is not None and chosen.spec.sums is not None and len(chosen.spec.sums) == 4
    ships = replace(BUNDLE, stream=chosen.spec)
    streams = split_streams(ships, root / "out", config.data.recordings, "validation", (10.0, 20.0), 3)
    limits = chosen.lowest.limits
    heard = sum(len(HostDetector(ships).decided(one.scores, one.ends)) for one in streams.negatives)
    assert heard == sum(limit.false_accepts for limit in limits.values())
    assert chosen.words == sum(len(stream.spoken) for stream in streams.laid) > 0


def test_without_negatives_nothing_is_chosen_and_nothing_claimed(tmp_path: Path) -> None:
    config = built(tmp_path, [])
    assert choose_on_negatives(BUNDLE, tmp_path / "out", config) is None
    finder = MomentFinder(BUNDLE)
    document = evaluate_run_stream(BUNDLE, tmp_path / "out", config, None, finder).to_dict()
    stream = read_audio(tmp_path / "out" / "stream" / "stream.flac")
    moments = with_sources(finder.found(), tmp_path / "out")
    assert moments.moments and moments.streams[0].how == "clips in a row"
    for moment, one in zip(moments.moments, finder.found().chosen, strict=True):
        begin = round(moment.begin_s * 16_000)
        assert np.array_equal(one.samples, stream[begin : begin + len(one.samples)])
        words = [source["word"] for source in moment.sources if source["what"] == "word"]
        assert words == ([moment.said] if moment.said else [])
    assert document["measured"] is False and document["false_accepts_per_hour"] is None
    assert "data.negatives" in document["not_measured"] and document["negatives"] == {}
    assert document["stitched"]["minutes"] > 0 and document["frr"] is not None
