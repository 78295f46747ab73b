"""A person who labelled is forgotten: what they said of clips stays, who said it does not.

Their short name becomes a number in every opinion, their notes go, and findings that quote them are told without.
"""

from __future__ import annotations

from kws_data.catalog.catalog import Catalog
from kws_data.errors import DataError

PEOPLE = ("person", "adjudicator", "imported")
COUNTER = "forgotten annotator"


def forget_annotator(catalog: Catalog, name: str) -> tuple[str, int]:
    """Replace an annotator's name everywhere; returns what they are called now and how many opinions they gave.

    Raises:
        DataError: nobody of this name has labelled.
        CatalogError: the catalogue cannot be written, or another process uses it: then traces are still in its files.
    """
    count = sum(one.kind in PEOPLE for one in catalog.opinions.all(giver=name, with_withdrawn=True))
    if not count:
        there = sorted({one.giver for one in catalog.opinions.all(kinds=PEOPLE, with_withdrawn=True)})
        remedy = f"there are {', '.join(there)}" if there else "nobody has labelled here yet"
        raise DataError("nobody of this name has labelled", name, remedy)
    stands_for = f"somebody-{catalog.next_number(COUNTER, 1)}"
    catalog.opinions.rename_giver(name, stands_for, PEOPLE)
    catalog.forgetting.scrub()
    return stands_for, count
