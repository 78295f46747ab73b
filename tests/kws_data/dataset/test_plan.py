"""Planning reads the catalogue: it writes nothing to it, imports nothing and starts no program."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.config.release import ReleaseSettings
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.plan import Plan, plan_dataset
from kws_data.dataset.store_silence import store_silence
from kws_data.errors import CatalogError, DataError
from kws_data.run_context import RunContext
from kws_data.sources.synth import engines, espeak, words
from kws_data.steps import collect


def sounds(folder: Path, *names: str) -> Path:
    for seed, name in enumerate(names):
        write_flac(folder / name, np.random.default_rng(seed).integers(-900, 900, 48_000).astype(np.int16), 16_000)
    return folder


def config(root: Path, **data: object) -> Config:
    """Synthetic people with near-words, real ones, noise and rooms of one's own."""
    everything = {
        "source": "both",
        "folder": str(root / "data"),
        "recordings": str(root / "rec"),
        "synth": {"speakers": 12, "takes": 1, "other_words": ["maybe"], "confusables": {"per_keyword": 2}},
        "noise_folder": str(root / "noise"),
        "room_folder": str(root / "rooms"),
    }
    values = {"name": "t", "keywords": ["go", "stop"], "data": everything | data, "augment": {"room_probability": 0.5}}
    return Config.model_validate(values | {"split": {"test": "validation_list", "validation_share": 0.2}})


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue into which all of :func:`config` was collected."""
    root = tmp_path_factory.mktemp("plan")
    make_folder(root / "data", speakers=20)
    sounds(root / "noise", "street.flac")
    sounds(root / "rooms", "hall.flac", "bath.flac")
    collect(RunContext(config(root), 2, lambda *_: None, lambda line: None))
    return root


def content(root: Path) -> list[str]:
    """All that the database holds."""
    with sqlite3.connect(root / "rec" / "catalog.sqlite") as db:
        return list(db.iterdump())


def plan_twice(root: Path, settings: Config) -> tuple[Plan, Plan]:
    with Catalog(root / "rec") as catalog:
        catalog.db.execute("PRAGMA query_only=ON")
        return plan_dataset(settings, catalog), plan_dataset(settings, catalog)


def test_planning_twice_leaves_the_catalogue_as_it_is(root: Path) -> None:
    before, audio = content(root), sorted((root / "rec" / "audio").rglob("*"))
    one, other = plan_twice(root, config(root))
    assert one == other and one.cuts and [room.origin for room in one.rooms]
    assert {noise.source for noise in one.noises} == {"speech_commands", "noise"}
    assert content(root) == before and sorted((root / "rec" / "audio").rglob("*")) == audio


def test_no_speech_program_is_needed_even_for_near_words(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("planning starts a speech program")

    words._vocabulary.cache_clear()
    for module, name in ((espeak, "Espeak"), (words, "Espeak"), (words, "vocabulary"), (engines, "make_engine")):
        monkeypatch.setattr(module, name, refuse)
    plan, _ = plan_twice(root, config(root))
    said = {p.clip.word for p in plan.clips if p.clip.synthetic}
    assert len(said - {"go", "stop", "maybe", "_silence_"}) == 4, "near-words of both keywords"


def test_cuts_that_are_handed_back_are_stored_by_who_writes(root: Path, tmp_path: Path) -> None:
    settings = config(root, silence_share=0.2)
    planned, _ = plan_twice(root, settings)
    with Catalog(root / "rec") as catalog:
        new = {cut.id for cut in planned.cuts}
        silent = next(planned.clip for planned in planned.clips if planned.clip.id in new)
        with pytest.raises(CatalogError, match="missing"):
            catalog.load(silent)
        store_silence(catalog, planned.cuts, 16_000)
        assert len(catalog.load(silent)) == settings.clip_samples
        stored = plan_dataset(settings, catalog)
        assert stored.clips == planned.clips and not stored.cuts
        removed = next((root / "rec" / "audio").rglob(f"{silent.audio_sha256}.flac"))
        removed.unlink()
        again = plan_dataset(settings, catalog)
        assert again.clips == planned.clips and [cut.id for cut in again.cuts] == [silent.id]
        version = build_dataset(settings, catalog, tmp_path, BuildOptions(1)).version
        assert removed.exists() and build_dataset(settings, catalog, tmp_path, BuildOptions(1)).version == version


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"folder": "nowhere"}, "data folder not found: 'nowhere'. check data.folder"),
        ({"folder": "."}, "data folder.*call kws import first"),
        ({"synth": {"speakers": 5}}, "no synthetic clips.*call kws synth first"),
        ({"speech_folder": "nowhere"}, "speech folder.*call kws run --until collect first"),
        ({"noise_folder": "nowhere"}, "noise folder.*call kws run --until collect first"),
        ({"room_folder": "nowhere"}, "room folder.*call kws run --until collect first"),
    ],
)
def test_what_is_missing_names_the_verb_that_brings_it_in(root: Path, data: dict[str, object], message: str) -> None:
    with Catalog(root / "rec") as catalog, pytest.raises(DataError, match=message):
        plan_dataset(config(root, **data), catalog)


def test_noise_that_was_not_made_names_the_verb_too(root: Path) -> None:
    terms = ReleaseSettings(licences=["CC-BY-4.0", "CC0-1.0"])  # the folder's noise states none
    settings = config(root).model_copy(update={"release": terms})
    with Catalog(root / "rec") as catalog, pytest.raises(DataError, match=r"no noise was recorded.*--until collect"):
        plan_dataset(settings, catalog)
