"""Text to IPA for networks that were trained on espeak-ng's phonemes."""

from __future__ import annotations

import weakref
from functools import cached_property

from kws_data.errors import DataError
from kws_data.sources.synth.espeak import Espeak

SIGNS = ".,?!;:"  # that networks know, and espeak-ng swallows


class Pronounced:
    """espeak-ng, started at the first text; it ends with this object. Remembers what it has been asked."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def __call__(self, text: str, accent: str) -> str:
        """IPA of a text in an accent, with the sign at its end: ``"ˈeɪt?"``.

        Raises:
            DataError: espeak-ng cannot be started, lacks the accent, or does not know how to say this.
        """
        if (text, accent) not in self._known:
            said = self._espeak.ipa(text, accent)
            if not said:
                raise DataError("a text that cannot be pronounced", text, f"espeak-ng finds no sound in {accent}")
            sign = text.rstrip()[-1]
            self._known[text, accent] = said + (sign if sign in SIGNS else "")
        return self._known[text, accent]

    @cached_property
    def _espeak(self) -> Espeak:
        espeak = Espeak().__enter__()
        weakref.finalize(self, espeak.__exit__, None, None, None)
        return espeak
