"""A wish is read as it is meant, or refused with the forms that are understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_data.errors import ConfigError
from kws_data.evaluation.wishes import FORMS, Wishes, read_wishes


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("at most 1 false accept in 10 hours", Wishes(false_accepts_per_hour=0.1)),
        ("0.5 false accepts an hour", Wishes(false_accepts_per_hour=0.5)),
        ("at most one false accept a day", Wishes(false_accepts_per_hour=1 / 24)),
        ("no more than 3 false accepts per week", Wishes(false_accepts_per_hour=3 / 168)),
        ("2 false accepts in 30 minutes", Wishes(false_accepts_per_hour=4.0)),
        (" AT MOST  1 False Accept\tin .5 hours ", Wishes(false_accepts_per_hour=2.0)),
        ("TPR first", Wishes(tpr_first=True)),
        ("tpr >= 0.95", Wishes(tpr=0.95)),
        ("tpr>=95%", Wishes(tpr=0.95)),
        ("fpr <= 1 %", Wishes(fpr=0.01)),
        ("fpr at most 0.01", Wishes(fpr=0.01)),
        ("miss at most 5 %", Wishes(tpr=0.95)),
        ("miss no more than 0.05", Wishes(tpr=0.95)),
    ],
)
def test_a_wish_is_read(text: str, wish: Wishes) -> None:
    found = read_wishes([text])
    assert found.to_dict().keys() == wish.to_dict().keys()
    assert found.to_dict() == pytest.approx(wish.to_dict())


@pytest.mark.parametrize("form", FORMS)
def test_the_forms_that_are_named_are_understood(form: str) -> None:
    assert read_wishes([form]).to_dict()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("few false accepts", "wish is not understood: 'few false accepts'"),
        ("1 false accept in hour", "wish is not understood"),
        ("1 false accept an 10 hours", "say: 1 false accept in 10 hours"),
        ("-1 false accepts an hour", "not understood"),
        ("1e3 false accepts an hour", "not understood"),
        ("1 false accept in 0 hours", "0 hours are no time"),
        ("0 false accepts an hour", "none at all is proven by no number of hours"),
        ("5000 false accepts an hour", "at most 1000 an hour"),
        ("tpr >= 95", "write 95 %"),
        ("tpr > 0.95", "not understood"),
        ("tpr <= 0.95", "not understood"),
        ("fpr >= 0.95", "not understood"),
        ("fpr <= 0 %", "fpr cannot be wished for"),
        ("fpr <= 100 %", "fpr cannot be wished for"),
        ("miss at most 100 %", "tpr cannot be wished for"),
        ("tpr first, fpr <= 1 %", "not understood"),
        ("", "not understood"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_is(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read_wishes([text])


def test_the_refusal_lists_the_forms() -> None:
    with pytest.raises(ConfigError) as refused:
        read_wishes(["sometimes"])
    assert all(form in str(refused.value) for form in FORMS)


@pytest.mark.parametrize(
    ("texts", "given", "told"),
    [
        ([], {}, "nothing is wished for"),
        (["tpr >= 0.9", "miss at most 5 %"], {}, "wished for twice"),
        (["fpr <= 1 %"], {"fpr": 0.02}, "wished for twice"),
        (["tpr >= 0.9", "TPR first"], {}, "two wishes say different things"),
    ],
)
def test_wishes_that_contradict_each_other_are_refused(texts: list[str], given: dict[str, float], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read_wishes(texts, **given)


SHARES = st.one_of(st.none(), st.floats(0.001, 0.999))


@given(st.one_of(st.none(), st.floats(0.001, 900)), SHARES, SHARES, st.booleans())
def test_wishes_come_back_from_json_and_from_their_own_words(
    rate: float | None, fpr: float | None, tpr: float | None, first: bool
) -> None:
    first = first and tpr is None
    if (rate, fpr, tpr, first) == (None, None, None, False):
        return
    wishes = Wishes(rate, fpr, tpr, first)
    assert Wishes.from_dict(wishes.to_dict()) == wishes
    again = read_wishes(wishes.words()).to_dict()
    assert again == pytest.approx(wishes.to_dict(), rel=1e-4)


@pytest.mark.parametrize("values", [{"fpr": "1"}, {"tpr": True}, {"tpr_first": 1}, {"other": 1.0}, {}])
def test_a_damaged_wish_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        Wishes.from_dict(values)
