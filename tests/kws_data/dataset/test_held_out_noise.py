"""Kinds of noise for the test alone: nothing of them is learnt from, heard under a copy or used to fix a threshold."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_folder import make_folder, speaker_id
from made_negatives import RATE_HZ, hiss
from pyarrow import parquet

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.kinds_of_noise import kind_of_noise
from kws_data.config.config import Config
from kws_data.config.split import SplitSettings
from kws_data.dataset.backgrounds import lack_silence, noise_of
from kws_data.dataset.build import BuildOptions, build_dataset, recipe_of
from kws_data.dataset.held_out_noise import for_the_test, parted, whatever_tables_say
from kws_data.dataset.negative_splits import Recording, check_apart, dealt
from kws_data.dataset.plan import Plan, plan_dataset
from kws_data.errors import DataError
from kws_data.features.recipe import Recipe
from kws_data.run_context import RunContext
from kws_data.sources.synth import noise_negatives, rich_noise
from kws_data.sources.synth.noises.kinds import KINDS
from kws_data.steps import collect

SPLITS = ("train", "validation", "test")
MADE = ("clock", "barks", "plucked")
TOLD = {"rain": "training", "street": "", "siren": "testing", "forest": "validation", "": ""}
#: Kinds that there are: a table's, made ones, colours where nothing was recorded, and those of the noise folder.
THERE = (*(kind for kind in TOLD if kind), *MADE, *("white", "pink", "brown", "hum", "speech_shaped"), "dog_bark")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that noise may come from: negatives with kinds, made kinds, colours, and a noise folder."""
    root = tmp_path_factory.mktemp("held")
    make_folder(root / "data", noise_seconds=2)
    rows = ["file,kind,split,speaker"]
    for kind, split in TOLD.items():
        for take in range(3):
            name = f"{kind or 'thing'}_{take}.flac"
            write_flac(root / "hours" / name, hiss(name, 9.0), RATE_HZ)
            rows.append(f"{name},{kind or 'noise'},{split},")
    for number, split in ((0, "training"), (8, "")):  # one who is tested, and one who is not
        write_flac(root / "hours" / f"{number}.flac", hiss(f"person {number}", 9), RATE_HZ)
        rows.append(f"{number}.flac,rain,{split},{speaker_id(number)}")
    (root / "hours" / "metadata.csv").write_text("\n".join(rows) + "\n")
    write_flac(root / "extra" / "dog.flac", hiss("dog", 60), RATE_HZ)
    (root / "extra" / "metadata.csv").write_text("file,kind\ndog.flac,Dog bark\n")
    with pytest.MonkeyPatch.context() as patch:
        for module in (rich_noise, noise_negatives):
            patch.setattr(module, "KINDS", {kind: KINDS[kind] for kind in MADE})
        collect(RunContext(config(root), 1, lambda *_: None, list[str]().append))
    return root


def config(root: Path, *held: str, **changes: object) -> Config:
    data = {"source": "folder", "folder": str(root / "data"), "recordings": str(root / "rec"), "silence_share": 0.3}
    data |= {"negatives": [str(root / "hours")], "noise_folder": str(root / "extra"), "generated_noise": "rich"}
    values = {"name": "small", "keywords": ["go", "stop"], "augment": {"copies": 2, "negative_copies": 1}}
    split = {"test": "validation_list", "validation_share": 0.2, "held_out_noise": list(held), **changes}
    return Config.model_validate({**values, "data": data, "split": split})


def planned(root: Path, *held: str, **changes: object) -> tuple[Plan, Recipe, dict[str, str]]:
    """Plan, recipe, and the kind of each recording and stretch by the hash of its audio."""
    settings = config(root, *held, **changes)
    with Catalog(root / "rec") as catalog:
        plan = plan_dataset(settings, catalog)
        kinds = {clip.audio_sha256: kind_of_noise(clip) for clip in catalog.clips(with_set_aside=True)}
        return plan, recipe_of(settings, catalog, plan), kinds


def heard(plan: Plan, recipe: Recipe, kinds: dict[str, str]) -> dict[str, Counter[str]]:
    """Kinds of noise in each split: of silence, of negatives, and for training what copies may be mixed with."""
    of = {split: Counter[str]() for split in SPLITS}
    for one in plan.clips:
        if one.label == "_silence_":
            of[one.split][str(one.clip.origin).split("/")[1] if "generated/" in one.clip.origin else ""] += 1
    for stretch in plan.negatives.stretches:
        of[stretch.split][kind_of_noise(stretch.clip)] += 1
    of["train"].update(kinds[audio] for audio, _, _ in recipe.noises)
    of["train"].update(kind_of_noise(noise) for noise in plan.noises)
    return of


def test_without_the_setting_every_kind_is_in_training(root: Path) -> None:
    """The other tests look for what is not there; here it is."""
    of = heard(*planned(root))
    assert set(THERE) - {"siren", "forest"} <= set(of["train"])
    assert {*MADE, "siren"} <= set(of["test"]) and "dog_bark" not in of["test"]


@settings(max_examples=25, deadline=None)
@given(held=st.sets(st.sampled_from(THERE), min_size=1, max_size=6), apart=st.booleans())
def test_nothing_of_a_held_out_kind_is_learnt_from_or_fixes_a_threshold(
    root: Path, held: set[str], apart: bool
) -> None:
    disjoint = ["speaker", "session", "noise"] if apart else ["speaker"]
    plan, recipe, kinds = planned(root, *held, disjoint=disjoint)
    of = heard(plan, recipe, kinds)
    assert not held & ({*of["train"]} | {*of["validation"]})
    tested = held - {"dog_bark"} - ({"white", "pink", "brown", "hum", "speech_shaped"} - {*of["test"]})
    assert tested <= set(of["test"])
    for kind in held & {*TOLD}:  # all that there is of it, but for the person who is not tested
        assert {s.recording for s in plan.negatives.of("test") if kind_of_noise(s.clip) == kind} == {
            *(f"1/{kind}_{take}.flac" for take in range(3)),
            *(["1/0.flac"] if kind == "rain" else []),
        }


def test_silence_of_a_held_out_colour_is_cut_for_the_test(root: Path) -> None:
    of = heard(*planned(root, "white", "pink", "brown", "hum"))
    assert set(of["test"]) & {"white", "pink", "brown", "hum"} and "speech_shaped" in of["train"]


def test_whoever_speaks_in_it_stays_in_one_split(root: Path) -> None:
    plan, _, _ = planned(root, "rain")
    assert plan.negatives.left_out == {"1/8.flac": "noise of a kind that is held out, of a person of train"}
    assert {s.split for s in plan.negatives.stretches if s.recording == "1/0.flac"} == {"test"}
    without = planned(root)[0].negatives.left_out
    assert without == {"1/0.flac": "of a person of test, where its table says train"}


def test_a_built_data_set_and_the_same_without_the_setting(root: Path, tmp_path: Path) -> None:
    infos = []
    for number, held in enumerate(((), ("rain", "clock"), ())):
        with Catalog(root / "rec") as catalog:
            infos.append(build_dataset(config(root, *held), catalog, tmp_path / str(number), BuildOptions(1)).info)
    before, held_out, again = infos
    assert before == again and "held_out_noise" not in json.dumps(before)
    assert held_out["split"]["held_out_noise"] == ["clock", "rain"] and held_out["version"] != before["version"]
    with Catalog(root / "rec") as catalog:
        kinds = {clip.id: kind_of_noise(clip) for clip in catalog.clips()}
        audio = {clip.audio_sha256: kind_of_noise(clip) for clip in catalog.clips()}
    rows = parquet.read_table(tmp_path / "1" / "negatives.parquet").to_pylist()
    where = {
        kind: {row["split"] for row in rows if kinds[row["clip_id"]] == kind} for kind in ("rain", "clock", "barks")
    }
    assert where == {"rain": {"test"}, "clock": {"test"}, "barks": set(SPLITS)}
    mixed = {audio[name] for name, _, _ in json.loads((tmp_path / "1" / "recipe.json").read_text())["noises"]}
    assert not {"rain", "clock"} & mixed and {"barks", "dog_bark", "street"} <= mixed


def test_a_kind_that_is_not_there_is_one_line_with_those_that_are(root: Path) -> None:
    with pytest.raises(DataError, match="clocks") as told:
        planned(root, "clocks", "rain")
    line = str(told.value)
    assert "\n" not in line and "rain" not in line.split("known here")[0]
    assert line.partition("known here: ")[2] == ", ".join(sorted(THERE))


def test_training_without_any_noise_is_one_line(root: Path) -> None:
    with pytest.raises(DataError, match=r"no noise is left for training.*split.held_out_noise"):
        noise_of([clip("a", "rain")], config(root, "rain"))
    rain = [clip("a", "rain", samples=480_000)]
    assert lack_silence(config(root, "rain"), rain) and not lack_silence(config(root), rain)
    with pytest.raises((DataError, ValueError), match="empty"):
        SplitSettings.model_validate({"held_out_noise": [" "]})


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(("rain", "street", "")),
            st.sampled_from(("", "", "a", "b", "c", "d")),
            st.integers(1, 170),  # stretches: from 600 s on, recordings of nobody known are cut by time
        ),
        min_size=1,
        max_size=12,
    ),
    given_of=st.dictionaries(st.sampled_from("abcd"), st.sampled_from(("training", "validation", "testing"))),
    labelled=st.dictionaries(st.sampled_from("ab"), st.sampled_from(SPLITS)),
    seed=st.integers(0, 99),
)
def test_held_out_recordings_are_whole_in_the_test_or_left_out_and_the_others_are_dealt_as_if_alone(
    rows: list[tuple[str, str, int]], given_of: dict[str, str], labelled: dict[str, str], seed: int
) -> None:
    made = Config.model_validate({"name": "a", "keywords": ["go"], "split": {"held_out_noise": ["rain"]}})
    every = [
        Recording(
            f"{number}",
            "noise",
            person,
            "" if person in labelled else given_of.get(person, ""),
            tuple(clip(f"{number}", kind, person, stretch) for stretch in range(count)),
        )
        for number, (kind, person, count) in enumerate(rows)
    ]
    free, held = parted(made, whatever_tables_say(made, every))
    assert all(one.split == "" for one in held) and len(free) + len(held) == len(every)
    pieces = dealt(free, labelled, seed)
    tested, left_out = for_the_test(held, pieces, labelled)
    assert check_apart([*pieces, *tested], labelled) == 0
    assert {one.name for one, _ in tested} | {*left_out} == {one.name for one in held}
    assert {split for _, split in tested} <= {"test"}
    where = {one.person: split for one, split in pieces} | labelled
    assert all(where.get(one.person, "test") == "test" or not one.person for one, _ in tested)
    assert all(where[one.person] != "test" for one in held if one.name in left_out)


def test_names_are_folded_as_those_of_tables_and_keys_stay_without_any() -> None:
    assert SplitSettings(held_out_noise=["Dog bark", "rain", "dog-bark"]).held_out_noise == ["dog_bark", "rain"]
    assert "held_out_noise" not in SplitSettings().model_dump(mode="json")
    plain = Config(name="a", keywords=["go"])
    none = Config.model_validate({"name": "a", "keywords": ["go"], "split": {"held_out_noise": []}})
    some = Config.model_validate({"name": "a", "keywords": ["go"], "split": {"held_out_noise": ["rain"]}})
    assert plain.sha256() == none.sha256() != some.sha256()


def clip(name: str, kind: str, person: str = "", stretch: int = 0, samples: int = 64_000) -> Clip:
    texts = ("_background_noise_", person, False, "", "noise", "", "", "", name, "", "")
    about = {"noise_kind": kind, "kind": "noise", "speaker_known": bool(person), "start_sample": stretch * 64_000}
    return Clip(f"{name}{stretch}", f"{name}{stretch}", samples, *texts, about, "")
