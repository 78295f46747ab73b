"""Cells that a board may listen from: known to ``kws check`` before anything is measured."""

from __future__ import annotations

#: Names of cells, and the charge that their makers' data sheets name, in milliampere hours.
CELLS_MAH = {"CR2032": 225, "2xAAA": 1_000, "LiPo": 500}
USUAL_CELL = "CR2032"
