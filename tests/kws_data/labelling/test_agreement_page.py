"""The page of agreement says what the figures say, and shows labels as people read them."""

from __future__ import annotations

from kws_data.catalog.opinions import Opinion
from kws_data.labelling.agreement import agreement
from kws_data.labelling.agreement_page import agreement_page


def opinions(*said: tuple[str, str]) -> list[Opinion]:
    """One clip a pair: what ann and bob say."""
    pairs = [(f"{number:016x}", *pair) for number, pair in enumerate(said)]
    return [
        Opinion(c, "person", who, label) for c, *both in pairs for who, label in zip(("ann", "bob"), both, strict=True)
    ]


def test_what_is_confused_is_shown_in_words():
    report = agreement(opinions(*[("yes", "yes"), ("no", "no")] * 6, ("no", "(bad)"), ("<b>", "(not sure)")))
    html = agreement_page(report)
    assert "bad recording / no" in html
    assert "ann: &lt;b&gt;, bob: not sure" in html
    assert "<b>, bob" not in html
    assert "Krippendorff&#x27;s alpha" in html


def test_the_worse_end_of_alpha_decides_what_is_said_of_it():
    assert "can be built on" in agreement_page(agreement(opinions(*[("yes", "yes"), ("no", "no")] * 30)))
    assert "Nothing can be said yet" in agreement_page(agreement(opinions(("yes", "yes"))))
    assert "mend it before more" in agreement_page(agreement(opinions(*[("yes", "no"), ("no", "no")] * 9)))
    assert "let a rule settle it" in agreement_page(agreement(opinions(*[("yes", "yes"), ("no", "no")] * 3)))
