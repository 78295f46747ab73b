"""``kws label``: labels given by people and machines, and what follows for the clips; one module a part."""

from __future__ import annotations

from pathlib import Path

import click

from kws_data.cli.lazy import LazyGroup

PAGE = "page"
#: part -> (module below kws_data.cli, what it does).
PARTS: dict[str, tuple[str, str]] = {
    PAGE: ("label.page", "Label clips in the browser; this is what kws label does without a part."),
    "auto": ("label.auto", "Label clips by machine, where model, voice detector and encoder agree."),
    "status": ("label.status", "How far it is, how fast each annotator is, and what waits."),
    "apply": ("label.apply", "Take settled labels and cuts over into the catalogue."),
    "changes": ("label.changes", "List what was taken over, and what each batch changed."),
    "undo": ("label.undo", "Bring the clips of a batch back to what they were."),
    "guideline": ("label.guideline", "Show, change or compare the rules by which people label."),
    "review": ("label.review", "List labels that were given before the guideline changed."),
    "forget": ("label.forget", "Forget who somebody that labelled is; what they said stays."),
    "export": ("label.export", "Write clips and suggestions for Label Studio."),
    "import": ("label.import_", "Take labels of Label Studio in."),
}


class LabelGroup(LazyGroup):
    """Parts of ``kws label``; options and configurations without a part are the page's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else PAGE
        asks_help = first in ctx.help_option_names
        if first not in PARTS and not asks_help and (first.startswith("-") or Path(first).suffix in (".yaml", ".yml")):
            args = [PAGE, *args]
        return super().parse_args(ctx, args or [PAGE])


@click.group(
    "label",
    cls=LabelGroup,
    table=PARTS,
    title="Parts",
    epilog="Example: kws label --recordings recordings",
)
def command() -> None:
    """Label clips: in a page in the browser, by machine, or in Label Studio; then take the labels over.

    Without a part it serves the page, and takes the options of kws label page.
    """
