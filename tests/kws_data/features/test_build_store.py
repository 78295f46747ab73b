"""The same data set, however its features came about; and nothing is computed twice."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset, recipe_of
from kws_data.dataset.manifest import DatasetInfo, read_manifest
from kws_data.dataset.plan import plan_dataset
from kws_data.errors import DataError
from kws_data.features import workers as engine
from kws_data.features.build import Computed
from kws_data.features.compute import ChunkResult, Work
from kws_data.features.forget import forget_features
from kws_data.features.load import load_features
from kws_data.features.recipe import VOICE_SLOTS, Recipe, choose_voices
from kws_data.features.store import FeatureStore
from kws_data.features.workers import LocalEngine
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.side_folders import import_rooms


def config(folder: Path, **changes: object) -> Config:
    values: dict[str, object] = {
        "name": "small",
        "keywords": ["go", "stop"],
        "data": {"source": "folder", "folder": str(folder), "record_test_clips": 0},
        "split": {"test": "validation_list", "validation_share": 0.2},
        "augment": {"copies": 3},
    }
    return Config.model_validate({**values, **changes})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "data")


@pytest.fixture
def catalog(folder: Path, tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "rec") as opened:
        import_layout(opened, "speech-commands", folder)
        yield opened


def build(
    settings: Config, catalog: Catalog, out: Path, options: BuildOptions | None = None
) -> tuple[DatasetInfo, Computed]:
    told: list[Computed] = []
    manifest = build_dataset(settings, catalog, out, options=replace(options or BuildOptions(1), told=told.append))
    return manifest, told[0]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def shards(catalog: Catalog, kind: str = "") -> list[Path]:
    return sorted((catalog.folder / "features").glob(f"{kind}*/*.shard"))


def test_a_second_build_computes_nothing_and_is_the_same(folder: Path, catalog: Catalog, tmp_path: Path) -> None:
    cold, first = build(config(folder), catalog, tmp_path / "cold")
    warm, second = build(config(folder), catalog, tmp_path / "warm")
    assert (first.clips, first.stored) == (sum(cold.clips.values()), 0)
    assert (second.clips, second.copies, second.stored) == (0, 0, first.clips)
    assert warm.version == cold.version and files(tmp_path / "warm") == files(tmp_path / "cold")


def test_only_what_changed_is_computed(folder: Path, catalog: Catalog, tmp_path: Path) -> None:
    cold, _ = build(config(folder), catalog, tmp_path / "one")
    louder = config(folder, augment={"copies": 3, "gain_db": [0, 3]})
    changed, computed = build(louder, catalog, tmp_path / "two")
    train = cold.clips["train"]
    assert computed.clips == train and computed.stored == sum(cold.clips.values()) - train
    assert computed.copies == 2 * train  # the clips as they are were there
    _, fewer = build(config(folder, augment={"copies": 1}), catalog, tmp_path / "three")
    assert fewer.copies == 0 and changed.version != cold.version
    _, other = build(config(folder, frontend={"coefficients": 10}), catalog, tmp_path / "four")
    assert other.stored == 0


def test_a_new_clip_costs_itself(folder: Path, catalog: Catalog, tmp_path: Path) -> None:
    data = {"source": "folder", "folder": str(folder), "silence_share": 0.0}
    split = {"test": "validation_list", "validation_share": 0.2, "stratify": []}
    settings = config(folder, data=data, split=split)
    before, _ = build(settings, catalog, tmp_path / "out")
    old = load_features(tmp_path / "out", "train")
    kept = {str(i): np.array(x) for i, x in zip(old.clip_ids, old.x, strict=True)}
    speaker = next(f.name.split("_")[0] for f in sorted((folder / "go").iterdir()))
    noise = np.random.default_rng(5).integers(-3_000, 3_000, 16_000).astype(np.int16)
    write_flac(folder / "go" / f"{speaker}_nohash_9.flac", noise, 16_000)
    import_layout(catalog, "speech-commands", folder)
    after, computed = build(settings, catalog, tmp_path / "out")
    assert computed.clips == 1 and sum(after.clips.values()) == sum(before.clips.values()) + 1
    new = load_features(tmp_path / "out", "train")
    assert all(np.array_equal(kept[str(i)], x) for i, x in zip(new.clip_ids, new.x, strict=True) if str(i) in kept)
    with Catalog(tmp_path / "fresh") as fresh:
        import_layout(fresh, "speech-commands", folder)
        assert build(settings, fresh, tmp_path / "cold")[0].version == after.version


@pytest.mark.parametrize("damage", ["cut", "bit in a row", "bit in the table", "gone", "empty"])
def test_damaged_shards_are_computed_again(folder: Path, catalog: Catalog, tmp_path: Path, damage: str) -> None:
    cold, _ = build(config(folder), catalog, tmp_path / "cold")
    for kind in ("plain", "copies", "audio"):
        path = shards(catalog, kind)[0]
        data = bytearray(path.read_bytes())
        data[100 if damage == "bit in a row" else -100] ^= 4
        if damage == "gone":
            path.unlink()
        else:
            path.write_bytes({"cut": data[:-5_000], "empty": b""}.get(damage, data))
    again, _ = build(config(folder), catalog, tmp_path / "again")
    assert again.version == cold.version and files(tmp_path / "again") == files(tmp_path / "cold")
    _, healed = build(config(folder), catalog, tmp_path / "healed")
    assert healed.clips == 0


def test_a_broken_clip_is_set_aside_and_the_rest_goes_on(folder: Path, catalog: Catalog, tmp_path: Path) -> None:
    whole, _ = build(config(folder), catalog, tmp_path / "whole")
    victims = [plan_dataset(config(folder), catalog).of(split)[0].audio for split in ("train", "test")]
    for number, victim in enumerate(victims):
        path = catalog.folder / "audio" / victim.audio_sha256[:2] / f"{victim.audio_sha256}.flac"
        path.write_bytes(b"fLaC nonsense") if number else path.unlink()
        forget_features(catalog.folder, {victim.audio_sha256})
    broken, computed = build(config(folder), catalog, tmp_path / "broken")
    assert computed.clips == 0 and set(computed.failures) == {victim.audio_sha256 for victim in victims}
    assert set(broken.info["set_aside"]) == {victim.id for victim in victims}
    assert all("missing or damaged" in reason for reason in broken.info["set_aside"].values())
    assert broken.clips == {**whole.clips, "train": whole.clips["train"] - 1, "test": whole.clips["test"] - 1}
    ids = {row["clip_id"] for row in read_manifest(tmp_path / "broken")}
    assert ids.isdisjoint(victim.id for victim in victims)
    assert len(load_features(tmp_path / "broken", "train")) == broken.clips["train"]
    assert whole.info["set_aside"] == {} and broken.version != whole.version


def test_a_keyword_whose_every_clip_is_broken_fails_the_build(folder: Path, catalog: Catalog, tmp_path: Path) -> None:
    for planned in plan_dataset(config(folder), catalog).of("test"):
        if planned.label == "go":
            sha256 = planned.audio.audio_sha256
            (catalog.folder / "audio" / sha256[:2] / f"{sha256}.flac").write_bytes(b"")
    with pytest.raises(DataError, match="no clip of a keyword can be read in the test split: 'go'"):
        build(config(folder), catalog, tmp_path / "out")
    assert not (tmp_path / "out" / "dataset.json").exists()


class Interrupted(LocalEngine):
    """Is interrupted after a few chunks."""

    def run(self, recipe: Recipe, work: Work) -> Iterator[ChunkResult]:
        for number, chunk in enumerate(engine.chunks_of(work, rows=20)):
            if number == 2:
                raise KeyboardInterrupt
            yield from super().run(recipe, chunk)


def test_an_interrupted_build_goes_on_where_it_was(folder: Path, catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        build(config(folder), catalog, tmp_path / "out", BuildOptions(1, Interrupted()))
    assert not (tmp_path / "out" / "dataset.json").exists() and len(shards(catalog)) > 0
    resumed, computed = build(config(folder), catalog, tmp_path / "out")
    assert computed.stored > 0 and computed.clips + computed.stored == sum(resumed.clips.values())
    with Catalog(tmp_path / "fresh") as fresh:
        import_layout(fresh, "speech-commands", folder)
        cold, _ = build(config(folder), fresh, tmp_path / "cold")
    assert cold.version == resumed.version and files(tmp_path / "cold") == files(tmp_path / "out")


@pytest.mark.slow
def test_processes_give_the_same_bytes(folder: Path, catalog: Catalog, tmp_path: Path) -> None:
    settings = config(folder, augment={"copies": 4, "tempo_probability": 0.5, "pitch_probability": 0.5})
    one, _ = build(settings, catalog, tmp_path / "one")
    with Catalog(tmp_path / "fresh") as fresh:
        import_layout(fresh, "speech-commands", folder)
        two, computed = build(settings, fresh, tmp_path / "two", BuildOptions(2, LocalEngine(2, small_rows=0)))
        assert len(shards(fresh)) > len(shards(catalog)) and computed.clips == sum(two.clips.values())
    assert one.version == two.version and files(tmp_path / "one") == files(tmp_path / "two")


@pytest.mark.slow
def test_a_worker_that_is_killed_is_one_clear_error(folder: Path, catalog: Catalog, tmp_path: Path) -> None:

    class Murderer(LocalEngine):
        def run(self, recipe: Recipe, work: Work) -> Iterator[ChunkResult]:
            for number, result in enumerate(super().run(recipe, work)):
                if number == 0:
                    for child in multiprocessing.active_children():
                        os.kill(child.pid or 0, signal.SIGKILL)
                yield result

    with pytest.raises(DataError, match="a worker process was killed"):
        build(config(folder), catalog, tmp_path / "out", BuildOptions(2, Murderer(2, small_rows=0)))
    resumed, _ = build(config(folder), catalog, tmp_path / "out")
    assert resumed.clips["train"]


_BUILD = """
import sys
if __name__ == "__main__":
    from kws_data.dataset.build import BuildOptions, build_dataset
    from kws_data.catalog.catalog import Catalog
    from kws_data.config.config import Config
    with Catalog(sys.argv[1]) as catalog:
        settings = Config.model_validate_json(sys.argv[3])
        from kws_data.features.workers import LocalEngine
        options = BuildOptions(2, LocalEngine(2, chunk_rows=60, small_rows=0))
        print(build_dataset(settings, catalog, sys.argv[2], options=options).version)
"""


@pytest.mark.slow
def test_a_build_that_is_killed_goes_on_where_it_was(folder: Path, catalog: Catalog, tmp_path: Path) -> None:
    """SIGKILL to the real process, again and again; its workers end with it."""
    settings = config(folder, augment={"copies": 40, "pitch_probability": 1.0})
    script = tmp_path / "build.py"
    script.write_text(_BUILD)
    call = [sys.executable, script, catalog.folder, tmp_path / "out", settings.model_dump_json()]
    for round_ in range(1, 3):
        before = len(shards(catalog, "copies"))
        process = subprocess.Popen([str(part) for part in call], stdout=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 60
        while len(shards(catalog, "copies")) < before + round_ and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
        process.wait()
        assert _ended(process.pid)
    assert not (tmp_path / "out" / "dataset.json").exists()
    done = subprocess.run([str(part) for part in call], capture_output=True, text=True, check=True)
    with Catalog(tmp_path / "fresh") as fresh:
        import_layout(fresh, "speech-commands", folder)
        cold, _ = build(settings, fresh, tmp_path / "cold")
    assert done.stdout.strip() == cold.version == json.loads((tmp_path / "out" / "dataset.json").read_text())["version"]
    assert files(tmp_path / "cold") == files(tmp_path / "out")


def _ended(session: int) -> bool:
    """Whether no process of the session is left within a few seconds."""
    for _ in range(100):
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_parts_of_another_recipe_are_apart(folder: Path, catalog: Catalog) -> None:
    plan = plan_dataset(config(folder), catalog)
    recipe = recipe_of(config(folder), catalog, plan)
    seeded = replace(recipe, seed=7)
    spec = recipe.frontends[0]
    assert recipe.audio_part == seeded.audio_part and recipe.plain_part(spec) == seeded.plain_part(spec)
    changes = {"seed": 7, "noises": (), "rooms": ("ab",), "clip_samples": 8_000}
    others = {replace(recipe, **{name: value}).copies_part(spec) for name, value in changes.items()}  # type: ignore[arg-type]
    assert len(others | {recipe.copies_part(spec)}) == 5
    assert replace(recipe, voices=("ab",)).copies_part(spec) == recipe.copies_part(spec)


def test_the_store_says_what_its_parts_are(folder: Path, catalog: Catalog, tmp_path: Path) -> None:
    build(config(folder), catalog, tmp_path / "out")
    store = FeatureStore.of(catalog.folder)
    kinds = sorted(json.loads(store.where.read(f"{part}/part.json"))["kind"] for part in store.parts())
    assert kinds == ["audio", "copies", "plain"]


def impulse_responses(folder: Path) -> Path:
    times = np.arange(4_000)
    for number, decay in enumerate((400, 900)):
        tail = np.random.default_rng(number).standard_normal(4_000) * np.exp(-times / decay) * 4_000
        tail[0] = 20_000
        write_flac(folder / f"room_{number}.flac", tail.astype(np.int16), 16_000)
    (folder / "metadata.csv").write_text("file,licence\nroom_0.flac,CC-BY-4.0\n")
    return folder


def test_measured_rooms_change_only_training_copies(folder: Path, catalog: Catalog, tmp_path: Path) -> None:
    rooms = impulse_responses(tmp_path / "rooms")
    data = {"source": "folder", "folder": str(folder), "room_folder": str(rooms)}
    augment = {"copies": 3, "room_probability": 1.0, "room_simulated_share": 0.0}
    simulated, _ = build(config(folder, augment=augment), catalog, tmp_path / "simulated")
    import_rooms(catalog, rooms)
    measured, computed = build(config(folder, augment=augment, data=data), catalog, tmp_path / "measured")
    assert measured.info["sounds"]["rooms"] == 2 and simulated.info["sounds"]["rooms"] == 0
    assert measured.clips == simulated.clips and computed.clips == measured.clips["train"]
    one, other = (load_features(tmp_path / name, "train").x for name in ("simulated", "measured"))
    assert np.array_equal(one[:, 0], other[:, 0]) and not np.array_equal(one[:, 1:], other[:, 1:])
    licences = {room.origin: room.licence for room in catalog.clips(source="rooms")}
    assert licences == {"_room_/room_0.flac": "CC-BY-4.0", "_room_/room_1.flac": licences["_room_/room_1.flac"]}
    with pytest.raises(DataError, match=r"nothing was imported from the room folder.*kws run --until collect"):
        build(config(folder, augment=augment, data={**data, "room_folder": "nowhere"}), catalog, tmp_path / "no")


def test_voices_come_from_training_clips_and_stay_when_clips_are_added(
    folder: Path, catalog: Catalog, tmp_path: Path
) -> None:
    heard = config(folder, augment={"copies": 4, "voice_probability": 1.0})
    alone = config(folder, augment={"copies": 4})
    with_voices, _ = build(heard, catalog, tmp_path / "heard")
    build(alone, catalog, tmp_path / "alone")
    recipe = recipe_of(heard, catalog, plan_dataset(heard, catalog))
    training = {p.audio.audio_sha256 for p in plan_dataset(heard, catalog).of("train") if p.label != "_silence_"}
    assert len(recipe.voices) == VOICE_SLOTS and set(recipe.voices) <= training and with_voices.info["sounds"]["voices"]
    one, other = (load_features(tmp_path / name, "train").x for name in ("heard", "alone"))
    assert np.array_equal(one[:, 0], other[:, 0]) and not np.array_equal(one[:, 1:], other[:, 1:])
    forgotten = forget_features(catalog.folder, {recipe.voices[0]})
    assert forgotten > 2  # its own rows, and those of the clips that hear it


def test_voices_change_rarely() -> None:
    many = [f"{number:064x}"[::-1] for number in range(2_000)]
    before, after = choose_voices(many, seed=3), choose_voices([*many, *(f"a{name[1:]}" for name in many[:20])], seed=3)
    assert sum(one != other for one, other in zip(before, after, strict=True)) <= 3
    assert len(set(before)) > 28 and choose_voices(many, seed=4) != before and choose_voices([], 1) == ()
