"""The worst clips of each reason, to be seen and heard."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np

from kws_data.audio import Samples, mp3_bytes
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Finding
from kws_data.errors import AudioError, CatalogError
from kws_data.pages.html import text
from kws_data.quality.audit.result import Audit

OF_REASON = 4
QUALITY = 0.3  # of MP3: about 30 kbit/s at 16 kHz
_COLUMNS, _HEIGHT = 160, 48


def worst(found: Sequence[Finding], count: int = OF_REASON) -> list[Finding]:
    """Findings that stand farthest from usual, of different clips; those of a reason without values as they come."""
    ordered = sorted(found, key=lambda one: -abs(one.value or 0.0)) if found and found[0].value is not None else found
    return list({one.clip_id: one for one in reversed(ordered)}.values())[::-1][:count]


def example(finding: Finding, done: Audit, catalog: Catalog, rate_hz: int, *, sound: bool) -> str:
    """One clip: its word, what was found, its wave, and the sound where it is wanted."""
    clip = done.clips[finding.clip_id]
    head = f"<h4>“{text(clip.word)}”</h4><p>{text(finding.detail or finding.reason)}</p>"
    foot = f'<p class="caption"><code>{text(clip.id)}</code> {text(clip.origin)}</p>'
    try:
        samples = catalog.load(clip)
    except CatalogError as error:
        return f'<div class="example">{head}<p class="silent">{text(error.what)}</p>{foot}</div>'
    name = f"{clip.word}, {finding.reason}, {clip.id}"
    player = _player(samples, rate_hz, name) if sound else ""
    return f'<div class="example">{head}{wave(samples, name)}{player}{foot}</div>'


def wave(samples: Samples, name: str) -> str:
    """The clip's wave as SVG: the highest and lowest sample of each of 160 columns, its edges marked."""
    edges = np.linspace(0, max(len(samples), 1), _COLUMNS + 1).astype(int)
    middle = _HEIGHT / 2
    lines = []
    for column, (low, high) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        part = samples[low:high]
        if len(part):
            top, bottom = (middle * (1 - int(value) / 32_768) for value in (part.max(), part.min()))
            lines.append(f"M{column + 0.5} {top:.1f}V{max(bottom, top + 0.6):.1f}")
    box = f'viewBox="0 0 {_COLUMNS} {_HEIGHT}" width="320"'
    return (
        f'<svg class="plot" role="img" aria-label="wave of {text(name)}" {box}>'
        f'<path d="M0 0V{_HEIGHT}M{_COLUMNS} 0V{_HEIGHT}" stroke="var(--line)"/>'
        f'<path d="{"".join(lines)}" stroke="var(--p0)" fill="none"/></svg>'
    )


def _player(samples: Samples, rate_hz: int, name: str) -> str:
    """MP3, which is read only when it is played; a line where there is no encoder for it."""
    try:
        uri = "data:audio/mpeg;base64," + base64.b64encode(mp3_bytes(samples, rate_hz, QUALITY)).decode()
    except AudioError:
        return '<p class="silent">The sound cannot be encoded here.</p>'
    return f'<audio controls preload="none" aria-label="{text(name)}" src="{uri}"></audio>'
