"""Versions of the guideline."""

from __future__ import annotations

import pytest

from kws_data.errors import DataError


def test_another_text_is_the_next_version_and_none_is_lost(catalog):
    assert catalog.guidelines.latest() is None
    first = catalog.guidelines.add("# One\n", "  how\n it began ")
    assert (first.version, first.text, first.note) == (1, "# One\n", "how it began")
    assert catalog.guidelines.add("\n# One").version == 1  # the same text
    assert catalog.guidelines.add("# Two").version == 2
    assert catalog.guidelines.add("# One").version == 3  # back to the first is a version too
    assert [one.text for one in catalog.guidelines.all()] == ["# One\n", "# Two\n", "# One\n"]
    assert catalog.guidelines.latest().version == 3


def test_an_empty_guideline_is_refused(catalog):
    with pytest.raises(DataError, match="guideline is empty"):
        catalog.guidelines.add(" \n")
