"""What is asked of an audit, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.changes import Finding
from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.quality.audit.checks import FAMILIES
from kws_data.quality.audit.thin import ThinGroup


@dataclass(frozen=True)
class AuditSettings:
    """What is audited, and how.

    Attributes:
        config: whose clips; all of the catalogue that hold words when None.
        run: ``runs/<name>`` whose data set tells the splits and whose model finds the easy clips, or None.
        families: of checks, see :data:`FAMILIES`.
        workers: processes.
        encoder: whether labels are judged by the encoders that are installed.
    """

    config: Config | None = None
    run: Path | None = None
    families: tuple[str, ...] = tuple(FAMILIES)
    workers: int = 2
    encoder: bool = True


@dataclass(frozen=True)
class Audit:
    """What was found.

    Attributes:
        clips: that were looked at, by id.
        findings: in the order of the checks.
        thin: groups that lack speakers.
        rows: measures, by audio hash.
        notes: what could not be looked at, and why.
        seconds: by family.
        judged_by: who judged the labels; empty where nobody did.
        splits: of clips, by id, as far as they are known.
    """

    clips: Mapping[str, Clip]
    findings: tuple[Finding, ...]
    thin: tuple[ThinGroup, ...]
    rows: Mapping[str, NDArray[np.void]]
    notes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    judged_by: str = ""
    splits: Mapping[str, str] = field(default_factory=dict)

    def by_reason(self) -> dict[str, list[Finding]]:
        """Findings of each reason, in the order of the checks."""
        reasons: dict[str, list[Finding]] = {}
        for finding in self.findings:
            reasons.setdefault(finding.reason, []).append(finding)
        return reasons

    def to_dict(self) -> dict[str, Any]:
        """Plain values, all findings."""
        return {
            "clips": len(self.clips),
            "with_findings": len({one.clip_id for one in self.findings}),
            "reasons": {reason: len(found) for reason, found in self.by_reason().items()},
            "findings": [self._told(one) for one in self.findings],
            "thin": [group.to_dict() for group in self.thin],
            "judged_by": self.judged_by,
            "notes": list(self.notes),
            "seconds": {name: round(value, 2) for name, value in self.seconds.items()},
        }

    def _told(self, finding: Finding) -> dict[str, Any]:
        clip = self.clips[finding.clip_id]
        known = {"word": clip.word, "speaker": clip.speaker, "source": clip.source, "origin": clip.origin}
        return {**vars(finding), **known}
