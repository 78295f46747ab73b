"""Figures of fewer than ten clips: they are shown with their interval, and marked, for they say little."""

from __future__ import annotations

from kws_data.pages.html import Html, text

FEWEST = 10  # clips of which a share is shown as any other


def is_few(clips: int) -> bool:
    """Whether so many clips are too few for a point to be looked at by itself."""
    return clips < FEWEST


def grey(shown: object, clips: int) -> Html:
    """A cell of a page's table: greyed (class ``few``) where it stands on too few clips. The value is escaped."""
    return Html(f'<span class="few">{text(shown)}</span>' if is_few(clips) else text(shown))


def bracketed(shown: str, clips: int) -> str:
    """The same on a terminal, in brackets."""
    return f"({shown})" if is_few(clips) else shown
