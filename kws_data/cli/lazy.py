"""A group of commands that are imported when they are called, so that ``kws --help`` is quick."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from typing import Any

import click

from firmware_tools.errors import KwsError


class LazyGroup(click.Group):
    """Commands by name, each the ``command`` of a module below ``kws_data.cli``.

    Args:
        table: name -> (module, one line on what it does), in the order of the help text.
        title: heading of that list.
    """

    def __init__(self, *arguments: Any, table: Mapping[str, tuple[str, str]], title: str, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._table, self._title = table, title

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._table:
            return None
        module = importlib.import_module(f"kws_data.cli.{self._table[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self._table:
            near = difflib.get_close_matches(args[0], self._table, n=1)
            hint = f". did you mean {near[0]}?" if near else ""
            raise click.UsageError(f"no verb {args[0]!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does, but a pipe or file that ends within a verb is not taken for a person who left."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise KwsError("a process that kws had started is gone", None, "is there enough memory?") from error
        except EOFError as error:
            raise KwsError("a file or an answer ends too early", str(error) or None, "call it again") from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if not self._table:
            return
        with formatter.section(self._title):
            formatter.write_dl([(name, text) for name, (_, text) in self._table.items()])
