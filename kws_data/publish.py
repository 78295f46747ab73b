"""Tables of a catalogue's or a data set's people that can be given away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kws_data.attributes import NOT_SAID, PERSONAL
from kws_data.catalog import Catalog
from kws_data.crosstab import read_attributes
from kws_data.errors import DataError
from kws_data.privacy import PublishedTable, publish

PURPOSE = "published counts"


def publish_catalog(
    catalog: Catalog, by: Sequence[str], where: Iterable[str] = (), k: int = 5, epsilon: float = 0.0
) -> PublishedTable:
    """People of the catalogue by their attributes, each person once.

    Raises:
        DataError: an attribute that is not one of a person, or too many for a table.
    """
    attributes, conditions = read_attributes(catalog, by, where)
    for one in attributes:
        if one.name not in PERSONAL:
            raise DataError("no attribute of a person", one.name, f"publish people by {', '.join(PERSONAL)}")
    people = {
        speaker: tuple(value or NOT_SAID for value in count.values)
        for speaker, count in catalog.people_by(attributes, conditions).items()
    }
    if not people:
        raise DataError("no speaker answers to this", ", ".join(where) or str(catalog.folder), "leave --where out")
    return publish(people, [one.name for one in attributes], k, epsilon, catalog.secret(PURPOSE))
