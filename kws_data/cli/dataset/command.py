"""``kws dataset``: what is done with a data set that was built; one module a part."""

from __future__ import annotations

import click

from kws_data.cli.lazy import LazyGroup

#: part -> (module below kws_data.cli, what it does).
PARTS: dict[str, tuple[str, str]] = {
    "diff": ("dataset.diff", "What changed between two data sets."),
    "export": ("dataset.export", "Write it as Speech Commands, Edge Impulse or Label Studio have theirs."),
}


@click.group(
    "dataset",
    cls=LazyGroup,
    table=PARTS,
    title="What to do with it",
    epilog="Example: kws dataset export configs/demo.yaml --to edge-impulse --out demo-data",
)
def command() -> None:
    """Compare built data sets, or write one out in a layout that other tools read."""
