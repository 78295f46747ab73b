"""Slices in words: ``{"word": "up", "snr": "below 10 dB"}`` as ``clips of "up" with SNR below 10 dB``."""

from __future__ import annotations

from collections.abc import Mapping

#: Attribute -> how a value of it reads behind "clips"; in the order in which conditions are told.
_PHRASES = {
    "word": 'of "{}"',
    "label": 'of label "{}"',
    "noise": "of noise {}",
    "accent": "with accent {}",
    "gender": "of gender {}",
    "age": "of age {}",
    "language": "in language {}",
    "voice": "of kind of voice {}",
    "pitch": "with a pitch {}",
    "rate": "said at {} speed",
    "duration": "whose word lasts {}",
    "onset": "whose word begins after {}",
    "length": "of length {}",
    "snr": "with SNR {}",
    "level": "with level {}",
    "distance": "at distance {}",
    "room": "in room {}",
    "device": "through device {}",
    "device_model": "through device model {}",
    "source": "from source {}",
}


def phrase(conditions: Mapping[str, str], noun: str = "clips") -> str:
    """The clips for which conditions hold, in words; ``all clips`` where there are none."""
    if not conditions:
        return f"all {noun}"
    order = [name for name in _PHRASES if name in conditions]
    order += [name for name in conditions if name not in _PHRASES]
    parts = (_PHRASES.get(name, f"with {name} {{}}").format(conditions[name]) for name in order)
    return " ".join([noun, *parts])


def short(conditions: Mapping[str, str]) -> str:
    """Conditions for a table: ``word up, snr below 10 dB``."""
    return ", ".join(f"{name} {value}" for name, value in conditions.items()) or "all clips"


def percent(share: float) -> str:
    """0.123 as ``12 %``; one decimal below ten per cent."""
    return f"{100 * share:.0f} %" if share >= 0.0995 or share == 0 else f"{100 * share:.1f} %"


def points(ends: tuple[float, float]) -> str:
    """An interval of a share: ``17 to 46 %``."""
    return f"{100 * ends[0]:.0f} to {100 * ends[1]:.0f} %"


def people(count: int) -> str:
    """``1 person``, ``12 people``."""
    return f"{count:,} person" if count == 1 else f"{count:,} people"


def clips(count: int) -> str:
    """``1 clip``, ``40 clips``."""
    return f"{count:,} clip" if count == 1 else f"{count:,} clips"
