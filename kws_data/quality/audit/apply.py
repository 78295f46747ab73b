"""From findings to changes in the catalogue, as one batch with its way back: clips are set aside, none is deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import SET_ASIDE, Change, Finding
from kws_data.quality.audit.checks import CHECKS
from kws_data.quality.audit.result import Audit

VERB = "audit"
PREFIX = "audit: "
CONFIDENCE = 0.8  # of a label error that is set aside unheard; its value is 1 less the label's quality
_LABELS = "labels"
_ERROR = "label error"


def kept_findings(catalog: Catalog, audit: Audit, note: str) -> int:
    """Put an audit's findings into the catalogue; returns their batch.

    Raises:
        CatalogError: it cannot be written.
    """
    return catalog.changes.record(VERB, note, audit.findings)


def to_set_aside(
    findings: Sequence[Finding], label_errors_from: float | None = None, without: Collection[str] = ()
) -> list[Change]:
    """Changes that set clips aside, each with all reasons for it.

    Args:
        findings: of an audit.
        label_errors_from: confidence from which label errors are set aside too; None leaves them to people.
        without: reasons that do not count.
    """
    why: dict[str, list[str]] = {}
    for one in findings:
        judged = one.reason in CHECKS and CHECKS[one.reason].family == _LABELS
        if judged:
            sure = one.reason == _ERROR and label_errors_from is not None and (one.value or 0.0) >= label_errors_from
        else:
            sure = one.action == SET_ASIDE
        if sure and one.reason not in without:
            why.setdefault(one.clip_id, []).append(f"{one.reason}: {one.detail}" if one.detail else one.reason)
    return [Change(clip, "reasons", PREFIX + "; ".join(reasons)) for clip, reasons in sorted(why.items())]
