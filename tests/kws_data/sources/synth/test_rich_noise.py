"""data.generated_noise: rich: made once, said what it is, for copies only, and nothing of it where it is plain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.config.data import DataSettings
from kws_data.dataset.backgrounds import extra_noises, generated_noise_clips, noises_of
from kws_data.errors import DataError
from kws_data.sources.synth import rich_noise
from kws_data.sources.synth.noise import COLOURS, add_generated_noise
from kws_data.sources.synth.noises.kinds import KINDS
from kws_data.sources.synth.rich_noise import add_rich_noise

RATE_HZ = 16_000


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rich_noise, "SECONDS", 1)


def config_of(kind: str) -> Config:
    return Config.model_validate({"name": "n", "keywords": ["go"], "data": {"generated_noise": kind}})


def test_every_kind_is_made_once_and_says_what_it_is(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        with pytest.raises(DataError, match="was made"):
            generated_noise_clips(catalog, 3, RATE_HZ)
        made = add_rich_noise(catalog, 3, RATE_HZ)
        assert {clip.attributes["noise_kind"]: clip.attributes["kind"] for clip in made} == {
            name: kind for name, (kind, _) in KINDS.items()
        }
        assert all(clip.synthetic and clip.licence == "CC0-1.0" and clip.samples == RATE_HZ for clip in made)
        assert len({clip.audio_sha256 for clip in made}) == len(KINDS)
        assert add_rich_noise(catalog, 3, RATE_HZ) == made == generated_noise_clips(catalog, 3, RATE_HZ)
        assert np.abs(catalog.load(made[0]).astype(int)).max() > 300


def test_it_is_for_copies_only_and_silence_is_cut_from_plain_noise(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        plain, rich = add_generated_noise(catalog, 0, RATE_HZ), add_rich_noise(catalog, 0, RATE_HZ)
        assert len(plain) == len(COLOURS)
        assert noises_of(config_of("rich"), catalog, []) == plain, "neither validation nor test hears it"
        assert extra_noises(config_of("rich"), catalog) == rich
        assert extra_noises(config_of("plain"), catalog) == []


def test_configurations_without_it_keep_their_keys() -> None:
    assert "generated_noise" not in DataSettings().model_dump(mode="json")
    assert config_of("rich").data.model_dump(mode="json")["generated_noise"] == "rich"
