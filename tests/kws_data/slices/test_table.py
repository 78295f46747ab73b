"""The table of attributes: values in order, what tells clips not apart is dropped, and said."""

from __future__ import annotations

import numpy as np
import pytest

from kws_data.errors import DataError
from kws_data.slices.table import table_of


def test_one_value_no_value_and_equal_groups_are_dropped_and_said() -> None:
    table = table_of(
        {
            "word": ["up", "up", "go", "go"],
            "label": ["U", "U", "G", "G"],
            "room": ["hall"] * 4,
            "age": [None, "", "not said", None],
            "device": ["pico", None, "pico", None],
        }
    )
    assert table.names == ("word", "device")
    assert table.levels == (("go", "up"), ("pico",))
    assert table.codes.tolist() == [[1, 1, 0, 0], [0, -1, 0, -1]]
    assert table.dropped == {
        "label": "the same groups of clips as word",
        "room": "one value: hall",
        "age": "no known value",
    }


def test_bands_ages_and_numbers_are_in_order() -> None:
    table = table_of(
        {
            "snr": ["30 dB and more", "0 to 10 dB", "below 0 dB", "10 to 20 dB"],
            "pitch": ["210 Hz and more", "125 to 165 Hz", "below 125 Hz", None],
            "age": ["60+", "20-29", "child", "child"],
        }
    )
    assert table.levels[0] == ("below 0 dB", "0 to 10 dB", "10 to 20 dB", "30 dB and more")
    assert table.levels[1] == ("below 125 Hz", "125 to 165 Hz", "210 Hz and more")
    assert table.levels[2] == ("child", "20-29", "60+")


def test_rows_are_a_table_of_their_own() -> None:
    table = table_of({"word": ["up", "go", "go", "up"], "snr": ["low", "low", "high", "high"], "room": list("abab")})
    own = table.rows(np.array([True, True, False, False]), without=["room"])
    assert own.names == ("word",) and own.dropped == {"snr": "one value: low"}


def test_rows_without_the_only_attribute_still_count_their_clips() -> None:
    table = table_of({"variant": ["a", "a", None, "b"]}).rows(np.array([True, True, False, False]), ["variant"])
    assert table.names == () and table.clips == 2


def test_an_attribute_that_is_not_there_is_named_with_the_nearest_or_with_why() -> None:
    table = table_of({"accent": ["a", "b"], "room": ["hall", "hall"]})
    with pytest.raises(DataError, match="did you mean accent"):
        table.holding({"acent": "a"})
    with pytest.raises(DataError, match="one value: hall"):
        table.only(["room"])
    assert not table.holding({"accent": "nowhere"}).any()


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(DataError, match="columns do not fit"):
        table_of({"a": ["1"], "b": ["1", "2"]})
