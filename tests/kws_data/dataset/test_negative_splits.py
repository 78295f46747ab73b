"""How negatives are dealt to the splits: by person, else by recording, a long one of nobody known by time."""

import pytest

from kws_data.catalog.clips import Clip
from kws_data.dataset.negative_splits import SHARES, Recording, check_apart, dealt
from kws_data.errors import LeakError

STRETCH = 64_000


def recording(
    name: str, stretches: int = 2, kind: str = "noise", person: str = "", given: str = "", first: int = 0
) -> Recording:
    clips = tuple(
        Clip(
            *(
                f"{name}{n}",
                f"{name}{n}",
                STRETCH,
                "(speech)",
                person,
                False,
                "",
                "speech",
                "",
                "",
                "",
                name,
                "",
                given,
            ),
            {"start_sample": n * STRETCH},
            "",
        )
        for n in range(first, first + stretches)
    )
    return Recording(name, kind, person, given, clips)


def hours(pieces: list[tuple[Recording, str]], kind: str) -> dict[str, float]:
    whole = sum(one.samples for one, _ in pieces if one.kind == kind)
    return {
        split: sum(one.samples for one, where in pieces if where == split and one.kind == kind) / whole
        for split in SHARES
    }


@pytest.mark.parametrize("count", [3, 4, 5, 8])
def test_every_split_gets_a_group_of_each_kind_where_there_are_three(count: int) -> None:
    for seed in range(20):
        noises = [recording(f"n{number}", 1 + 9 * (number == 0)) for number in range(count)]
        people = [recording(f"s{number}", kind="speech", person=f"p{number % 3}") for number in range(6)]
        pieces = dealt(noises + people, {}, seed)
        for kind in ("noise", "speech"):
            assert {split for one, split in pieces if one.kind == kind} == set(SHARES), (seed, kind)
        assert check_apart(pieces, {}) == 0


def test_shares_are_of_hours_and_the_order_of_folders_does_not_matter() -> None:
    noises = [recording(f"n{number}", 1 + number % 5) for number in range(200)]
    pieces = dealt(noises, {}, 7)
    for split, share in hours(pieces, "noise").items():
        assert share == pytest.approx(SHARES[split], abs=0.02)
    turned = dealt(noises[::-1], {}, 7)
    assert {one.name: split for one, split in turned} == {one.name: split for one, split in pieces}
    assert {one.name: split for one, split in dealt(noises, {}, 8)} != {one.name: split for one, split in pieces}


def test_a_night_of_nobody_known_is_cut_by_time_and_one_of_a_person_is_not() -> None:
    night, talk = recording("night", 200), recording("talk", 200, "speech", person="ann")
    pieces = dealt([night, talk, recording("short", 150)], {}, 1)
    cut = [(split, one.start // STRETCH, one.end // STRETCH) for one, split in pieces if one.name == "night"]
    assert cut == [("train", 0, 140), ("validation", 140, 170), ("test", 170, 200)]
    assert [len(one.clips) for one, _ in pieces if one.name != "night"] == [200, 150]


def test_labelled_people_and_the_column_split_are_obeyed() -> None:
    people = {"ann": "test", "bob": "train"}
    spoken = [recording(f"s{n}", kind="speech", person=p) for n, p in enumerate(("ann", "bob", "ann", "cat"))]
    long_one = recording("long", 400, given="validation")
    pieces = {one.name: split for one, split in dealt([*spoken, long_one], people, 3)}
    assert pieces["s0"] == pieces["s2"] == "test" and pieces["s1"] == "train"
    assert pieces["long"] == "validation", "it is not cut"
    assert pieces["s3"] == "validation", "which has nobody yet"


def test_leaks_are_errors() -> None:
    torn = [recording("a", kind="speech", person="ann", given=given) for given in ("training", "testing")]
    with pytest.raises(LeakError, match="the same speaker stands in train and test"):
        dealt(torn, {}, 0)
    with pytest.raises(LeakError, match="the same speaker stands in test and train"):
        check_apart([(recording("a", kind="speech", person="ann"), "train")], {"ann": "test"})
    with pytest.raises(LeakError, match="the same stretch"):
        check_apart([(recording("a", 5), "train"), (recording("a", 5, first=4), "test")], {})
    assert check_apart([(recording("a", 5), "train"), (recording("a", 5, first=5), "test")], {}) == 0
