"""Keywords that a voice says longer than a clip is: their ends are cut off, which a person should know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kws_data.catalog.clips import Clip
from kws_data.config.config import Config

SAID_MS = "said_ms"  # attribute of a clip of a keyword that was said longer than the clip
STEP_MS, MOST_MS = 50, 4_000
SHARE = 0.95  # of such clips that are to fit: the slowest voices would make the model large


def too_long(config: Config, clips: Iterable[Clip]) -> list[str]:
    """A line for each keyword of which clips are cut, with the length that nearly all would fit into."""
    longer, total = defaultdict[str, list[int]](list), defaultdict[str, int](int)
    for clip in clips:
        if clip.word in config.keywords:
            total[clip.word] += 1
            if said := clip.attributes.get(SAID_MS):
                longer[clip.word].append(int(said))
    return [
        f"{len(lengths):,} of {total[keyword]:,} clips of the keyword {keyword} are longer than data.clip_ms:"
        f" {config.data.clip_ms}, up to {max(lengths)} ms, and lose what does not fit: {_remedy(sorted(lengths))}"
        for keyword, lengths in sorted(longer.items())
    ]


def _remedy(lengths: list[int]) -> str:
    nearly_all = lengths[min(int(SHARE * len(lengths)), len(lengths) - 1)]
    wanted = -(-nearly_all // STEP_MS) * STEP_MS
    if wanted <= MOST_MS:
        return f"set data.clip_ms: {wanted}, or raise data.synth.rate"
    return "raise data.synth.rate, or choose a shorter keyword"
