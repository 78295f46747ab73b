"""The table that embedded people look for: code, data, stack and arena of each image, and the budget of the demo.

Called by ``.ci/run`` in the folder in which ``make demo`` has run, and by ``make sizes``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from firmware_tools.boards.spec import list_boards, load_board
from firmware_tools.image.build import build_image
from kws_data.errors import KwsError
from kws_data.run_folder import read_json

CODE, CONSTANTS, FIRST_VALUES, VARIABLES = (".vectors", ".text"), (".rodata",), (".data",), (".bss",)


def row(size: dict[str, Any]) -> str:
    """One image: bytes of code, constants, first values, variables, stack; of these the model's arena."""

    def of(names: tuple[str, ...]) -> int:
        return sum(size["sections"].get(name, 0) for name in names)

    parts = (of(CODE), of(CONSTANTS), of(FIRST_VALUES), of(VARIABLES), size["stack_bytes"])
    arena = sum(count for name, count in size["by_symbol"].items() if name.endswith(".arena"))
    totals = (arena, size["flash_bytes"], size["ram_bytes"])
    return f"{size['app']:<9} {size['board']:<10}" + "".join(f"{value:>10,}" for value in (*parts, *totals))


def table(run: Path) -> str:
    """All images, then the checks of the run in ``run``."""
    head = ("code", "constants", "data", "bss", "stack", "arena", "flash", "ram")
    lines = [f"{'image':<9} {'board':<10}" + "".join(f"{name:>10}" for name in head)]
    with TemporaryDirectory() as folder:
        for board in list_boards():
            lines.append(row(build_image(load_board(board.name), "recorder", {}, Path(folder)).to_dict()))
    lines.append(row(read_json(run / "firmware" / "size.json", "check")))
    lines += [
        "",
        f"budget of {run.name}: {'kept' if read_json(run / 'model/budget.json', 'check')['passed'] else 'BROKEN'}",
    ]
    for check in read_json(run / "model/budget.json", "check")["checks"]:
        lines.append(f"{check['name']:<16}{check['measured']:>12,.6g} {check['unit']:<6} limit {check['limit']:,g}")
    return "\n".join(lines)


if __name__ == "__main__":
    try:
        print(table(Path(sys.argv[1] if len(sys.argv) > 1 else "runs/demo")))
    except KwsError as error:
        sys.exit(f"{error} (make demo makes all of it)")
