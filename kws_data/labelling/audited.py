"""What the last audit found of clips that a person should hear, those first whose word is in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import LOOK, RELABEL, SET_ASIDE, Finding

_OF_LABELS = "label "  # how the names of what a judge of labels finds begin


def in_doubt(finding: Finding) -> bool:
    """Whether a finding says that the word of its clip is wrong, also where it cannot tell another one."""
    return finding.action == RELABEL or (finding.action == SET_ASIDE and finding.reason.startswith(_OF_LABELS))


def to_hear(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Of each clip that a person should hear the finding that says why, by id, the first to be heard first.

    Words in doubt come first, and of each kind the strongest (a value has the unit of its reason). Clips that are only
    to be set aside, whatever their word, are left out.
    """

    def rank(one: Finding) -> tuple[bool, bool, str, float, str]:
        of_labels = one.reason.startswith(_OF_LABELS)
        return not in_doubt(one), not of_labels, one.reason, -(one.value or 0.0), one.clip_id

    found: dict[str, Finding] = {}
    for one in sorted((one for one in findings if in_doubt(one) or one.action == LOOK), key=rank):
        found.setdefault(one.clip_id, one)
    return found


def last_audit(catalog: Catalog) -> list[Finding] | None:
    """Findings of the last audit that was not undone; None where there is none."""
    batches = [one.id for one in catalog.changes.batches("audit") if not one.undone_at]
    return catalog.changes.findings(batches[-1]) if batches else None


def found_clips(catalog: Catalog) -> Mapping[str, Finding] | None:
    """Clips of the catalogue that somebody should hear after the last audit, as :func:`to_hear`; None where there was
    none. Clips that it has set aside for more than their label are not among them: they stay so whatever is said."""
    findings = last_audit(catalog)
    if findings is None:
        return None
    faulty = {one.clip_id for one in findings if one.action == SET_ASIDE and not in_doubt(one)}
    clips = catalog.clips(with_set_aside=True)
    there = {clip.id for clip in clips if not clip.reasons or clip.id not in faulty}
    return {clip: one for clip, one in to_hear(findings).items() if clip in there}
