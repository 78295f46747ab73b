"""``kws streams``: long recordings with a known truth; one module a part."""

from __future__ import annotations

import click

from kws_data.cli.lazy import LazyGroup

#: part -> (module below kws_data.cli, what it does).
PARTS: dict[str, tuple[str, str]] = {
    "make": ("streams.make", "Lay words into recordings in which no keyword is said, and write both with their truth."),
}


@click.group(
    "streams",
    cls=LazyGroup,
    table=PARTS,
    title="What to do with them",
    epilog="Example: kws streams make --words words --negatives talk --out streams --keywords yes,no",
)
def command() -> None:
    """Make streams: keywords at known times, SNRs and rooms in hours of running speech, noise or music."""
