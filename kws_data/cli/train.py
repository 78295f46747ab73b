"""``kws train``."""

from __future__ import annotations

import json

from kws_data.cli.options import config_options, json_option, print_json, progress_bars, say, verb
from kws_data.config import Config


@verb("train", "kws train configs/demo.yaml --set train.epochs=10")
@config_options
@json_option
def command(config: Config, as_json: bool) -> None:
    """Train the model of CONFIG on its data set."""
    from kws_data.cli.steps import run_steps

    with progress_bars() as progress:
        run_steps(config, ["train"], force=True, progress=progress)
    result = config.run_dir / "model/history.json"
    if as_json:
        print_json(json.loads(result.read_text()))
    else:
        say(f"wrote {result.parent}")
