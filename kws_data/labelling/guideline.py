"""The guideline by which people label: Markdown of which sections and rules are known by name.

A rule is a heading or an item of a list that begins with a short name of capitals and digits, as in
``- **R3 Any voice**: …`` or ``### R3: Any voice``. An opinion names the rule that decided or was hard to follow by it.
Examples are clips of the catalogue: ``![cut off](clip:0123456789abcdef)``.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.guidelines import Guideline
from kws_data.labelling.labels import shown_label
from kws_data.labels import likeness

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_RULE = re.compile(r"^\s*(?:[-*+]\s+|\d+[.)]\s+)?[*_]*([A-Z]{1,3}\d{1,3})\b[*_]*[\s.:–-]*(.*)$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s|^\s*\|")
_CLIP = re.compile(r"!\[([^\]]*)\]\(clip:([0-9a-f]{16})\)")
_CODE = re.compile(r"`[^`]*`")
_MARKED = re.compile(r"`[^`\n]+`|\"[^\"\n]+\"|“[^”\n]+”|\|[^|\n]+(?=\|)")
_SHORT = 3
_WORDS = re.compile(r"[\w'-]+")


@dataclass(frozen=True)
class Part:
    """Lines of the guideline that belong together: a rule, or what stands below a heading.

    Attributes:
        heading: the nearest one above, without its marks.
        rule: short name of the rule, or empty.
        title: what the rule is called, or the heading.
        lines: numbers of its lines, from 0.
        text: them.
    """

    heading: str
    rule: str
    title: str
    lines: range
    text: str

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"{self.rule} {self.title}".strip() if self.rule else self.heading


@dataclass(frozen=True)
class Example:
    """A clip that shows an edge case: its id, and what is said of it."""

    clip_id: str
    caption: str


def default_text() -> str:
    """The guideline that comes with kws."""
    return (Path(__file__).parent / "guideline.md").read_text(encoding="utf-8")


def guideline_in_force(catalog: Catalog) -> Guideline:
    """The latest version; where there is none the one that comes with kws becomes the first.

    Raises:
        CatalogError: there is none and the catalogue cannot be written.
    """
    return catalog.guidelines.latest() or catalog.guidelines.add(default_text(), "comes with kws")


def parts_of(text: str) -> list[Part]:
    """Rules and sections of a guideline, in their order; each line is in one part at most."""
    parts: list[Part] = []
    heading, rule, title, first = "", "", "", 0
    lines = text.splitlines()

    def close(end: int) -> None:
        own = "\n".join(lines[first:end]).strip()
        if own:
            parts.append(Part(heading, rule, title or heading, range(first, end), own))

    for number, line in enumerate(lines):
        found = _HEADING.match(line)
        named = _RULE.match(found[2] if found else line) if found or _ITEM.match(line) else None
        if found or named or (rule and _ITEM.match(line)):
            close(number)
            first, rule, title = number, "", ""
            heading = found[2] if found else heading
        if named:
            rule, title = named[1], re.split(r"\*\*|__|:\s|\.\s", named[2], maxsplit=1)[0].strip(" *_:.")
    close(len(lines))
    return parts


def rules_of(text: str) -> dict[str, str]:
    """Short name of each rule -> what it is called."""
    return {part.rule: part.title for part in parts_of(text) if part.rule}


def doubled_rules(text: str) -> list[str]:
    """Short names that more than one rule has."""
    counts = Counter(part.rule for part in parts_of(text) if part.rule)
    return [rule for rule, count in counts.items() if count > 1]


def examples_of(text: str) -> list[Example]:
    """Clips that the guideline shows, in their order, each once; those within code are not meant."""
    found = (Example(clip, caption) for caption, clip in _CLIP.findall(_CODE.sub("", text)))
    return list({one.clip_id: one for one in found}.values())


def names_label(text: str, label: str) -> bool:
    """Whether a text has the label as a word, in any spelling; of ``(bad)`` and its like what people call them."""
    wanted = _words(shown_label(label).replace("_", " "))
    words = _words(text)
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1))


def parts_on(parts: Sequence[Part], labels: Iterable[str]) -> list[Part]:
    """Rules that say something of one of the labels; sections where no rule does.

    A word of three letters or less, such as no or go, is meant only where it is marked: in quotes, as code, or alone in
    a cell of a table.
    """
    found = [part for part in parts if any(_says_of(part.text, label) for label in labels)]
    return [part for part in found if part.rule] or found


def _says_of(text: str, label: str) -> bool:
    if len(label) <= _SHORT:
        return any(names_label(marked, label) for marked in _MARKED.findall(text))
    return names_label(text, label)


def _words(text: str) -> list[str]:
    return [likeness(word) for word in _WORDS.findall(text)]


def changed_lines(before: str, after: str) -> list[str]:
    """Lines that are in only one of two versions, those that went first."""
    diff = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line[2:] for line in diff if line[:2] in ("- ", "+ ") and line[2:].strip()]


def changed_rules(before: str, after: str) -> set[str]:
    """Short names of rules that are new, are gone, or read differently."""
    old, new = (_texts_of_rules(parts_of(text)) for text in (before, after))
    return {rule for rule in old.keys() | new.keys() if old.get(rule) != new.get(rule)}


def _texts_of_rules(parts: Iterable[Part]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in parts:
        if part.rule:
            found.setdefault(part.rule, []).append(" ".join(part.text.split()))
    return found


def diff_of(before: Guideline, after: Guideline) -> str:
    """What changed between two versions, as a unified diff."""
    lines = difflib.unified_diff(
        before.text.splitlines(),
        after.text.splitlines(),
        f"version {before.version}",
        f"version {after.version}",
        before.added_at,
        after.added_at,
        lineterm="",
    )
    return "\n".join(lines)
