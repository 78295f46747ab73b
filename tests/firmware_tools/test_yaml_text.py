"""YAML is read so that nothing in it is lost, and what cannot be used is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from firmware_tools.yaml_text import MOST_VALUES, decoded, parse_yaml, read_yaml

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(12)
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("train: {epochs: 2}\nname: x\ntrain: {batch: 16}\n", "line 3: train stands twice, in lines 1 and 3: keep one"),
        ("a:\n  b: 1\n  b: 1\n", "line 3: b stands twice, in lines 2 and 3"),
        ("- {b: 1, c: 2, b: 3}\n", "b stands twice"),
        ("yes: 1\non: 2\n", "on stands twice, in lines 1 and 2"),
        ("1: x\n0x1: y\n", "0x1 stands twice"),
        ("a: &x {k: 1, k: 2}\nb: {<<: *x}\n", "k stands twice"),
        ("seed: 010\n", "line 1: YAML reads 010 as 8: write 8 for the number, quotes for the text"),
        ("at: 1:30\n", "YAML reads 1:30 as 90"),
        ("a: 2024-13-41\n", "2024-13-41 cannot be read: put it in quotes"),
        ("a: !!bool maybe\n", "maybe cannot be read"),
        ("a: !!timestamp x\n", "x cannot be read"),
        (f"a: {'9' * 5_000}\n", "cannot be read"),
        (f"a: 0x{'f' * 5_000}\n", "too large a number"),
        ("a:\n\tb: 1\n", "line 2: a tab: indent with blanks"),
        ("a: [1, 2\n", "a comma or ] is missing"),
        ("a: 'x\n", "a quote is not closed"),
        ("a: b: c\n", "line 1: a colon that cannot stand here"),
        ("a: *q\n", "*q refers to nothing"),
        ("a: !mine {}\n", "the tag !mine is not known"),
        ("a: @x\n", "@ cannot begin a value: put it in quotes"),
        ("[1]: x\n", "a list or a table cannot be a key"),
        ("a: 1\n---\nb: 2\n", "line 2: a second document"),
        ("<<: 3\n", "<< needs a table"),
        ("x: 1\na\x00: 1\n", "line 2: the character 0x0000"),
        ("a: &x [*x]\n", "an alias (*name) stands within what it repeats"),
        (BOMB, f"repeat more than {MOST_VALUES:,} values"),
        ("[" * 100_000, "nested too deeply"),
        ("{a: " * 10_000, "nested too deeply"),
    ],
)
def test_what_is_lost_or_misread_elsewhere_is_an_error_with_its_line(text: str, expected: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_yaml(text)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "just text",
        "a: 0\nb: 00\nc: -0\nd: 0x10\ne: 1_000\nf: 0b11\ng: 1.5e3\nh: .inf\ni: 0o7\n",
        "a: '010'\nb: \"1:30\"\nc: 10:00:00 o'clock\n",
        "a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}\nc: *x\n",
        "a: &x {k: 1}\nb: &y {l: 2}\nc:\n  <<: *x\n  <<: *y\nd: {<<: [*x, *y]}\n",
        "a: {k: 1}\nb: {k: 1}\n",
        "a: 2024-01-31\nb: yes\nc: null\nd: ~\n",
    ],
)
def test_all_else_is_read_as_yaml_reads_it(text: str) -> None:
    assert parse_yaml(text) == yaml.safe_load(text)


def test_bytes_are_utf_8_or_what_windows_writes_and_others_are_told_with_their_line(tmp_path: Path) -> None:
    text = "wörd: über\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (tmp_path / "x.yaml").write_bytes(text.encode(encoding))
        assert read_yaml(tmp_path / "x.yaml") == {"wörd": "über"}
    with pytest.raises(ValueError, match="line 2: byte 0xe4 is no UTF-8"):
        decoded(b"a: 1\nb: \xe4 x\n")
    with pytest.raises(ValueError, match="no UTF-8"):
        decoded(b"\xff\xfea")
