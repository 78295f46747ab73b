import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from kws_data.coverage.privacy import ALL, laplace_noise, publish, suppressed, with_totals
from kws_data.errors import DataError

SECRET = b"x" * 32
SHAPES = st.sampled_from([(2,), (4,), (2, 2), (2, 3), (3, 3), (2, 2, 2)])


@st.composite
def tables(draw: st.DrawFn) -> NDArray[np.int64]:
    shape = draw(SHAPES)
    size = int(np.prod(shape))
    return np.array(draw(st.lists(st.integers(0, 6), min_size=size, max_size=size)), np.int64).reshape(shape)


@settings(max_examples=60, deadline=None)
@example(np.array([[0, 2, 2], [1, 1, 1], [1, 1, 1]]), 3)
@given(tables(), st.integers(2, 5))
def test_no_suppressed_count_can_be_derived_from_what_is_printed(table: NDArray[np.int64], k: int) -> None:
    """Of the whole-numbered tables that agree with all that is printed, each hidden count takes two values at least."""
    full = with_totals(table)
    hidden = suppressed(full, k)
    assert hidden[(full > 0) & (full < k)].all()
    units = np.eye(table.size, dtype=np.int64).reshape(-1, *table.shape)
    sums = np.stack([with_totals(unit) for unit in units], axis=-1)  # how each count adds up from cells
    printed = LinearConstraint(sums[~hidden], full[~hidden], full[~hidden]) if not hidden.all() else ()
    for index in np.argwhere(hidden):
        count, ends = sums[tuple(index)], []
        for sign in (1, -1):
            bounds = Bounds(0, int(full.max()) + 1)
            found = milp(sign * count, constraints=printed, integrality=np.ones(table.size), bounds=bounds)
            assert found.success
            ends.append(round(float(count @ found.x)))
        assert ends[0] < ends[1], tuple(index)


def test_a_small_cell_takes_others_with_it_and_totals_stay() -> None:
    full = with_totals(np.array([[2, 30, 20], [25, 40, 50], [60, 70, 80]]))
    hidden = suppressed(full, 5)
    assert hidden[0, 0] and hidden.sum() == 4  # a rectangle: two a row, two a column
    assert not hidden[-1].any() and not hidden[:, -1].any()


def test_nothing_is_suppressed_where_every_cell_is_large() -> None:
    assert not suppressed(with_totals(np.full((3, 4), 9)), 5).any()
    assert not suppressed(with_totals(np.array([[1, 2], [3, 4]])), 1).any()


def people(counts: dict[tuple[str, ...], int]) -> dict[str, tuple[str, ...]]:
    return {f"{cell}{n}": cell for cell, count in counts.items() for n in range(count)}


def test_rare_values_are_merged() -> None:
    who = people({("scottish", "female"): 20, ("irish", "male"): 2, ("welsh", "male"): 3, ("scottish", "male"): 30})
    table = publish(who, ["accent", "gender"], 5, 0.0, SECRET)
    printed = {cell.values: cell.people for cell in table.cells}
    assert not any("irish" in values or "welsh" in values for values in printed)
    assert printed[ALL, ALL] == 55 and printed["other", "male"] == 5 and printed["scottish", ALL] == 50


def test_noise_is_the_same_for_the_same_release_and_new_for_changed_data() -> None:
    table = np.arange(12).reshape(3, 4)
    one, again = (laplace_noise(table, ["a", "b"], 0.5, SECRET) for _ in range(2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, laplace_noise(table + 1, ["a", "b"], 0.5, SECRET))
    assert not np.array_equal(one, laplace_noise(table, ["a", "b"], 0.5, b"y" * 32))


@pytest.mark.parametrize("epsilon", [0.3, 1.0, 2.0])
def test_noise_keeps_its_promise(epsilon: float) -> None:
    """Neighbouring values differ by the factor e^ε: no count changes the odds of any output by more."""
    noise = laplace_noise(np.zeros(200_000, np.int64), ["a"], epsilon, SECRET)
    share = np.array([np.mean(np.abs(noise) == n) for n in range(4)])
    share[1:] /= 2
    assert share[:-1] / share[1:] == pytest.approx(np.exp(epsilon), rel=0.06)
    assert noise.mean() == pytest.approx(0.0, abs=0.05)


def test_noised_tables_add_up_and_are_never_negative() -> None:
    who = people({("a", "x"): 3, ("a", "y"): 40, ("b", "x"): 25, ("b", "y"): 12})
    printed = {c.values: c.people for c in publish(who, ["l", "r"], 0, 0.5, SECRET).cells}
    assert all(count is not None and count >= 0 for count in printed.values())
    assert printed[ALL, ALL] == sum(printed[a, b] or 0 for a in "ab" for b in "xy")
    assert printed != {c.values: c.people for c in publish(who, ["l", "r"], 0, 0.0, SECRET).cells}


def test_negative_settings_are_refused() -> None:
    with pytest.raises(DataError, match="cannot be negative"):
        publish({}, ["a"], -1, 0.0, SECRET)
