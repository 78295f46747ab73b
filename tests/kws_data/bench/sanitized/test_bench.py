"""The firmware's C under the sanitizers: a short round of everything, and that it would be seen."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from firmware_tools.errors import FirmwareError
from kws_data.bench.sanitized import bench as bench_module
from kws_data.bench.sanitized import compiler
from kws_data.bench.sanitized.bench import Finding, Sanitized, SanitizedBench, bench_sanitized
from kws_data.bench.sanitized.compiler import build_program, run_program, sanitizing_compiler
from kws_data.bench.sanitized.programs import BUNDLES, drawn_bundle
from kws_data.cli.bench.command import command
from kws_data.progress import no_progress

needs_sanitizers = pytest.mark.skipif(sanitizing_compiler() is None, reason="no gcc or clang with AddressSanitizer")


@needs_sanitizers
def test_three_rounds_of_everything_are_clean(tmp_path: Path) -> None:
    found = bench_sanitized(SanitizedBench(seconds=600, rounds=3, keep=tmp_path), no_progress)
    assert not found.findings
    assert found.runs["listeners"] == 3 * 2 * (len(BUNDLES) + 1) and found.runs["apps"] == 15
    assert found.runs["networks"] > 60 and found.runs["damaged"] > 15


@needs_sanitizers
@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("volatile char *at = malloc((size_t)argc + 2); at[argc + 2] = 1;", "heap-buffer-overflow"),
        ("int most = 2147483647; most += argc; return most == 0;", "signed integer overflow"),
        ("int left = -argc; left <<= 3; return left == 0;", "left shift of negative value"),
        ("return 2;", "status 2"),
    ],
)
def test_what_is_wrong_is_said(statement: str, expected: str, tmp_path: Path) -> None:
    text = f"#include <stdlib.h>\nint main(int argc, char **argv) {{ (void)argc, (void)argv; {statement} return 0; }}\n"
    program = build_program([text], {}, tmp_path, includes=[], name="wrong")
    assert expected in run_program(program)[1]


@needs_sanitizers
def test_a_network_that_fails_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every network is refused by a compiler that is given a header that is nowhere; listeners are left out."""
    monkeypatch.setattr(bench_module, "BUILDS", (("-include", "nowhere.h"),))
    monkeypatch.setattr(bench_module, "BUNDLES", ())
    monkeypatch.setattr(bench_module, "APPS", ())
    monkeypatch.setattr(bench_module, "NETWORKS", 2)
    found = bench_sanitized(SanitizedBench(rounds=1, keep=tmp_path), no_progress)
    assert "C compiler refused" in found.findings[0].said
    assert (tmp_path / "networks-0-1.tflite").is_file()


def test_without_a_compiler_it_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "CANDIDATES", ())
    sanitizing_compiler.cache_clear()
    with pytest.raises(FirmwareError, match="install gcc or clang"):
        bench_sanitized(SanitizedBench(rounds=1), no_progress)
    sanitizing_compiler.cache_clear()


def test_front_ends_are_drawn_the_same_each_time() -> None:
    assert drawn_bundle(4) == drawn_bundle(4) != drawn_bundle(5)


def test_the_verb_exits_with_1_where_something_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = Sanitized(Counter(apps=2)), Sanitized(Counter(apps=2), [Finding("apps", 3, "recorder: overflow")])
    for found, code in ((good, 0), (bad, 1)):
        monkeypatch.setattr(bench_module, "bench_sanitized", lambda bench, progress, found=found: found)
        result = CliRunner().invoke(command, ["sanitized"], standalone_mode=False)
        assert int(result.return_value or 0) == code and "apps: 2 runs" in result.stdout
    assert "apps, seed 3: recorder: overflow" in result.stdout
    result = CliRunner().invoke(command, ["sanitized", "--json"], standalone_mode=False)
    assert result.return_value == 1 and json.loads(result.stdout)["findings"][0]["seed"] == 3
