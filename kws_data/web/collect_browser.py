"""What is kept of a contributor's browser: its family, its system, and what it did to the microphone's sound."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

#: The first that is found decides: others call themselves Chrome and Safari too.
_BROWSERS = (
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|CriOS|Chromium|HeadlessChrome)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iOS", r"\b(iPhone|iPad|iPod)\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMacintosh\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)
#: Settings of a microphone as browsers call them -> attributes of a clip.
SETTINGS = {
    "echoCancellation": "echo_cancellation",
    "noiseSuppression": "noise_suppression",
    "autoGainControl": "auto_gain_control",
}


def browser_of(user_agent: str) -> dict[str, str]:
    """Family of a browser and of its system, without their versions, which would tell people apart."""
    text = user_agent[:500]

    def first(table: tuple[tuple[str, str], ...]) -> str:
        return next((name for name, pattern in table if re.search(pattern, text)), "other")

    return {"browser": first(_BROWSERS), "system": first(_SYSTEMS)}


def settings_of(said: Mapping[str, Any]) -> dict[str, bool]:
    """Whether the browser changed the sound, of the settings that its page sends; what is no true or false is left
    out."""
    return {name: said[key] for key, name in SETTINGS.items() if isinstance(said.get(key), bool)}
