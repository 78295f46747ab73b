"""What the synthetic people of a configuration would say, and in which voices: ``kws synth --plan``."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from kws_data.config.config import Config
from kws_data.sources.synth.confusables import Confusable
from kws_data.sources.synth.engines import make_engine
from kws_data.sources.synth.groups import groups
from kws_data.sources.synth.people import make_speakers, utterances
from kws_data.sources.synth.words import vocabulary


def synth_plan(config: Config) -> dict[str, Any]:
    """Voices, keywords with their near-words and distances, other words, and how many clips of each.

    Raises:
        ConfigError: there is no such engine, or its settings do not fit.
        DataError: espeak-ng is needed and cannot be loaded, or lacks an accent.
    """
    settings, words = config.data.synth, vocabulary(config)
    near: dict[str, list[Confusable]] = defaultdict(list)
    for found in words.confusables:
        near[found.keyword].append(found)
    speakers = make_speakers(settings, config.seed)
    return {
        "engine": ", ".join(dict.fromkeys(make_engine(group.engine).name for group in groups(settings))),
        "speakers": len(speakers),
        "accents": sorted({speaker.voice.accent for speaker in speakers}),
        "voices": sorted({speaker.voice.variant for speaker in speakers}),
        "pitch": list(settings.pitch),
        "rate": list(settings.rate),
        "range": list(settings.range),
        "keywords": {
            keyword: {
                "phonemes": words.phonemes.get(keyword, ""),
                "confusables": [
                    {"word": found.word, "phonemes": found.phonemes, "distance": found.distance}
                    for found in near[keyword]
                ],
            }
            for keyword in config.keywords
        },
        "same_sound": words.same_sound,
        "other_words": [*words.others, *words.common],
        "clips": _clips(config, {found.word for found in words.confusables}),
    }


def _clips(config: Config, near: set[str]) -> dict[str, int]:
    said = Counter(utterance.word for utterance in utterances(config))
    keywords = sum(said[keyword] for keyword in config.keywords)
    confusable = sum(said[word] for word in near)
    total = sum(said.values())
    return {"total": total, "keyword": keywords, "near-word": confusable, "other word": total - keywords - confusable}
