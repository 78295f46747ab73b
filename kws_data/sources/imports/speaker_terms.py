"""What sources say of speakers, in the words of the catalogue: gender, age, accent, language."""

from __future__ import annotations

import re

_GENDERS = {
    **dict.fromkeys(("f", "female", "female_feminine", "woman", "girl", "weiblich", "w"), "female"),
    **dict.fromkeys(("m", "male", "male_masculine", "man", "boy", "männlich"), "male"),
    **dict.fromkeys(("other", "o", "d", "divers", "diverse", "non-binary", "nonbinary", "intersex"), "other"),
    **dict.fromkeys(("transgender", "genderqueer"), "other"),
}
_DECADES = {
    "teens": "teen",
    **dict.fromkeys(("twenties", "thirties"), "20-39"),
    **dict.fromkeys(("forties", "fourties", "fifties"), "40-59"),
    **dict.fromkeys(("sixties", "seventies", "eighties", "nineties"), "60+"),
}
_OLDEST = 120


def gender_of(text: str) -> str:
    """``female``, ``male``, ``other``, or empty when it is not said."""
    return _GENDERS.get(text.strip().lower(), "")


def age_of(text: str) -> str:
    """Age band (child, teen, 20-39, 40-59, 60+) of years in digits or a decade in words; else what the source has."""
    said = text.strip().lower()
    if said in _DECADES:
        return _DECADES[said]
    if re.fullmatch(r"[0-9]{1,9}(\.0)?", said):
        return _band(int(float(said)))
    return said if said not in ("nan", "none", "unknown", "-") else ""


def _band(years: int) -> str:
    if not 2 <= years <= _OLDEST:
        return ""
    limits = ((13, "child"), (20, "teen"), (40, "20-39"), (60, "40-59"))
    return next((band for limit, band in limits if years < limit), "60+")


def said(**attributes: str) -> dict[str, str]:
    """Attributes that are said: those that are not empty."""
    return {key: value for key, value in attributes.items() if value}
