"""What is kept of a browser: its family, and what it did to the sound."""

from __future__ import annotations

import pytest

from kws_data.web.collect_browser import browser_of, settings_of

SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [
        (SAFARI, "Safari", "iOS"),
        (CHROME, "Chrome", "Windows"),
        (f"{CHROME} Edg/126.0", "Edge", "Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox", "Linux"),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-S921B) Chrome/126 Mobile Safari/537 SamsungBrowser/25",
            "Samsung Internet",
            "Android",
        ),
        ("curl/8.0\r\n<script>", "other", "other"),
        ("", "other", "other"),
    ],
)
def test_families_without_versions_or_models(agent: str, browser: str, system: str) -> None:
    assert browser_of(agent) == {"browser": browser, "system": system}


def test_only_settings_that_are_true_or_false_are_kept() -> None:
    said = {"echoCancellation": False, "noiseSuppression": "all", "autoGainControl": None, "deviceId": True}
    assert settings_of(said) == {"echo_cancellation": False}
