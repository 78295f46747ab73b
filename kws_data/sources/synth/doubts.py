"""What synthetic people would say otherwise than meant: keywords that sound alike, scripts that are spelt out."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from kws_data.config.config import Config
from kws_data.sources.synth.confusables import Pronunciations, bare_sounds, pronunciations
from kws_data.sources.synth.engines import make_engine
from kws_data.sources.synth.espeak import ACCENTS, Espeak
from kws_data.sources.synth.neural.voices import NEURAL
from kws_data.sources.synth.script import foreign_script


def doubts(config: Config) -> list[str]:
    """Lines for a person; none when all is well. Of other programs than espeak-ng and networks nothing is known.

    Raises:
        ConfigError: packages of a network are missing, or its settings do not fit.
        DataError: espeak-ng cannot be loaded or lacks an accent.
    """
    settings = config.data.synth
    if config.data.source == "folder":
        return []
    if settings.engine.kind in NEURAL:
        accents = settings.accents or make_engine(settings.engine).accents
        return _spelt(config.keywords, accents, "take a voice of its language")
    if settings.engine.kind != "espeak":
        return []
    accents = settings.accents or ACCENTS
    with Espeak() as espeak:
        said = pronunciations(espeak, config.keywords, accents)
    return [
        *_alike(said),
        *_spelt(config.keywords, accents, "set data.synth.accents to voices of its language"),
    ]


def _alike(said: Pronunciations) -> list[str]:
    ways = {word: {bare_sounds(way) for way in found} for word, found in said.items()}
    return [
        f"keywords {one} and {other} sound the same, {''.join(said[one][0])}: no detector tells them apart; keep one"
        for one, other in combinations(ways, 2)
        if ways[one] & ways[other]
    ]


def _spelt(keywords: Iterable[str], accents: Iterable[str], remedy: str) -> list[str]:
    """English voices name each letter of another script, or say it in another language's voice."""
    english = [accent for accent in accents if accent.split("-")[0] == "en"]
    foreign = {word: script for word in keywords if (script := foreign_script(word))} if english else {}
    return [
        f"keyword {word} is written in {script} letters, which English voices ({english[0]}, …) spell out or skip: "
        f"{remedy}, or write it as it sounds"
        for word, script in foreign.items()
    ]
