"""README's table of verbs is what the commands say."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from kws_data.cli import VERBS, readme_table
from kws_data.cli.options import verb
from kws_data.cli.readme_table import BEGIN, END, main, verb_table, with_table

README = Path(__file__).resolve().parents[3] / "README.md"


def test_readme_says_what_the_commands_say() -> None:
    text = README.read_text(encoding="utf-8")
    assert with_table(text) == text, "README's table of verbs is behind: make readme"


def test_each_verb_has_a_row_with_its_help_and_its_example() -> None:
    rows = verb_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [f"kws {name}" for name in VERBS]
    (build,) = (row for row in rows if row.startswith("| `kws build` |"))
    assert (
        "(`--engine` ray): [kws_data/docs/scale.md](kws_data/docs/scale.md) | `kws build configs/demo.yaml` |" in build
    )
    (bench,) = (row for row in rows if row.startswith("| `kws bench` |"))
    assert "; `kws bench record`: prove on this machine" in bench


def test_only_what_stands_between_the_marks_is_written(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"above\n{BEGIN}\nold\n{END}\nbelow\n")
    main(readme)
    lines = readme.read_text().splitlines()
    assert lines[:2] == ["above", BEGIN] and lines[-2:] == [END, "below"] and "old" not in lines
    assert with_table(readme.read_text()) == readme.read_text()
    with pytest.raises(LookupError, match="lacks"):
        with_table("nothing")


@pytest.mark.parametrize(
    ("command", "lacking"),
    [
        (verb("boards", "kws boards")(lambda: None), "says nothing"),
        (click.command("boards", help="Boards.")(lambda: None), "no example"),
    ],
)
def test_a_verb_without_help_or_example_is_refused(
    command: click.Command, lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readme_table.cli, "get_command", lambda context, name: command)
    with pytest.raises(LookupError, match=lacking):
        verb_table()
