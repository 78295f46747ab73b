"""Several folders with labels are one: people, lists, copies; and folds of the people of all but the first."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made_folder import make_folder, speaker_id, tone

from kws_data.audio import write_flac, write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.config.load import load_config
from kws_data.dataset.clip_pool import clips_of, fold_of
from kws_data.dataset.plan import Plan, plan_dataset
from kws_data.errors import ConfigError, DataError
from kws_data.sources.imports.configured import import_configured


def config(root: Path, *more: str, **changes: object) -> Config:
    own = {key: changes.pop(key) for key in ("unlabelled", "more_people", "source", "folder") if key in changes}
    data = {"source": "folder", "folder": str(root / "data"), "more_folders": [str(root / name) for name in more]}
    values = {"name": "t", "keywords": ["go", "stop"], "split": {"test": "validation_list", "validation_share": 0.2}}
    values |= {"train": {"teacher": {"kind": "encoder"}}}
    return Config.model_validate({**values, **changes, "data": {**data, "recordings": str(root / "rec"), **own}})


def planned(settings: Config) -> Plan:
    with Catalog(settings.data.recordings) as catalog:
        list(import_configured(catalog, settings))
        return plan_dataset(settings, catalog)


def make_more(root: Path, speakers: range, words: tuple[str, ...] = ("go", "up")) -> Path:
    for word in words:
        for number in speakers:
            write_flac(root / word / f"{speaker_id(number)}_nohash_5.flac", tone(word, number, 5), 16_000)
    return root


def splits_of(plan: Plan) -> dict[str, set[str]]:
    """Splits of each speaker."""
    where: dict[str, set[str]] = {}
    for planned in plan.clips:
        if planned.label != "_silence_":
            where.setdefault(planned.clip.speaker, set()).add(planned.split)
    return where


def test_a_person_in_two_folders_is_one_person(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_more(tmp_path / "more", range(16))
    alone, both = planned(config(tmp_path)), planned(config(tmp_path, "more"))
    where = splits_of(both)
    assert len(where) == 16 and all(len(splits) == 1 for splits in where.values()) and both.leaks == 0
    tested = {p.clip.speaker for p in alone.of("test") if p.label != "_silence_"}
    assert tested == {speaker for speaker, splits in where.items() if splits == {"test"}}, "the first list decides"
    assert sum(p.label != "_silence_" for p in both.of("test")) == 2 * (4 + 2), "with all that they say in any folder"


def test_lists_of_further_folders_do_not_count(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    more = make_more(tmp_path / "more", range(12, 16), ("go", "stop", "up"))
    before = planned(config(tmp_path, "more"))
    for name, number in (("validation_list.txt", 12), ("testing_list.txt", 13)):
        names = [f"{word}/{speaker_id(number)}_nohash_5.wav" for word in ("go", "stop", "up")]
        (more / name).write_text("\n".join(names))
    after = planned(config(tmp_path, "more"))
    assert splits_of(after) == splits_of(before) and after.kept_for_later == 0
    given = splits_of(planned(config(tmp_path, "more", split={"test": "given"})))
    counts = {split: sum(splits == {split} for splits in given.values()) for split in ("validation", "test")}
    assert counts == {"validation": 3, "test": 1}, "lists of all sources, where they are asked for"


def test_what_lies_in_two_folders_is_used_once(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "data")
    more = make_more(tmp_path / "more", range(12, 14))
    settings = config(tmp_path, "more")
    before = planned(settings)
    for word in ("go", "cat", "_background_noise_"):
        shutil.copytree(folder / word, more / word, dirs_exist_ok=True)
    shutil.copy(folder / "stop" / f"{speaker_id(3)}_nohash_0.flac", more / "go" / f"{speaker_id(13)}_nohash_8.flac")
    write_wav(more / "_background_noise_" / "copy.wav", tone("x", 1, samples=16_000), 16_000)
    shutil.copy(folder / "_background_noise_" / "fan.wav", more / "_background_noise_" / "again.wav")
    after = planned(settings)
    assert len({p.clip.audio_sha256 for p in after.clips}) == len(after.clips)
    assert sum(p.label in ("go", "_unknown_") for p in after.clips) == sum(
        p.label in ("go", "_unknown_") for p in before.clips
    )
    assert len(after.noises) == 3, "tap, fan and the one that is new"
    assert sum("same recording under several words" in reason for reason in after.left_out.values()) == 2


def test_the_few_real_recordings_come_from_all_folders(tmp_path: Path) -> None:
    make_folder(tmp_path / "data", words=("cat", "dog"))
    make_more(tmp_path / "more", range(2, 12), ("go", "stop"))
    make_more(tmp_path / "data", range(2), ("go", "stop"))
    names = [f"{word}/{speaker_id(number)}_nohash_5.wav" for word in ("go", "stop") for number in range(2)]
    (tmp_path / "data" / "validation_list.txt").write_text("\n".join(names))
    data = {"source": "both", "folder": str(tmp_path / "data"), "real_per_keyword": 3, "synth": {"speakers": 8}}
    settings = Config.model_validate(
        {
            "name": "t",
            "keywords": ["go", "stop"],
            "split": {"test": "validation_list", "validation_share": 0.2},
            "data": {**data, "more_folders": [str(tmp_path / "more")], "recordings": str(tmp_path / "rec")},
        }
    )
    from kws_data.sources.synth.people import synth_people

    with Catalog(tmp_path / "rec") as catalog:
        list(import_configured(catalog, settings))
        synth_people(catalog, settings)
        plan = plan_dataset(settings, catalog)
    real = [p for p in plan.of("train") if not p.clip.synthetic and p.label in ("go", "stop")]
    assert len(real) == 6 and all(p.clip.origin.endswith("_5.flac") for p in real)


def test_a_fold_of_the_people_of_further_folders_is_left_out(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_more(tmp_path / "more", range(2, 30))
    make_more(tmp_path / "wild", range(40, 70), ("left",))
    whole = clips(config(tmp_path, "more"))
    seen: dict[str, int] = {}
    for fold in range(3):
        settings = config(tmp_path, "more", more_people={"folds": 3, "without": fold})
        gone = set(whole) - set(clips(settings))
        assert gone and all(origin.endswith("_5.flac") for origin in gone), "the first folder stays whole"
        assert {fold_of(whole[origin], 3) for origin in gone} == {fold}
        seen |= dict.fromkeys(gone, fold)
    assert len(seen) == 56, "everybody is in one fold"
    unlabelled = {"unlabelled": [str(tmp_path / "wild")], "more_people": {"folds": 3, "without": 1}}
    left = planned(config(tmp_path, **unlabelled)).of("unlabelled")
    assert 0 < len(left) < 30 and 1 not in {fold_of(p.clip.speaker, 3) for p in left}


def clips(settings: Config) -> dict[str, str]:
    """Speaker of each word, by origin."""
    with Catalog(settings.data.recordings) as catalog:
        list(import_configured(catalog, settings))
        return {c.origin: c.speaker for c in clips_of(settings, catalog) if not c.word.startswith("_")}


def test_bad_settings_are_one_line(tmp_path: Path) -> None:
    make_folder(tmp_path / "data", speakers=3)
    with pytest.raises(DataError, match=r"further data folder not found.*none.*check data\.more_folders"):
        planned(config(tmp_path, "none"))
    with pytest.raises(DataError, match="would have no effect"):
        planned(config(tmp_path, more_people={"folds": 3, "without": 0}))
    path = tmp_path / "c.yaml"
    path.write_text("name: t\nkeywords: [go]\n")
    for overrides, message in (
        (["data.more_folders=[x]"], "data.more_folders is for data.source: folder or both"),
        (["data.more_people={folds: 3, without: 3}"], "folds are counted from 0 to 2"),
    ):
        with pytest.raises(ConfigError, match=message):
            load_config(path, overrides)
