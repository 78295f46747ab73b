"""Recordings without labels in a data set: nobody who is held back is heard, nothing of them counts as labelled."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from made_folder import make_folder, speaker_id, tone

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.cli.split import command
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.manifest import DatasetInfo, read_manifest
from kws_data.dataset.plan import Plan, plan_dataset
from kws_data.dataset.unlabelled import HELD, audit_unlabelled, people_heard
from kws_data.errors import DataError, LeakError
from kws_data.features.load import load_features
from kws_data.labels import UNLABELLED
from kws_data.release.documents import rows_once, write_page, write_release_documents
from kws_data.sources.imports.configured import import_configured
from kws_data.training.batches.train_set import load_train_set


def config(root: Path, *unlabelled: str, **changes: object) -> Config:
    data = {"source": "folder", "folder": str(root / "data"), "recordings": str(root / "rec")}
    values: dict[str, object] = {
        "name": "small",
        "keywords": ["go", "stop"],
        "data": {**data, "unlabelled": [str(root / name) for name in unlabelled]},
        "split": {"test": "validation_list", "validation_share": 0.2},
        "augment": {"copies": 3},
        "train": {"teacher": {"kind": "encoder"}},
    }
    return Config.model_validate({**values, **changes})


def make_wild(root: Path, speakers: range, words: tuple[str, ...] = ("up", "left"), take: int = 7) -> Path:
    """What these people say besides, in Speech Commands layout; no list, no noise."""
    for word in words:
        for number in speakers:
            write_flac(root / word / f"{speaker_id(number)}_nohash_{take}.flac", tone(word, number, take), 16_000)
    return root


def planned(settings: Config) -> Plan:
    with Catalog(settings.data.recordings) as catalog:
        list(import_configured(catalog, settings))
        return plan_dataset(settings, catalog)


def built(settings: Config, folder: Path, said: list[str] | None = None) -> DatasetInfo:
    with Catalog(settings.data.recordings) as catalog:
        list(import_configured(catalog, settings))
        options = BuildOptions(1, say=said.append if said is not None else lambda line: None)
        return build_dataset(settings, catalog, folder, options)


def test_people_of_validation_and_test_are_left_out_with_all_they_say(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_wild(tmp_path / "wild", range(16))  # 0 and 1 are tested, two more fix the threshold, 12 to 15 are new
    settings, said = config(tmp_path, "wild"), list[str]()
    info = built(settings, tmp_path / "out", said).info
    rows = read_manifest(tmp_path / "out")
    people = {split: {row["speaker"] for row in rows if row["split"] == split} for split in ("train", "unlabelled")}
    held = {row["speaker"] for row in rows if row["split"] in ("validation", "test") and row["word"][0] != "_"}
    assert len(people["unlabelled"]) == 12 and not people["unlabelled"] & held
    assert len(people["unlabelled"] & people["train"]) == 8, "who trains may be heard without labels as well"
    assert info["unlabelled"] == {"clips": 24, "speakers": 12} and info["left_out_for"] == {HELD: 8}
    assert info["clips"] == {"train": 36, "validation": 9, "test": 9} and info["leaks"] == 0
    assert [line for line in said if "8 of 32 unlabelled clips, of 4 people, are left out" in line]


def test_they_are_no_examples_of_any_label(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_wild(tmp_path / "wild", range(12, 15), ("go", "up"))
    plain = built(config(tmp_path), tmp_path / "plain")
    settings = config(tmp_path, "wild")
    with_them = built(settings, tmp_path / "out")
    assert with_them.version != plain.version and with_them.clips == plain.clips
    assert with_them.info["labels_per_split"] == plain.info["labels_per_split"]
    rows = [row for row in read_manifest(tmp_path / "out") if row["split"] == "unlabelled"]
    features = load_features(tmp_path / "out", "unlabelled")
    assert [row["clip_id"] for row in rows] == list(features.clip_ids) and len(rows) == 6
    assert {(row["label"], row["word"]) for row in rows} == {(UNLABELLED, UNLABELLED)}
    assert features.x.shape == (6, 3, 49, 40) and set(features.y.tolist()) == {-1}
    assert (features.x[:, 0] != features.x[:, 1]).any(), "they have augmented copies"
    assert not list((tmp_path / "out").glob("audio-unlabelled*"))
    alone, together = (load_train_set(tmp_path / name, settings) for name in ("plain", "out"))
    assert alone.sha256() == together.sha256(), "what is learnt from labels is the same"


def test_without_them_nothing_of_them_is_left(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_wild(tmp_path / "wild", range(12, 14))
    built(config(tmp_path, "wild"), tmp_path / "out")
    info = built(config(tmp_path), tmp_path / "out").info
    assert "unlabelled" not in info and not list((tmp_path / "out").glob("*unlabelled*"))


def melody(seed: int) -> np.ndarray:
    """A second that has no like: ten chords, each of four tones."""
    rng, time = np.random.default_rng(seed), np.arange(1_600) / 16_000
    chords = [np.sin(2 * np.pi * rng.uniform(300, 4_000, 4)[:, None] * time).sum(axis=0) for _ in range(10)]
    return 2_000 * np.concatenate(chords)


def test_a_recording_of_the_test_under_another_name_betrays_the_person(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    planted = make_wild(tmp_path / "wild", range(12, 15)) / "x" / f"{speaker_id(12)}_nohash_9.flac"
    tested = melody(0)
    write_flac(tmp_path / "data" / "go" / f"{speaker_id(0)}_nohash_1.flac", tested.astype(np.int16), 16_000)
    quieter = 0.4 * tested + np.random.default_rng(1).normal(0, 3, len(tested))
    for samples, count in ((tested, 3), (quieter, 3), (melody(2), 0)):
        write_flac(planted, samples.astype(np.int16), 16_000)
        assert left_out(tmp_path) == count
    write_flac(planted, quieter.astype(np.int16), 16_000)
    assert left_out(tmp_path, disjoint=["speaker"]) == 0, "nobody asked for near-duplicates"


def left_out(root: Path, **split: object) -> int:
    rules = {"test": "validation_list", "validation_share": 0.2, **split}
    plan = planned(config(root, "wild", split=rules))
    count = sum(reason == HELD for reason in plan.left_out.values())
    assert len(plan.of("unlabelled")) == 7 - count
    return count


def test_people_kept_for_a_later_test_are_not_heard(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    names = [f"{word}/{speaker_id(5)}_nohash_0.wav" for word in ("go", "stop", "cat", "dog")]
    (tmp_path / "data" / "testing_list.txt").write_text("\n".join(names))
    make_wild(tmp_path / "wild", range(5, 6))
    make_wild(tmp_path / "wild", range(12, 13))
    plan = planned(config(tmp_path, "wild"))
    assert plan.kept_for_later == 4 and len(plan.of("unlabelled")) == 2


def test_copies_of_what_has_a_label_are_used_once(tmp_path: Path) -> None:
    folder, wild = make_folder(tmp_path / "data"), make_wild(tmp_path / "wild", range(12, 14))
    somebody = Path(next(p.clip.origin for p in planned(config(tmp_path)).of("train") if p.label == "go")).name
    for word in ("go", "stop"):
        (wild / word).mkdir()
        shutil.copy(folder / word / somebody, wild / word / somebody)
    write_flac(wild / "again.flac", tone("up", 12, 7), 16_000)
    plan = planned(config(tmp_path, "wild"))
    assert len(plan.of("unlabelled")) == 4 and len(plan.of("train")) == 36
    assert sum(reason.startswith("exact copy of") for reason in plan.left_out.values()) == 3


def test_a_planted_leak_is_found(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_wild(tmp_path / "wild", range(12, 14))
    plan = planned(config(tmp_path, "wild"))
    held, clips = [p.clip for p in plan.of("test")], [p.clip for p in plan.of("unlabelled")]
    disjoint = ("speaker", "session")
    audit_unlabelled(clips, held, disjoint)
    assert people_heard(clips, held, disjoint) == set()
    word = next(clip for clip in held if not clip.word.startswith("_"))
    for change in ({"speaker": word.speaker}, {"audio_sha256": word.audio_sha256}):
        planted = [replace(clips[0], **change), *clips[1:]]  # type: ignore[arg-type]
        assert people_heard(planted, held, disjoint) == {planted[0].speaker}
        with pytest.raises(LeakError, match="held and unlabelled"):
            audit_unlabelled(planted, held, disjoint)
    same = [sorted((word.id, clips[0].id))]
    assert people_heard(clips, held, (*disjoint, "near_duplicate"), same) == {clips[0].speaker}


def test_when_nobody_is_left_it_is_one_line(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_wild(tmp_path / "wild", range(2))
    with pytest.raises(
        DataError, match=r"no unlabelled recording is left.*wild.*4 clips: unlabelled recording of a person"
    ):
        planned(config(tmp_path, "wild"))


def test_documents_count_them_as_what_they_are(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_wild(tmp_path / "wild", range(12, 15))
    info = built(config(tmp_path, "wild"), tmp_path / "out").info
    rows = rows_once(tmp_path / "out")
    write_release_documents(tmp_path / "out", info, rows)
    write_page(tmp_path / "out", info, rows)
    text = (tmp_path / "out" / "datasheet.md").read_text()
    assert "There are 54 clips." in text and "6 more clips, of 3 speakers, have no label" in text
    assert "15 people" in text
    croissant = json.loads((tmp_path / "out" / "croissant.json").read_text())
    assert "unlabelled" in str(croissant["recordSet"])


def test_kws_split_tells_them(tmp_path: Path) -> None:
    make_folder(tmp_path / "data")
    make_wild(tmp_path / "wild", range(1, 15))
    settings = config(tmp_path, "wild")
    planned(settings)
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(settings.model_dump(mode="json")))
    run = CliRunner()
    document = json.loads(run.invoke(command, [str(tmp_path / "c.yaml"), "--json"]).stdout)
    assert document["unlabelled"] == {"clips": 22, "speakers": 11} and document["left_out"] == {HELD: 6}
    assert sum(part["clips"] for part in document["splits"].values()) == 48
    text = run.invoke(command, [str(tmp_path / "c.yaml")]).stdout
    assert "without labels, 22 clips of 11 speakers: in none of the splits" in text


def test_a_labelled_folder_of_that_name_is_left_out(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "data")
    (folder / "cat").rename(folder / UNLABELLED)
    plan = planned(config(tmp_path))
    assert {p.clip.word for p in plan.clips} == {"go", "stop", "dog", "_silence_"}
    assert sum("kept for data.unlabelled" in reason for reason in plan.left_out.values()) == 12


def test_without_an_encoder_to_teach_they_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    settings = config(tmp_path, "wild", train={})
    with pytest.raises(DataError, match=r"data.unlabelled would have no effect.*train.teacher.kind: encoder"):
        planned(settings)
