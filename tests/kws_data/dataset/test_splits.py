import dataclasses
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.dataset.leaks import audit
from kws_data.dataset.splits import assign_splits, drop_copies
from kws_data.errors import DataError, LeakError
from kws_data.labels import check_keywords, label_of


def clip(number: int, speaker: str, word: str = "go", **changes: object) -> Clip:
    made = Clip(
        id=f"{number:016x}", audio_sha256=f"{number:064x}", samples=16_000, word=word, speaker=speaker, synthetic=False,
        session="", source="test", device="", licence="", consent="", origin=f"{word}/{number}", parent="",
        given_split="", attributes={}, reasons="",
    )  # fmt: skip
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def config(test: str = "speakers", seed: int = 0) -> Config:
    return Config.model_validate({"name": "t", "seed": seed, "keywords": ["go"], "split": {"test": test}})


def speakers_of(splits: dict[str, str], clips: Sequence[Clip], split: str) -> set[str]:
    return {c.speaker for c in clips if splits.get(c.id) == split}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 60)), min_size=40, max_size=100), st.integers(0, 1_000))
def test_no_speaker_and_no_recording_is_in_two_splits(pairs: list[tuple[int, int]], seed: int) -> None:
    clips = [clip(n, f"s{speaker}", audio_sha256=f"{audio:064x}") for n, (speaker, audio) in enumerate(pairs)]
    try:
        splits = assign_splits(clips, config(seed=seed))
    except DataError:
        return  # so many shared recordings that there are too few groups
    assert audit(splits, clips) == 0
    assert splits == assign_splits(list(reversed(clips)), config(seed=seed))


def test_shares_are_about_those_asked_for_and_depend_on_the_seed() -> None:
    clips = [clip(n, f"s{n % 200}") for n in range(1_000)]
    splits = assign_splits(clips, config())
    assert len(speakers_of(splits, clips, "test")) == 50
    assert len(speakers_of(splits, clips, "validation")) == 18
    assert speakers_of(splits, clips, "test") != speakers_of(assign_splits(clips, config(seed=1)), clips, "test")


def test_validation_list_speakers_are_the_test_with_all_their_clips() -> None:
    clips = [clip(n, f"s{n % 20}", given_split="validation" if n in (3, 4) else "") for n in range(200)]
    clips += [clip(1_000, "sealed", given_split="testing")]
    splits = assign_splits(clips, config("validation_list"))
    assert speakers_of(splits, clips, "test") == {"s3", "s4"}
    assert not speakers_of(splits, clips, "train") & {"s3", "s4"}
    assert clips[-1].id not in splits
    with pytest.raises(DataError, match="validation list"):
        assign_splits([clip(n, f"s{n}") for n in range(20)], config("validation_list"))


def test_synthetic_voices_are_kept_apart_by_variant() -> None:
    clips = [clip(n, f"s{n % 60}", synthetic=True, attributes={"variant": f"f{n % 60 % 15}"}) for n in range(600)]
    splits = assign_splits(clips, config())
    by_split = [{c.attributes["variant"] for c in clips if splits[c.id] == s} for s in ("train", "validation", "test")]
    assert sum(map(len, by_split)) == 15 and all(by_split)


def test_audit_finds_each_kind_of_leak() -> None:
    one, other = clip(1, "a"), clip(2, "b")
    assignment = {one.id: "train", other.id: "test"}
    assert audit(assignment, [one, other]) == 0
    leaks = {
        "speaker": dataclasses.replace(other, speaker="a"),
        "samples": dataclasses.replace(other, audio_sha256=one.audio_sha256),
        "clip": dataclasses.replace(other, device="board:x", parent=one.id),
    }
    for kind, leak in leaks.items():
        with pytest.raises(LeakError, match=f"the same {kind} stands"):
            audit(assignment, [one, leak])
    voices = [dataclasses.replace(c, synthetic=True, attributes={"variant": "f1"}) for c in (one, other)]
    with pytest.raises(LeakError, match="voice"):
        audit(assignment, voices)


def test_audit_finds_noise_heard_twice() -> None:
    def cut(number: int, start: int) -> Clip:
        return clip(number, f"n{number}", "_silence_", parent="noise", attributes={"start": start})

    assignment = {cut(1, 0).id: "train", cut(2, 0).id: "test"}
    assert audit(assignment, [cut(1, 0), cut(2, 16_000)]) == 0
    with pytest.raises(LeakError, match="noise"):
        audit(assignment, [cut(1, 0), cut(2, 15_999)])


def test_copies_are_kept_once_and_contradictions_not_at_all() -> None:
    same = [clip(n, f"s{n}", word, audio_sha256="a" * 64) for n, word in enumerate(["cat", "dog"])]
    contradiction = [clip(n, f"s{n}", word, audio_sha256="b" * 64) for n, word in enumerate(["go", "dog"], 10)]
    kept, reasons = drop_copies([*same, *contradiction, clip(20, "z")], lambda word: label_of(word, ["go"]))
    assert [c.id for c in kept] == [same[0].id, clip(20, "z").id]
    assert reasons[same[1].id] == f"exact copy of {same[0].id}"
    assert "several words: dog, go" in reasons[contradiction[0].id]


def test_unknown_keyword_is_named_with_its_nearest_word() -> None:
    check_keywords(["go"], ["go", "stop"])
    with pytest.raises(DataError, match=r"'sotp'. did you mean stop\? words that have clips: go, stop"):
        check_keywords(["go", "sotp"], ["go", "stop", "_background_noise_"])


def test_too_few_speakers() -> None:
    with pytest.raises(DataError, match="too few speakers"):
        assign_splits([clip(1, "a"), clip(2, "b")], config())
