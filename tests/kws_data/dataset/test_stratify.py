import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kws_data.dataset.splits import draw_groups
from kws_data.dataset.stratify import distances, even_out, strata_of


def people(count: int, seed: int = 0) -> dict[str, list[dict[str, str]]]:
    """Each says a few words; a fifth are women, a tenth have a rare accent."""
    rng = np.random.default_rng(seed)
    made = {}
    for number in range(count):
        gender, accent = rng.random() < 0.2, rng.random() < 0.1
        words = rng.integers(0, 4, rng.integers(1, 6))
        clip = {"gender": "female" if gender else "male", "accent": "welsh" if accent else ""}
        made[f"s{number:03d}"] = [clip | {"label": f"w{word}"} for word in words]
    return made


def mismatch(values: dict[str, list[dict[str, str]]], part: list[str]) -> float:
    strata = strata_of(values)
    inside = np.isin(strata.groups, part)
    return float(distances(strata.counts[inside].sum(0), strata.counts.sum(0), strata.attribute).mean())


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1_000), st.integers(30, 200))
def test_evening_out_helps_and_keeps_the_share(seed: int, count: int) -> None:
    values = people(count, seed)
    sizes = dict.fromkeys(values, 1)
    drawn = draw_groups(sizes, 0.2, str(seed))
    part = even_out(strata_of(values), drawn, sizes)
    assert len(part) == len(drawn) == len(set(part))
    assert mismatch(values, part) <= mismatch(values, drawn) + 1e-12
    backwards = dict(reversed(values.items()))
    assert set(even_out(strata_of(backwards), drawn, sizes)) == set(part) or len(set(part) ^ set(drawn)) > 0


def test_an_uneven_draw_is_made_even() -> None:
    values = people(200)
    women = [name for name, clips in values.items() if clips[0]["gender"] == "female"]
    drawn = women[:4] + [name for name in values if name not in women][:36]
    part = even_out(strata_of(values), drawn, dict.fromkeys(values, 1))
    assert mismatch(values, part) < 0.6 * mismatch(values, drawn)


def test_more_clips_move_few_groups() -> None:
    values = people(400)
    sizes = dict.fromkeys(values, 1)
    before = even_out(strata_of(values), draw_groups(sizes, 0.1, "x"), sizes)
    for number in range(5):  # five people come back and say more
        values[f"s{number * 70:03d}"].append({"label": "w1", "gender": "male"})
    after = even_out(strata_of(values), draw_groups(sizes, 0.1, "x"), sizes)
    assert len(set(before) ^ set(after)) <= 8


def test_there_may_be_nothing_to_even_out() -> None:
    assert even_out(strata_of({"a": [], "b": []}), ["a"], {"a": 1, "b": 1}) == ["a"]
    assert even_out(strata_of({"a": [{"label": "x"}]}), [], {"a": 1}) == []
