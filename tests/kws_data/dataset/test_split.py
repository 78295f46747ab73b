import dataclasses
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_folder import make_folder, speaker_id, tone

from kws_data.audio import read_audio, write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.cli import run
from kws_data.config.config import Config
from kws_data.config.split import SPLITS
from kws_data.dataset.clip_pool import few_real, unused_real
from kws_data.dataset.groups import joined_groups
from kws_data.dataset.leaks import audit
from kws_data.dataset.plan import plan_dataset
from kws_data.dataset.release_rules import check_release, excluded_by_terms, summary
from kws_data.dataset.splits import assign_splits, drop_near_copies_of_test
from kws_data.errors import DataError, LeakError
from kws_data.labels import few_people, without_other_words
from kws_data.sources.imports.find_layout import import_layout
from tests.kws_data.dataset.test_splits import clip, speakers_of


def config(data: dict[str, Any] | None = None, release: dict[str, Any] | None = None, **split: Any) -> Config:
    values = {"name": "t", "keywords": ["go", "stop"], "split": split, "release": release or {}, "data": data or {}}
    return Config.model_validate(values)


def test_sessions_devices_and_near_duplicates_stay_together() -> None:
    clips = [clip(n, f"s{n % 30}", session=f"day {n % 30 // 3}", device=f"phone {n % 30 // 6}") for n in range(120)]
    by_session = assign_splits(clips, config())
    for day in {c.session for c in clips}:
        assert len({by_session[c.id] for c in clips if c.session == day}) == 1
    by_device = assign_splits(clips, config(disjoint=["speaker", "device"]))
    for phone in {c.device for c in clips}:
        assert len({by_device[c.id] for c in clips if c.device == phone}) == 1
    same = [[clips[n].id for n in (0, 10, 20)]]
    apart = assign_splits(clips, config(disjoint=["speaker", "near_duplicate"]), same)
    assert len({apart[i] for i in same[0]}) == 1


def test_who_said_another_word_is_somebody_and_stays_in_one_split() -> None:
    """``_unknown_`` is what people call a word that is no keyword: its speaker, session and copies are told apart."""
    words = ("go", "_unknown_")
    clips = [clip(n, f"s{n % 30}", words[n // 30 % 2], session=f"day {n % 30 // 2}") for n in range(120)]
    apart = assign_splits(clips, config())
    for trace in ("speaker", "session"):
        for value in {getattr(c, trace) for c in clips}:
            assert len({apart[c.id] for c in clips if getattr(c, trace) == value}) == 1
    one = clip(1, "a", "_unknown_", session="x")
    for leak in (clip(2, "a"), clip(3, "b", session="x")):
        with pytest.raises(LeakError, match="the same"):
            audit({one.id: "train", leak.id: "test"}, [one, leak], ("speaker", "session"))


def test_audit_looks_at_every_trace() -> None:
    one, other = clip(1, "a", session="x", device="phone"), clip(2, "b", session="y", device="tablet")
    assignment = {one.id: "train", other.id: "test"}
    traces = ("speaker", "session", "device", "near_duplicate")
    assert audit(assignment, [one, other], traces) == 0
    for name in ("session", "device"):
        leak = dataclasses.replace(other, **{name: getattr(one, name)})
        with pytest.raises(LeakError, match=f"the same {name}"):
            audit(assignment, [one, leak], traces)
        assert audit(assignment, [one, leak], ["speaker"]) == 0  # it was not asked for
    with pytest.raises(LeakError, match="near_duplicate"):
        audit(assignment, [one, other], traces, [[one.id, other.id]])


def test_whole_noise_recordings_are_disjoint_when_asked_for() -> None:
    cuts = [clip(n, "n", "_silence_", parent="tap", attributes={"start": 50_000 * n}) for n in range(2)]
    assignment = {cuts[0].id: "train", cuts[1].id: "test"}
    assert audit(assignment, cuts) == 0
    with pytest.raises(LeakError, match="noise recording stands in test and train"):
        audit(assignment, cuts, ["speaker", "noise"])


def test_one_device_for_all_is_named_with_what_to_do() -> None:
    clips = [clip(n, f"s{n % 30}", device="phone") for n in range(60)]
    with pytest.raises(
        DataError, match=r"device joins 30 groups into 1 \(most share device phone\): set split.disjoint"
    ):
        assign_splits(clips, config(disjoint=["speaker", "session", "device"]))
    with pytest.raises(DataError, match=r"too few speakers.*add speakers"):
        assign_splits([clip(1, "a"), clip(2, "b")], config())


def test_synthetic_people_share_their_computer_not_their_voice() -> None:
    clips = [
        clip(n, f"s{n}", synthetic=True, session="synth-0", attributes={"variant": f"f{n % 9}"}) for n in range(90)
    ]
    assert len(set(joined_groups(clips).values())) == 9
    with pytest.raises(LeakError, match="same voice"):
        audit({c.id: SPLITS[n // 9 % 3] for n, c in enumerate(clips)}, clips)


def test_given_lists_are_honoured() -> None:
    lists = {0: "testing", 1: "validation", 2: "training"}
    clips = [clip(n, f"s{n % 30}", given_split=lists.get(n % 30 % 10, "")) for n in range(90)]
    splits = assign_splits(clips, config(test="given"))
    assert speakers_of(splits, clips, "test") == {"s0", "s10", "s20"}
    assert speakers_of(splits, clips, "validation") == {"s1", "s11", "s21"}
    only_one = [dataclasses.replace(c, given_split="validation" if c.speaker == "s4" else "") for c in clips]
    splits = assign_splits(only_one, config(test="given"))
    assert speakers_of(splits, only_one, "test") == {"s4"} and set(splits.values()) == set(SPLITS)
    with pytest.raises(DataError, match="validation list"):
        assign_splits([clip(n, f"s{n}") for n in range(9)], config(test="given"))


def test_a_near_duplicate_of_a_tested_clip_is_left_out_not_its_speaker_moved() -> None:
    clips = [clip(n, f"s{n % 20}", given_split="validation" if n % 20 < 3 else "") for n in range(60)]
    same = [[clips[0].id, clips[7].id], [clips[8].id, clips[9].id]]
    settings = config(test="validation_list").split
    reasons = drop_near_copies_of_test(clips, settings, same)
    assert reasons == {clips[7].id: f"near-duplicate of {clips[0].id}, which is tested"}
    assert drop_near_copies_of_test(clips, config().split, same) == {}


def test_terms_exclude_and_limits_refuse() -> None:
    clips = [
        clip(n, f"s{n}", "go" if n % 4 else "stop", licence="CC0" if n % 2 else "", consent="yes") for n in range(40)
    ]
    reasons = excluded_by_terms(config(release={"licences": ["CC0"]}), clips)
    assert summary(reasons) == {"licence not allowed: unstated": 20}
    assert not excluded_by_terms(config(), clips)
    assert len(excluded_by_terms(config(release={"consents": ["no"]}), clips)) == 40
    planned = [(c, c.word, "train") for c in clips]
    check_release(config(), planned)
    for limit, message in (
        ({"max_imbalance": 2.0}, r"too uneven in training: 'go 30, stop 10'. release.max_imbalance is 2"),
        ({"min_clips": 11}, "too few training clips of stop"),
        ({"min_speakers": 11}, "too few people say stop"),
    ):
        with pytest.raises(DataError, match=message):
            check_release(config(release=limit), planned)


def test_few_real_clips_come_from_as_many_people_who_are_not_tested() -> None:
    words = ("go", "stop", "cat")
    clips = [clip(n, f"s{n % 40}", words[n % 3], given_split="validation" if n % 40 < 5 else "") for n in range(240)]
    chosen = few_real(clips, "go", 6, {"s0", "s1", "s2", "s3", "s4"}, 0)
    assert len({c.speaker for c in chosen}) == 6 and {c.word for c in chosen} == {"go"}
    assert few_real(list(reversed(clips)), "go", 6, {"s0", "s1", "s2", "s3", "s4"}, 0) == chosen
    both = {"source": "both", "folder": "x", "real_per_keyword": 6}
    out = unused_real(config(both, test="validation_list"), clips)
    stay = [c for c in clips if c.id not in out and not c.given_split and c.speaker not in {f"s{n}" for n in range(5)}]
    assert len(stay) == 12 and {c.word for c in stay} == {"go", "stop"}
    with pytest.raises(DataError, match=r"only .* people who are not tested say it"):
        unused_real(config(both | {"real_per_keyword": 36}, test="validation_list"), clips)
    assert unused_real(config(), clips) == {}


@pytest.mark.parametrize(
    ("data", "split", "message"),
    [
        ({"source": "both"}, {}, "data.folder is needed"),
        ({"real_per_keyword": 3}, {}, "is for data.source: both"),
        ({"source": "both", "folder": "x", "real_per_keyword": 3}, {}, "needs split.test"),
        ({}, {"disjoint": ["session"]}, "speaker must be among them"),
        ({"synth": {"pitch": [50, 20]}}, {}, "must not be above"),
        ({"synth": {"rate": [10, 500]}}, {}, "words a minute"),
        ({"synth": {"range": [0, 120]}}, {}, "within 0 and 99"),
        ({"synth": {"candidates": ["a/b"]}}, {}, "slash"),
    ],
)
def test_settings_are_checked(data: dict[str, Any], split: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        config(data, **split)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("split")
    make_folder(root / "data", speakers=24)
    return root


def settings_of(folder: Path, *more: str) -> list[str]:
    path = folder / "t.yaml"
    data = f"data: {{source: folder, folder: {folder / 'data'}, recordings: {folder / 'r'}}}"
    path.write_text(f"keywords: [go, stop]\n{data}\nsplit: {{test: validation_list}}\n")
    return [str(path), *(part for setting in more for part in ("--set", setting))]


def test_the_verb_shows_splits_and_writes_lists(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Catalog(folder / "r") as catalog:
        import_layout(catalog, "speech-commands", folder / "data")
    assert run(["split", *settings_of(folder), "--json", "--out", str(folder / "lists")]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["splits"]["test"] == {"clips": 8, "speakers": 2, "groups": 2, "synthetic": 0}
    assert report["leaks"] == 0 and report["attributes"]["label"]["values"]["go"]["test"] == 2
    listed = (folder / "lists" / "testing_list.txt").read_text().split()
    assert {Path(name).name.split("_")[0] for name in listed} == {speaker_id(0), speaker_id(1)}
    assert sum(len((folder / "lists" / name).read_text().split()) for name in report["lists"]) == 24 * 4
    assert run(["split", *settings_of(folder)]) == 0
    shown = capsys.readouterr().out
    assert "0 leaks" in shown and "label: distance to all" in shown and "96 clips state no licence" not in shown
    assert run(["split", *settings_of(folder, "release.licences=[CC0-1.0]")]) == 2
    assert "no clip has an allowed licence" in capsys.readouterr().err


def test_builds_keep_near_duplicates_together(tmp_path: Path) -> None:
    make_folder(tmp_path / "data", speakers=20)
    tested = read_audio(tmp_path / "data" / "go" / f"{speaker_id(0)}_nohash_0.flac", 16_000)
    rng = np.random.default_rng(0)
    word = rng.standard_normal(16_000) * np.repeat(rng.uniform(0, 1, 100), 160)
    copy = np.rint(0.3 * 6_000 * word).astype(np.int16)
    write_flac(tmp_path / "data" / "go" / f"{speaker_id(0)}_nohash_5.flac", (6_000 * word).astype(np.int16), 16_000)
    write_flac(tmp_path / "data" / "go" / f"{speaker_id(9)}_nohash_5.flac", copy, 16_000)
    assert len(tested)
    values = {"source": "folder", "folder": str(tmp_path / "data"), "recordings": str(tmp_path / "r")}
    with Catalog(tmp_path / "r") as catalog:
        import_layout(catalog, "speech-commands", tmp_path / "data")
        plan = plan_dataset(config(values, test="validation_list"), catalog)
    origins = {p.clip.origin: p.split for p in plan.clips}
    assert origins[f"go/{speaker_id(0)}_nohash_5.flac"] == "test"
    assert f"go/{speaker_id(9)}_nohash_5.flac" not in origins
    assert [reason for reason in summary(plan.left_out) if "near-duplicate" in reason]


def test_whole_noise_recordings_go_to_one_split_each(folder: Path) -> None:
    values = {"source": "folder", "folder": str(folder / "data"), "recordings": str(folder / "r2")}
    with Catalog(folder / "r2") as catalog:
        import_layout(catalog, "speech-commands", folder / "data")
        with pytest.raises(DataError, match="too few noise recordings for three splits: 2"):
            plan_dataset(config(values, test="validation_list", disjoint=["speaker", "noise"]), catalog)
        rng = np.random.default_rng(1)
        for kind in ("rain", "street", "kettle"):
            noise = np.rint(300 * rng.standard_normal(20 * 16_000)).astype(np.int16)
            write_flac(folder / "data" / "_background_noise_" / f"{kind}.flac", noise, 16_000)
        import_layout(catalog, "speech-commands", folder / "data")
        plan = plan_dataset(config(values, test="validation_list", disjoint=["speaker", "noise"]), catalog)
    heard: dict[str, set[str]] = {}
    for planned in plan.clips:
        if planned.label == "_silence_":
            heard.setdefault(planned.clip.parent, set()).add(planned.split)
    assert len(heard) == 5 and all(len(splits) == 1 for splits in heard.values())
    assert {noise.id for noise in plan.noises} == {noise for noise, splits in heard.items() if splits == {"train"}}


@pytest.mark.slow
def test_synthetic_people_train_and_real_ones_are_tested(tmp_path: Path) -> None:
    make_folder(tmp_path / "data", speakers=20)
    values = {
        "source": "both",
        "folder": str(tmp_path / "data"),
        "recordings": str(tmp_path / "r"),
        "synth": {"speakers": 30, "takes": 1, "other_words": ["house"]},
    }
    from kws_data.sources.synth.people import synth_people

    for count in (0, 3, None):
        settings = config(values | {"real_per_keyword": count}, test="validation_list")
        with Catalog(tmp_path / "r") as catalog:
            import_layout(catalog, "speech-commands", tmp_path / "data")
            synth_people(catalog, settings)
            plan = plan_dataset(settings, catalog)
        said = {s: [p.clip for p in plan.of(s) if p.label != "_silence_"] for s in SPLITS}
        assert not any(c.synthetic for c in said["test"]) and len({c.speaker for c in said["test"]}) == 2
        real = [c for c in said["train"] if not c.synthetic]
        assert any(c.synthetic for c in said["train"])
        if count is not None:
            assert len(real) == 2 * count and {c.word for c in real} <= {"go", "stop"}
            assert all(c.synthetic for c in said["validation"])
        else:
            assert len(real) > 50 and not any(c.synthetic for c in said["validation"])


def test_the_audit_of_thousands_of_clips_takes_a_moment() -> None:
    clips: list[Clip] = [clip(n, f"s{n % 1_100}", f"w{n % 30}", session=f"x{n % 1_100}") for n in range(6_500)]
    started = time.process_time()
    splits = assign_splits(clips, config())
    assert audit(splits, clips) == 0
    assert time.process_time() - started < 3.0


def test_people_get_their_share_of_the_draws() -> None:
    from kws_data.training.batches.draw_weights import with_real_share

    y = np.array([1, 2, 2, 2, 2, 3, 3])
    real = np.array([True, True, False, False, False, False, False])
    weights = np.array([1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0])
    shared = with_real_share(weights, y, real, 0.4)
    assert shared[1] == pytest.approx(0.4 * 5.0) and shared[1:5].sum() == pytest.approx(5.0)
    assert shared[3] == pytest.approx(2 * shared[2]) and list(shared[[0, 5, 6]]) == [1.0, 1.0, 1.0]
    assert list(with_real_share(weights, y, real, None)) == list(weights)


def two_words_each(root: Path, words: tuple[str, ...]) -> Path:
    """Every recording stands in each of the word folders, as a Label Studio template with label and choice gave it."""
    for number in range(12):
        for word in words:
            write_flac(root / word / f"{speaker_id(number)}_nohash_0.flac", tone("go", number), 16_000)
    return root


def test_recordings_under_several_words_are_what_the_error_names(tmp_path: Path) -> None:
    root = two_words_each(tmp_path / "data", ("go", "Speech"))
    settings = config({"source": "folder", "folder": str(root)}).model_copy(update={"keywords": ["go"]})
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "speech-commands", root)
        with pytest.raises(DataError, match=r"12 clips: same recording under several words: Speech, go.*one word"):
            plan_dataset(settings, catalog)


def test_too_few_speakers_after_copies_were_left_out_names_the_copies(tmp_path: Path) -> None:
    root = two_words_each(tmp_path / "data", ("go", "Speech"))
    write_flac(root / "go" / f"{speaker_id(40)}_nohash_0.flac", tone("go", 40), 16_000)
    settings = config({"source": "folder", "folder": str(root)}).model_copy(update={"keywords": ["go"]})
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "speech-commands", root)
        with pytest.raises(DataError, match=r"too few speakers for three splits.*24 clips are left out: same"):
            plan_dataset(settings, catalog)


def test_keywords_alone_have_silence_to_fix_a_threshold_on_or_are_refused_before_training(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "data", speakers=6, words=("go",), noise_seconds=60)
    settings = config({"source": "folder", "folder": str(root)}).model_copy(update={"keywords": ["go"]})
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "speech-commands", root)
        labels = {split: Counter(p.label for p in plan_dataset(settings, catalog).of(split)) for split in SPLITS}
        assert all(found["_silence_"] == 10 and found["go"] for found in labels.values())
        none = settings.model_copy(update={"data": settings.data.model_copy(update={"silence_share": 0.0})})
        with pytest.raises(DataError, match=r"no clip without a keyword: '.* split'.*data.silence_share \(now 0\)"):
            plan_dataset(none, catalog)
    assert "no other words in train, validation, test" in without_other_words({split: {"go": 3} for split in SPLITS})
    assert without_other_words({split: {"_unknown_": 1} for split in SPLITS}) == ""
    assert "test 1" in few_people({"train": 40, "validation": 6, "test": 1}) and few_people({"test": 5}) == ""
