from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kws_data.config.config import Config
from kws_data.experiments.shape_cost import ShapeCost, shape_key
from kws_data.experiments.suggest import axes, changed, least_cut, smaller_values, suggest

FOREVER = float("inf")


def config(**changes: Any) -> Config:
    model = {"channels": 32, "blocks": 5, "kernel": 9, **changes.pop("model", {})}
    return Config.model_validate({"name": "t", "keywords": ["yes", "no"], "model": model, **changes})


def cost_of(one: Config) -> ShapeCost:
    """Made up, but falling along every axis, so that the least cut can be told."""
    model = one.model
    size = model.channels * model.blocks * (model.channels + model.kernel) + one.frontend.coefficients * model.channels
    return ShapeCost(size, 2 * size, 3 * size, 100, 60 * size, 10, size, size, 64_000_000)


def known(folder: Path, base: Config) -> Path:
    """A cache that knows the shape and every smaller one along each axis."""
    smaller = [changed(base, axis, value) for axis in axes(base) for value in smaller_values(base, axis)]
    for one in (base, *smaller):
        if one is not None:
            (folder / f"{shape_key(one)}.json").write_text(json.dumps(cost_of(one).to_dict()))
    return folder


@pytest.mark.parametrize("axis", ["model.channels", "model.blocks", "model.kernel", "frontend.coefficients"])
@pytest.mark.parametrize("limit", [2_000, 5_000, 6_000, 7_000, 7_800])
def test_the_least_cut_along_an_axis_is_found(tmp_path: Path, axis: str, limit: int) -> None:
    base = config(budget={"model_bytes": limit})
    found = least_cut(base, axis, ("model_bytes",), FOREVER, known(tmp_path, base))
    keeps = [value for value in smaller_values(base, axis) if cost_of(changed(base, axis, value)).model_bytes <= limit]
    assert found is not None
    assert found.fits == bool(keeps)
    assert found.value == (max(keeps) if keeps else min(smaller_values(base, axis)))
    saved = cost_of(base).model_bytes - cost_of(changed(base, axis, found.value)).model_bytes
    assert found.saves == {"model_bytes": saved}


def test_a_suggestion_names_the_change_and_what_it_saves(tmp_path: Path) -> None:
    base = config(budget={"model_bytes": 7_000})
    found = least_cut(base, "model.channels", ("model_bytes",), FOREVER, known(tmp_path, base))
    assert found is not None
    assert found.line() == "28 channels instead of 32 saves 1,540 bytes: model_bytes 6,300"
    assert found.to_dict()["fits"] and found.to_dict()["setting"] == "model.channels"


def test_what_fits_comes_first_and_of_those_the_least_cut(tmp_path: Path) -> None:
    base = config(budget={"model_bytes": 6_000, "arena_bytes": 13_000, "latency_ms": 6.5})
    found = suggest(base, ["arena_bytes", "model_bytes", "latency_ms"], cache_dir=known(tmp_path, base))
    fits = [one.fits for one in found]
    assert fits == sorted(fits, reverse=True) and fits[0]
    saved = [one.saves["model_bytes"] for one in found if one.fits]
    assert saved == sorted(saved)
    assert list(found[0].saves) == ["model_bytes", "arena_bytes", "latency_ms"]


def test_no_broken_limit_no_suggestion(tmp_path: Path) -> None:
    assert suggest(config(), [], cache_dir=tmp_path) == []


def test_without_time_nothing_is_measured_beyond_the_first_axis(tmp_path: Path) -> None:
    base = config(budget={"model_bytes": 6_000})
    found = suggest(base, ["model_bytes"], time_s=0.0, cache_dir=known(tmp_path, base))
    assert [one.setting for one in found] == ["model.channels"]


def test_a_cut_that_makes_no_model_is_no_cut() -> None:
    base = config(model={"branches": [5, 7]})
    assert changed(base, "model.kernel", 5) is None and changed(base, "model.kernel", 7) is not None


def test_log_mel_is_cut_by_its_bands() -> None:
    base = config(frontend={"kind": "log_mel", "mel_bands": 32, "coefficients": 32})
    smaller = changed(base, axes(base)[-1], 28)
    assert smaller is not None and (smaller.frontend.mel_bands, smaller.frontend.features) == (28, 28)


@pytest.mark.slow
def test_a_real_shape_is_measured_before_it_is_suggested(tmp_path: Path) -> None:
    base = config(model={"channels": 12, "blocks": 2, "kernel": 5}, budget={"model_bytes": 4_000})
    found = suggest(base, ["model_bytes"], time_s=0.0, cache_dir=tmp_path)
    assert [one.setting for one in found] == ["model.channels"]
    assert found[0].fits and found[0].cost.model_bytes <= 4_000 and found[0].saves["model_bytes"] > 100
