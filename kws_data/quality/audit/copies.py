"""Clips that are the same recording: which of them should stay, and what their labels, speakers and splits say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.changes import LOOK, Finding
from kws_data.catalog.clips import Clip
from kws_data.labels import UNLABELLED, likeness
from kws_data.quality.audit.findings import found
from kws_data.quality.label_errors import LABEL_ERROR

SAME_SNR_DB = 3.0  # steps in which two copies count as equally clean and loud


@dataclass(frozen=True)
class Known:
    """What is known of clips beside themselves.

    Attributes:
        rows: measures, by audio hash.
        labelled: ids of clips that a person has labelled.
        splits: of clips, by id.
        faulty: ids of clips that are to be set aside for another reason.
        judged: what a judge that has not heard a clip says against its label, by id of the clip.
    """

    rows: Mapping[str, NDArray[np.void]]
    labelled: Collection[str] = ()
    splits: Mapping[str, str] | None = None
    faulty: Collection[str] = ()
    judged: Mapping[str, Finding] = field(default_factory=dict)


def copy_findings(groups: Sequence[Sequence[Clip]], known: Known) -> Iterator[Finding]:
    """Findings on groups of clips that are the same recording.

    Recordings of one moment through several devices are no copies of each other. Of the copies of one word all but the
    best are to be set aside; where speakers or words differ a person chooses. The other word is suggested only for a
    clip that the judge of labels takes for that word, too: one of the two is right as it is.
    """
    for group in groups:
        devices: dict[str, list[Clip]] = defaultdict(list)
        for clip in group:
            devices[clip.device].append(clip)
        for copies in devices.values():
            if len(copies) > 1:
                yield from _of_group(sorted(copies, key=lambda clip: _rank(clip, known)), known)


def _of_group(copies: Sequence[Clip], known: Known) -> Iterator[Finding]:
    """``copies`` are in their order, the best first."""
    agreed = len({clip.word for clip in copies} - {UNLABELLED}) < 2
    words: dict[str, Clip] = {}
    best_of: dict[str, Clip] = {}
    for clip in copies:
        word = UNLABELLED if clip.word == UNLABELLED else likeness(clip.word) or clip.word
        words.setdefault(word, clip)
        best = best_of[clip.id] = words[word] if word != UNLABELLED else copies[0]
        if best is not clip:
            exact = best.audio_sha256 == clip.audio_sha256
            same = _may_be_one_person(clip, best) and (exact or agreed)
            yield found(
                clip.id,
                "exact copy" if exact else "near copy",
                None,
                f"of {named(best)}" + ("" if same else ": who said what is in doubt"),
                best.id,
                "" if same else LOOK,
            )
    spoken = [word for word in words if word != UNLABELLED]
    for word in spoken if len(spoken) > 1 else ():
        clip, other = words[word], words[next(one for one in spoken if one != word)]
        detail = f'"{clip.word}" here, "{other.word}" in {named(other)}'
        judged = known.judged.get(clip.id)
        suggestion = other.word if judged is not None and judged.suggestion == other.word else ""
        yield found(clip.id, "copy with another word", None, detail, suggestion)
    for clip in copies[1:]:
        if not _may_be_one_person(clip, copies[0]) and clip.synthetic == copies[0].synthetic:
            yield found(clip.id, "copy of another person", None, f"of {named(copies[0])}", copies[0].id)
    splits = known.splits or {}
    there = sorted({splits[clip.id] for clip in copies if splits.get(clip.id)})
    if len(there) > 1:
        for clip in copies:
            if splits.get(clip.id):
                detail = f"in {splits[clip.id]}, and the same recording in " + " and ".join(
                    one for one in there if one != splits[clip.id]
                )
                yield found(clip.id, "copy across splits", None, detail)


def _may_be_one_person(one: Clip, other: Clip) -> bool:
    """Whether the speakers are the same, as far as known: each clip without a name has a speaker of its own."""
    known = one.attributes.get("speaker_known", True) and other.attributes.get("speaker_known", True)
    return one.speaker == other.speaker or not known


def named(clip: Clip) -> str:
    """A clip for a person: its id, and where it came from."""
    return f"{clip.id} ({clip.origin})"


def _rank(clip: Clip, known: Known) -> tuple[bool, bool, bool, int, int, int, str, str]:
    """Clips without another fault first, then those whose label nobody calls wrong, then those that a person labelled;
    then whole, of full band and unclipped; then clean and loud, where 2 dB of level count as 1 dB of noise; then the
    plainest name: takes and copies are numbered onwards."""
    row = known.rows.get(clip.audio_sha256)
    flaws, steps = 9, 0
    if row is not None:
        flaws = int(row["high_lsb"] < 1.0) + int(100 * row["flat_share"] > 0.3)
        flaws += int(row["start_zeros_s"] > 0.02 or row["end_zeros_s"] > 0.02)
        good = float(row["rms_db"]) / 2 + (float(row["snr_db"]) if np.isfinite(row["snr_db"]) else 0.0)
        steps = round(good / SAME_SNR_DB)
    judged = known.judged.get(clip.id)
    wrong = judged is not None and judged.reason == LABEL_ERROR
    return (
        clip.id in known.faulty,
        wrong,
        clip.id not in known.labelled,
        flaws,
        -steps,
        len(clip.origin),
        clip.origin,
        clip.id,
    )
