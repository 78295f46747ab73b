"""What tests of the data tool share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kws_data.catalog.catalog import Catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """An empty catalogue."""
    with Catalog(tmp_path / "rec") as catalog:
        yield catalog
