from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from fake_trials import TOO_LARGE, fake_trial

from kws_data.config.config import Config
from kws_data.config.load import load_config
from kws_data.errors import DataError
from kws_data.experiments.search import driver as search_module
from kws_data.experiments.search.driver import Search
from kws_data.experiments.search.halving import Halving
from kws_data.experiments.search.report import cost_table, table, write_results
from kws_data.experiments.search.space import candidates
from kws_data.experiments.search.state import load_state
from kws_data.experiments.shape_cost import ShapeCost, shape_key

SPACE: list[dict[str, Any]] = [{"model.channels": [8, 12, 16, 20, 24, 28], "model.blocks": [1, 2, 3]}]
CONFIG = Config.model_validate({"name": "t", "keywords": ["yes", "no"], "budget": {"model_bytes": 9_000}})
HALVING = Halving((1, 3, 9), 3)


def cost_of(config: Config) -> ShapeCost:
    size = 200 * config.model.channels * config.model.blocks
    return ShapeCost(size, size, size, 10, 100 * size, 1, size, size, 64_000_000)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose cache knows what every shape of the space costs; trials are fake."""
    for candidate in candidates(SPACE, CONFIG):
        path = tmp_path / "cache" / f"{shape_key(candidate.config)}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(cost_of(candidate.config).to_dict()))
    monkeypatch.setattr(search_module, "run_trial", fake_trial)
    monkeypatch.setattr(Search, "_fold", lambda self, config: tmp_path)
    return tmp_path


def make(place: Path, name: str = "search", workers: int = 1, **more: Any) -> Search:
    return Search(CONFIG, SPACE, place / name, HALVING, workers, place / "cache", **more)


def outcome(search: Search) -> dict[str, Any]:
    document = search.state.to_dict()
    return {key: value for key, value in document.items() if key != "seconds"}


def test_only_shapes_that_keep_the_limits_are_trained(place: Path) -> None:
    search = make(place)
    state = search.run(1e6)
    trained = {number for number, _ in state.results}
    assert trained and all(cost_of(search._configs[number]).model_bytes <= 9_000 for number in trained)
    assert any(one.broken == ("model_bytes",) for one in state.tried)
    assert len(trained) == len(state.fitting)  # the space is used up: each that fits was begun


def test_one_of_nine_sees_the_last_rung_and_the_best_of_those_is_chosen(place: Path) -> None:
    search = make(place)
    state = search.run(1e6, brackets=1)
    assert {rung: sum(e == rung for _, e in state.results) for rung in (1, 3, 9)} == {1: 9, 3: 3, 9: 1}
    best = state.best()
    assert best is not None and best.epochs == 9


def test_a_trained_file_that_is_too_large_after_all_goes_no_further(place: Path) -> None:
    search = make(place)
    state = search.run(1e6, brackets=1)
    begun = [one.number for one in state.fitting[:9]]
    assert TOO_LARGE in begun and (TOO_LARGE, 1) in state.results and (TOO_LARGE, 3) not in state.results
    assert TOO_LARGE not in [result.number for result in state.front()]


def test_the_number_of_processes_changes_nothing(place: Path) -> None:
    one, two = make(place, "one"), make(place, "two", workers=2)
    one.run(1e6, brackets=1)
    two.run(1e6, brackets=1)
    assert outcome(one) == outcome(two)


def test_a_search_that_was_interrupted_comes_to_the_same_result(place: Path) -> None:
    whole = make(place, "whole")
    whole.run(1e6)
    first = make(place, "parts")
    first.run(0.0)  # no time at all: one trial
    second = make(place, "parts")
    assert second.resume() and second.state.results == first.state.results
    second.run(1e6, brackets=1)
    again = make(place, "parts")
    assert again.resume()
    again.run(1e6)
    assert outcome(again) == outcome(whole)


def test_without_time_one_trial_is_run_and_kept(place: Path) -> None:
    search = make(place)
    search.run(0.0)
    assert len(search.state.results) == 1
    kept = load_state(place / "search")
    assert kept is not None and kept.results == search.state.results


def test_a_rung_that_would_last_too_long_is_not_begun(place: Path) -> None:
    """Fake trials claim 10 s an epoch: in 60 s there is no time for three trials of 30 s after the first rung."""
    said: list[str] = []
    search = make(place, say=said.append)
    search.run(60.0, brackets=1)
    assert {epochs for _, epochs in search.state.results} == {1}
    assert "time is up" in said[-1]


def test_another_configuration_is_not_resumed(place: Path) -> None:
    make(place).run(1e6, brackets=1)
    other = CONFIG.model_copy(update={"seed": 3})
    with pytest.raises(DataError, match="--fresh"):
        Search(other, SPACE, place / "search", HALVING, 1, place / "cache").resume()
    assert not make(place, "nowhere").resume()


def test_a_damaged_search_says_what_to_do(place: Path) -> None:
    make(place).run(0.0)
    (place / "search" / "search.json").write_text("{")
    with pytest.raises(DataError, match="--fresh"):
        make(place).resume()


def test_limits_that_nothing_keeps_name_the_smallest_shape(place: Path) -> None:
    small = CONFIG.model_copy(update={"budget": CONFIG.budget.model_copy(update={"model_bytes": 10})})
    with pytest.raises(DataError, match=r"smallest is temporal_dscnn 8×1.*model_bytes"):
        Search(small, SPACE, place / "search", HALVING, 1, place / "cache").measure(4)


def test_the_chosen_configuration_can_be_run_and_says_what_was_measured(place: Path) -> None:
    search = make(place)
    state = search.run(1e6)
    written = write_results(state, CONFIG, search.folder)
    assert [path.name for path in written] == ["front.png", "front.svg", "best.yaml"]
    assert written[0].read_bytes().startswith(b"\x89PNG") and written[1].read_text().count("<svg") == 1
    best = state.best()
    assert best is not None
    chosen = load_config(written[2])
    assert chosen.model == search._configs[best.number].model and chosen.name == "t-best"
    assert chosen.train == CONFIG.train and chosen.keywords == ["yes", "no"]
    text = written[2].read_text()
    assert f"{state.by_number(best.number).cost.model_bytes:,} B" in text and "test split" in text
    assert yaml.safe_load(text)["keywords"] == ["yes", "no"]


def test_tables_show_the_front_and_the_costs(place: Path) -> None:
    search = make(place)
    state = search.run(1e6)
    rows = table(state, state.front())
    assert rows and {"candidate", "accuracy", "file", "cycles"} <= set(rows[0])
    sizes = [int(row["file"].split()[0].replace(",", "")) for row in cost_table(state.fitting)]
    assert sizes == sorted(sizes)
    assert state.front_rung() == 3 or state.front_rung() == 9


def test_results_without_a_trial_are_refused(place: Path) -> None:
    with pytest.raises(DataError, match="--budget"):
        write_results(make(place).state, CONFIG, place)
