"""Limits held and broken, and where the bytes go: file, RAM, always-on island, image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kws_data.pages.bars import stacked
from kws_data.pages.html import Html, Verdict, says, table, text
from kws_data.report.results import RunResults

MOST_SYMBOLS = 12
TIGHT = 0.95  # of a limit: what is above it leaves no room for another keyword


def limits_section(results: RunResults) -> str:
    """A sentence, and a table of each limit with what weighs most."""
    sentence, verdict = _sentence(results.budget["checks"])
    return says(sentence, verdict) + budget_table(results.budget["checks"])


def _sentence(checks: list[dict[str, Any]]) -> tuple[str, Verdict]:
    broken = [check for check in checks if not check["passed"]]
    if broken:
        names = ", ".join(
            f"{one['name']} ({one['measured']:,.6g} of {one['limit']:,.6g} {one['unit']})" for one in broken
        )
        return f"{len(broken)} of {len(checks)} limits are broken: {names}.", "bad"
    if not checks:
        return "No limit was set.", "doubt"
    near = max(checks, key=lambda one: one["measured"] / one["limit"])
    used = near["measured"] / near["limit"]
    said = f"All {len(checks)} limits hold, measured, not estimated; the nearest, {near['name']}, is used to "
    said += f"{100 * used:.0f} %"
    return (f"{said}.", "good") if used <= TIGHT else (f"{said}: there is hardly room for a change.", "doubt")


def budget_table(checks: list[dict[str, Any]]) -> str:
    """Each limit and what was measured; below, in full width, what weighs most."""
    rows = []
    for check in checks:
        verdict = '<span class="ok">within</span>' if check["passed"] else '<span class="no">broken</span>'
        rows.append((check["name"], f"{check['measured']:,.6g}", f"{check['limit']:,}", check["unit"], verdict))
    head = ("limit", "measured", "allowed", "unit", "")
    parts = "".join(map(_weighs_most, checks))
    below = f"<p>What weighs most:</p><ul>{parts}</ul>" if parts else ""
    return table(rows, head, numbers=(1, 2), caption="Limits (budget:), measured") + below


def _weighs_most(check: Mapping[str, Any]) -> str:
    largest = ", ".join(f"{item['name']} {item['amount']:,.6g}" for item in check.get("largest", [])[:3])
    return f"<li>{text(check['name'])}: {text(largest)}</li>" if largest else ""


def memory_section(results: RunResults) -> str:
    """A sentence, and bars of what file, arena, island and image consist of."""
    budget = results.budget
    by_name = {check["name"]: check for check in budget["checks"]}
    bars = [_bar(by_name[name], title) for name, title in _CHECKED if name in by_name]
    island = budget.get("island")
    if island and island.get("by_kind"):
        limit = by_name.get("island_bytes", {}).get("limit") or 0
        bars.append(stacked(_largest_first(island["by_kind"]), limit, "bytes", "Always-on island, by kind"))
    return says(_memory_sentence(results)) + "".join(bars) + _image(results)


_CHECKED = (("model_bytes", "Model file"), ("arena_bytes", "Arena of TensorFlow Lite Micro"))


def _memory_sentence(results: RunResults) -> str:
    model = results.document["model"]
    said = f"The model file is {model['tflite_bytes']:,} bytes"
    if results.size is not None:
        said += f"; the whole image takes {results.size['flash_bytes']:,} bytes of flash and "
        said += f"{results.size['ram_bytes']:,} of RAM"
    island = results.budget.get("island") or {}
    if island.get("by_kind"):
        kind, amount = _largest_first(island["by_kind"])[0]
        said += f"; of what must stay awake ({island['bytes']:,} bytes) most is {kind} ({amount:,.0f})"
    return said + "."


def _largest_first(amounts: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(((name, float(amount)) for name, amount in amounts.items()), key=lambda one: (-one[1], one[0]))


def _bar(check: Mapping[str, Any], title: str) -> str:
    return stacked(with_rest(check), float(check["limit"]), check["unit"], title)


def with_rest(check: Mapping[str, Any]) -> list[tuple[str, float]]:
    """The largest parts of a limit, and all others as one."""
    parts = [(part["name"], float(part["amount"])) for part in check["largest"]]
    rest = check["measured"] - sum(amount for _, amount in parts)
    return [*parts, ("others", rest)] if rest > 0 else parts


def _image(results: RunResults) -> str:
    """What the image's bytes go to: sections as the memory map has them, and the largest symbols."""
    size = results.size
    if size is None:
        return ""
    totals = (
        f"Image for {size.get('board', 'the board')}: {size['flash_bytes']:,} B of flash, {size['ram_bytes']:,} B of "
        f"RAM, of these {size['stack_bytes']:,} B reserved for the stack."
    )
    sections = [(name, f"{count:,}", _WHERE.get(name, "")) for name, count in size.get("sections", {}).items()]
    symbols = [(name, f"{count:,}") for name, count in list(size["by_symbol"].items())[:MOST_SYMBOLS]]
    return Html(
        f"<h3>Memory map</h3><p>{text(totals)}</p>"
        '<div class="cols"><div>'
        + table(sections, ("section", "bytes", "where"), numbers=(1,), caption="Sections of the image")
        + "</div><div>"
        + table(symbols, ("symbol", "bytes"), numbers=(1,), caption="Its largest symbols")
        + "</div></div>"
    )


_WHERE = {
    ".vectors": "flash: interrupt vectors",
    ".text": "flash: code",
    ".rodata": "flash: weights, tables, texts",
    ".data": "flash and RAM: variables with a start value",
    ".bss": "RAM: variables that start as 0",
    ".stack": "RAM: stack",
    ".heap": "RAM: heap",
}
