"""Where a clip begins and ends: truncated, cut off, two words, too short, too long."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.changes import Finding
from kws_data.quality.audit.checks import limit
from kws_data.quality.audit.findings import found

ZEROS_S = 0.03  # of one value on end: no room is as quiet
OVER_FLOOR_DB = 8.0
SHORTER = 0.95  # of the clip length: whether it lacks something at its end
APART_S = 0.22


def edge_findings(clip_id: str, row: NDArray[np.void], clip_s: float) -> Iterator[Finding]:
    """Findings on a clip from its row of measures.

    Args:
        clip_id: of the clip.
        row: its measures.
        clip_s: length of the clips of the configuration.
    """
    if row["seconds"] < limit("no word"):
        yield found(clip_id, "no word", float(row["seconds"]))
    elif row["seconds"] < clip_s * limit("too short") / 100:
        yield found(clip_id, "too short", 100 * float(row["seconds"]) / clip_s, f"{row['seconds']:.2f} s")
    if not np.isfinite(row["end_db"]):
        return
    speech_s = float(row["speech_end_s"] - row["speech_start_s"])
    if speech_s > clip_s * limit("too long") / 100:
        yield found(clip_id, "too long", 100 * speech_s / clip_s, f"speech of {speech_s:.2f} s")
    if row["utterances"] > 1 and row["second_db"] > limit("two words") and row["gap_s"] >= APART_S:
        detail = f"{row['gap_s']:.2f} s apart, the second {-row['second_db']:.0f} dB quieter"
        yield found(clip_id, "two words", float(row["second_db"]), detail)
    if row["utterances"] or row["rms_db"] > -50:
        yield from _cut(clip_id, row, clip_s)


def _cut(clip_id: str, row: NDArray[np.void], clip_s: float) -> Iterator[Finding]:
    zeros, shorter = row["end_zeros_s"] >= ZEROS_S, row["seconds"] < SHORTER * clip_s
    end = _abrupt(row, "end")
    if (zeros and end > limit("truncated")) or (shorter and end > limit("cut off")):
        how = f"zeros for {row['end_zeros_s']:.2f} s after it" if zeros else f"after {row['seconds']:.2f} s"
        yield found(clip_id, "truncated", end, f"ends {-end:.0f} dB under its loudest, {how}")
        return
    sides = {side: _abrupt(row, side) for side in ("start", "end")}
    side = max(sides, key=lambda one: sides[one])
    if sides[side] > limit("cut off"):
        yield found(clip_id, "cut off", sides[side], f"at its {side}, {-sides[side]:.0f} dB under its loudest")
    elif sides[side] > limit("speech at an edge"):
        detail = f"at its {side}, {-sides[side]:.0f} dB under its loudest"
        yield found(clip_id, "speech at an edge", sides[side], detail)


def _abrupt(row: NDArray[np.void], side: str) -> float:
    """Level of that edge, dB under the loudest; far down where it is no louder than the clip's noise."""
    loud = row[f"{side}_over_floor_db"] > OVER_FLOOR_DB
    return float(row[f"{side}_db"]) if loud else -200.0
