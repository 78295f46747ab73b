"""What people disagree on, noted in the catalogue as findings: nothing is changed, and the same is noted once."""

from __future__ import annotations

from collections import Counter

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Finding
from kws_data.labelling.agreement import AgreementReport, Disputed
from kws_data.labelling.labels import NOT_SURE

VERB = "agreement"


def note_disagreements(catalog: Catalog, report: AgreementReport, note: str = "") -> int | None:
    """Keep a batch with a finding for each disputed clip; returns its number.

    Where the last batch that was not undone says the same, its number comes back; None where all agree.

    Raises:
        CatalogError: the catalogue cannot be written.
    """
    found = [_finding(one) for one in report.disputed]
    last = [batch.id for batch in catalog.changes.batches(VERB) if not batch.undone_at][-1:]
    if last and catalog.changes.findings(last[0]) == found:
        return last[0]
    return catalog.changes.record(VERB, note, found) if found else None


def _finding(one: Disputed) -> Finding:
    """The label that most gave is suggested, where there is one; the value is the share who gave another."""
    votes = Counter(label for label in one.said.values() if label != NOT_SURE).most_common()
    clear = bool(votes) and (len(votes) == 1 or votes[0][1] > votes[1][1])
    most = votes[0][1] if votes else 0
    detail = ", ".join(f"{who}: {label}" for who, label in sorted(one.said.items()))
    return Finding(one.clip_id, "disagreement", "look", 1 - most / len(one.said), votes[0][0] if clear else "", detail)
