"""``kws bench sanitized``."""

from __future__ import annotations

from pathlib import Path

import click

from kws_data.cli.options import Number, json_option, print_json, progress_bars, verb

SHOWN_FINDINGS = 12


@verb("sanitized", "kws bench sanitized --seconds 600 --keep found")
@click.option("--seconds", type=Number(1), default=600, show_default=True, help="Stop after so long.")
@click.option("--rounds", type=click.IntRange(1), default=None, help="Stop after so many rounds.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the first round.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), default=None, help="Keep networks that fail.")
@json_option
def command(seconds: float, rounds: int | None, seed: int, keep: Path | None, as_json: bool) -> int:
    """The firmware's C on this machine under AddressSanitizer and UndefinedBehaviorSanitizer, given anything.

    Listeners hear any samples in pieces of any length, with resets and losses, by windows and as streams; apps are sent
    commands and noise; random networks and those of damaged models that are not refused run in memory of just their
    size. Needs gcc or clang with the sanitizers' libraries. Exits 1 where one of them says something, or where a stream
    hears other than windows do. The same seed tries the same.
    """
    from kws_data.bench.sanitized.bench import SanitizedBench, bench_sanitized

    with progress_bars() as progress:
        found = bench_sanitized(SanitizedBench(seconds, rounds, seed, keep), progress)
    if as_json:
        print_json({"seed": seed, "passed": not found.findings, **found.to_dict()})
        return 1 if found.findings else 0
    for part, runs in found.runs.items():
        wrong = sum(finding.part == part for finding in found.findings)
        click.echo(f"{part}: {runs:,} runs, {wrong:,} with something to say")
    for finding in found.findings[:SHOWN_FINDINGS]:
        click.echo(f"{finding.part}, seed {finding.seed}: {finding.said}")
    return 1 if found.findings else 0
