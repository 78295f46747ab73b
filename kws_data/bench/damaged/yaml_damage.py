"""Ways in which people and tools break a YAML file, word by word: keys twice, other indentation, other values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")
Lines = list[str]
Damage = Callable[[Lines, np.random.Generator], Lines]

KEY = re.compile(r"^(\s*)([A-Za-z_][A-Za-z0-9_]*):[ \t]+(?![&*!|>])\S")
#: Each alias stands for ten of the one before: a few bytes that become a billion words.
LAUGHS = "\n".join(
    ["l0: &l0 [lol]", *(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10)}]" for i in range(1, 10)), "keywords: *l9"]
)
ODD_VALUES = (
    *(
        "",
        "~",
        "null",
        "true",
        "no",
        "-1",
        "0",
        "1e999",
        "-.inf",
        ".nan",
        "9" * 400,
        "0x1F",
        "0o17",
        "1_000",
        "1:30:00",
    ),
    *("2020-01-01", "2020-99-99", "[]", "{}", "[1, 2]", "[[[]]]", "{a: 1}", "{1: 2}", "? x", "[" * 300, "{" * 300),
    *("'", '"', "|", ">", "!!binary x", "!!python/object/apply:os.getcwd []", "!!int x", "!!float 1:2", "!!set {a}"),
    *("!!timestamp x", "!!null x", "!!bool x", "*missing", "&a *a", "&a [*a]", "<<: *a", "%YAML 1.2", "@x", "`x`"),
    *(
        "\x00",
        "\x07",
        "\ufeff",
        "\u2028",
        "\U0001f600",
        "a" * 5_000,
        "../../etc",
        "C:\\x",
        "~/x",
        "- a\n- b",
        "é",
        "e\u0301",
    ),
)
ODD_KEYS = (
    "1",
    "null",
    "true",
    "~",
    "[a, b]",
    "{a: b}",
    "? [x]",
    "<<",
    "2020-01-01",
    "name",
    "kewords",
    "''",
    "data.folder",
)


def duplicate(lines: Lines, rng: np.random.Generator) -> Lines:
    """A key stands twice, one after the other, with its value: most often from two people editing."""
    keyed = [i for i, line in enumerate(lines) if KEY.match(line)]
    if not keyed:
        return lines
    at = _one(keyed, rng)
    return [*lines[: at + 1], lines[at], *lines[at + 1 :]]


def section_twice(lines: Lines, rng: np.random.Generator) -> Lines:
    """A section is there again at the end."""
    starts = [i for i, line in enumerate(lines) if re.match(r"^[A-Za-z_]+:", line)]
    if not starts:
        return lines
    at = _one(starts, rng)
    end = next((i for i in starts if i > at), len(lines))
    return [*lines, *lines[at:end]]


def indent(lines: Lines, rng: np.random.Generator) -> Lines:
    """A line moves to the left or to the right, by blanks or by a tab."""
    at = _line(lines, rng)
    lines[at] = (
        (" ", "  ", "\t", "     ")[int(rng.integers(4))] + lines[at] if rng.random() < 0.6 else lines[at].lstrip()
    )
    return lines


def other_value(lines: Lines, rng: np.random.Generator) -> Lines:
    """A value of another type, or of none."""
    at = _line(lines, rng)
    key, colon, _ = lines[at].partition(":")
    lines[at] = f"{key}{colon or ':'} {_one(ODD_VALUES, rng)}"
    return lines


def other_key(lines: Lines, rng: np.random.Generator) -> Lines:
    """A key that is none."""
    at = _line(lines, rng)
    _, colon, value = lines[at].partition(":")
    blanks = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    lines[at] = f"{blanks}{_one(ODD_KEYS, rng)}{colon or ':'}{value}"
    return lines


def drop(lines: Lines, rng: np.random.Generator) -> Lines:
    """A line is missing."""
    del lines[_line(lines, rng)]
    return lines


def move(lines: Lines, rng: np.random.Generator) -> Lines:
    """A line stands elsewhere."""
    line = lines.pop(_line(lines, rng))
    lines.insert(int(rng.integers(len(lines) + 1)), line)
    return lines


def without_colon(lines: Lines, rng: np.random.Generator) -> Lines:
    """A colon, or the blank after it, is missing."""
    at = _line(lines, rng)
    lines[at] = lines[at].replace(": " if rng.random() < 0.5 else ":", (":", "")[int(rng.integers(2))], 1)
    return lines


def aliases(lines: Lines, rng: np.random.Generator) -> Lines:
    """An alias of itself, of another, of a billion, or a second document."""
    odd = (LAUGHS, "x: &x [*x]", "a: &a {b: *a}", "---", "...", "--- {}", "<<: {seed: 3}", "<<: [1]", "? [a]\n: b")
    lines.insert(int(rng.integers(len(lines) + 1)), _one(odd, rng))
    return lines


def characters(lines: Lines, rng: np.random.Generator) -> Lines:
    """Characters that do not show."""
    at = _line(lines, rng)
    odd = ("\x00", "\x1b[31m", "\x85", "\ufeff", "\u00a0", "\u200b", "\r", "\t", "\u2028", "\ufffe", "\U0001f600", "’")
    place = int(rng.integers(len(lines[at]) + 1))
    lines[at] = lines[at][:place] + _one(odd, rng) + lines[at][place:]
    return lines


DAMAGES: tuple[Damage, ...] = (
    *(duplicate, section_twice, indent, other_value, other_value, other_value, other_key, drop, move),
    *(without_colon, aliases, characters),
)


def damaged_text(text: str, rng: np.random.Generator) -> tuple[str, tuple[str, ...]]:
    """A damaged copy, and the names of what was done."""
    lines, done = text.split("\n"), []
    for _ in range(1 + int(rng.integers(3) if rng.random() < 0.4 else 0)):
        damage = DAMAGES[int(rng.integers(len(DAMAGES)))]
        if lines:
            before = list(lines)
            lines = damage(lines, rng)
            done += [damage.__name__] if lines != before else []
    return "\n".join(lines), tuple(done)


def _one(values: Sequence[Item], rng: np.random.Generator) -> Item:
    return values[int(rng.integers(len(values)))]


def _line(lines: Lines, rng: np.random.Generator) -> int:
    """A line that is no comment, where there is one."""
    kept = [i for i, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")]
    return _one(kept or list(range(len(lines))), rng)
