"""YAML as people write it, read so that nothing in it is lost or read as something else without a word.

YAML itself lets the last of two equal keys win, reads 010 as eight and 12:30 as 750, and lets a text of a kilobyte
stand for gigabytes. Here each of these is an error that names its line. Anchors and merge keys (``<<``) work.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

#: Values that a text may stand for, those that aliases repeat included.
MOST_VALUES = 100_000
_MOST_BITS = 128
_MERGE, _INT = "tag:yaml.org,2002:merge", "tag:yaml.org,2002:int"
_NOT_DECIMAL = re.compile(r"[-+]?0[0-9_]+|.*:.*")
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
#: What PyYAML says -> what a person reads.
_IN_WORDS = (
    (r"found character '\\t'", "a tab: indent with blanks"),
    (r"found character '(.)' that cannot start.*", r"\1 cannot begin a value: put it in quotes"),
    (r"second occurrence", "an anchor (&name) stands twice"),
    (r"found undefined alias '?([^']*)'?", r"*\1 refers to nothing: no &\1 stands before it"),
    (r"could not determine a constructor for the tag '?([^']*)'?", r"the tag \1 is not known here: leave it out"),
    (r"found unhashable key", "a list or a table cannot be a key"),
    (
        r"mapping values are not allowed here",
        "a colon that cannot stand here: indent it otherwise, or put the text in quotes",
    ),
    (r"could not find expected ':'", "a key without a colon"),
    (r"found unexpected end of stream", "a quote is not closed"),
    (r"expected a single document in the stream|but found another document", "a second document (---): keep one"),
    (r"expected <block end>.*", "this line is indented otherwise than those around it, or a quote is missing"),
    (r"expected ',' or '([\]}])'.*", r"a comma or \1 is missing"),
    (r"expected a mapping (or list of mappings )?for merging.*", "<< needs a table"),
)


def read_yaml(path: Path) -> Any:
    """What a YAML file holds.

    Raises:
        OSError: it cannot be read.
        ValueError: as :func:`parse_yaml`, and bytes that are no UTF-8.
    """
    return parse_yaml(decoded(path.read_bytes()))


def decoded(data: bytes) -> str:
    """A text file's bytes as text: UTF-8, or UTF-16 with its mark, as Windows writes it; ValueError for others."""
    encoding = _BYTE_ORDER_MARKS.get(data[:2], "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{data[error.start]:02x}" if error.start < len(data) else "its end"
        raise ValueError(f"line {line}: {byte} is no UTF-8: save the file as UTF-8") from None


def parse_yaml(text: str) -> Any:
    """What YAML text stands for; None of an empty one.

    Raises:
        ValueError: one line, which names the line of the text: no YAML, a key that stands twice in a table, a number
            that YAML reads otherwise than people do, nesting or repetition without end.
    """
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _Checker(loader).count(node)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise ValueError(_in_words(error)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ValueError(f"line {line}: the character {error.character:#06x} does not belong into text") from None
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    except RecursionError:
        raise ValueError("lists or tables are nested too deeply") from None


def _in_words(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    problem = " ".join(str(error.problem or error.context or "check its syntax").split())
    for pattern, words in _IN_WORDS:
        if found := re.search(pattern, problem):
            problem = found.expand(words)
            break
    return f"line {mark.line + 1}: {problem}" if mark else problem


class _Checker:
    """Goes through the nodes of a text before anything is made of them."""

    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._counted: dict[int, int] = {}
        self._open: set[int] = set()

    def count(self, node: yaml.Node) -> int:
        """Values that a node stands for, with all that its aliases repeat; ValueError for a node that cannot be used.

        A table or list that lies in another one twice is looked at once.
        """
        if id(node) in self._open:
            raise ValueError(f"{_line(node)}: an alias (*name) stands within what it repeats")
        if id(node) not in self._counted:
            self._open.add(id(node))
            self._counted[id(node)] = self._count_parts(node)
            self._open.discard(id(node))
        total = self._counted[id(node)]
        if total > MOST_VALUES:
            raise ValueError(f"{_line(node)}: its aliases (*name) repeat more than {MOST_VALUES:,} values")
        return total

    def _count_parts(self, node: yaml.Node) -> int:
        if isinstance(node, yaml.MappingNode):
            self._check_keys(node)
            return 1 + sum(self.count(key) + self.count(value) for key, value in node.value)
        if isinstance(node, yaml.SequenceNode):
            return 1 + sum(self.count(part) for part in node.value)
        if node.tag != _MERGE:
            self._value(node)
        return 1

    def _check_keys(self, node: yaml.MappingNode) -> None:
        first: dict[Hashable, yaml.Node] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
                continue
            value = self._value(key)
            if value in first:
                where = first[value].start_mark.line + 1
                here = key.start_mark.line + 1
                raise ValueError(f"line {here}: {_short(key)} stands twice, in lines {where} and {here}: keep one")
            first[value] = key

    def _value(self, node: yaml.Node) -> Any:
        """A plain value; ValueError for one that cannot be read, or is read otherwise than it looks."""
        try:
            value = self._loader.construct_object(node)
        except (ValueError, ArithmeticError, AttributeError, LookupError):  # PyYAML's own, of a value unlike its tag
            raise ValueError(f"{_line(node)}: {_short(node)} cannot be read: put it in quotes") from None
        plain = isinstance(node, yaml.ScalarNode) and not node.style
        if node.tag == _INT and plain and _NOT_DECIMAL.fullmatch(node.value) and node.value.strip("+-0_"):
            ways = f"write {value} for the number, quotes for the text"
            raise ValueError(f"{_line(node)}: YAML reads {_short(node)} as {value}: {ways}")
        if isinstance(value, int) and value.bit_length() > _MOST_BITS:
            raise ValueError(f"{_line(node)}: {_short(node)} is too large a number: put a text in quotes")
        return value


def _line(node: yaml.Node) -> str:
    return f"line {node.start_mark.line + 1}"


def _short(node: yaml.Node) -> str:
    text = " ".join(str(node.value).split())
    return text if len(text) <= 40 else text[:37] + "…"
