"""Silence, clipping, offset, hum, noise, and a band that is missing: from the measures of a clip."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.changes import LOOK, Finding
from kws_data.quality.audit.checks import limit
from kws_data.quality.audit.findings import found

FLAT_EXCESS = 4.0  # samples near the top over those just below: a word that is not clipped has fewer near the top
SILENT_DB = -65.0  # below this nobody hears a word, whatever stands out
FAINT_SNR_DB = 15.0
HUM_LOUD_DB = -55.0
EDGE_4K_DB = 12.0
UNDER_ALL_DB = -58.0  # of the high band, against the whole clip: what resampling leaves


def signal_findings(clip_id: str, row: NDArray[np.void]) -> Iterator[Finding]:
    """Findings on a clip from its row of measures."""
    if row["rms_db"] < limit("silence"):
        heard = row["rms_db"] >= SILENT_DB and row["utterances"] > 0 and row["snr_db"] >= FAINT_SNR_DB
        yield found(clip_id, "faint" if heard else "silence", float(row["rms_db"]))
        return
    yield from _clipping(clip_id, row)
    if abs(row["dc"]) * 100 >= limit("DC offset"):
        yield found(clip_id, "DC offset", 100 * float(row["dc"]))
    if row["hum_over_db"] >= limit("mains hum") and row["hum_db"] >= HUM_LOUD_DB:
        detail = f"{row['hum_hz']:.0f} Hz at {row['hum_db']:.0f} dB, {row['hum_over_db']:.0f} dB over its neighbours"
        yield found(clip_id, "mains hum", float(row["hum_over_db"]), detail)
    if row["utterances"] == 0:
        yield found(clip_id, "no speech", detail=f"noise at {row['rms_db']:.0f} dB")
    elif row["snr_db"] < limit("low SNR"):
        yield found(clip_id, "low SNR", float(row["snr_db"]))
    rms_steps = 32_768 * 10 ** (float(row["rms_db"]) / 20)
    under_all_db = 20 * np.log10((float(row["high_lsb"]) + 1e-9) / rms_steps)
    if row["edge_4k_db"] > EDGE_4K_DB and (row["high_lsb"] < limit("wrong rate") or under_all_db < UNDER_ALL_DB):
        detail = f"{row['high_lsb']:.2g} steps of 16 bits above 4.6 kHz, {under_all_db:.0f} dB under the whole"
        yield found(clip_id, "wrong rate", float(row["high_lsb"]), detail)


def _clipping(clip_id: str, row: NDArray[np.void]) -> Iterator[Finding]:
    flat, full, excess = float(row["flat_share"]), float(row["full_scale_share"]), float(row["flat_excess"])
    detail = f"{100 * flat:.1f} % of samples in flat tops at {row['peak_db']:.1f} dB"
    if 100 * max(flat, full) >= limit("clipping"):
        told = detail if flat >= full else f"{100 * full:.1f} % of samples at full scale"
        yield found(clip_id, "clipping", 100 * max(flat, full), told)
    elif excess >= FLAT_EXCESS:
        told = f"{detail}; {excess:.1f} times as many samples near the top as just below it"
        yield found(clip_id, "clipping", 100 * max(flat, full), told, action=LOOK)
