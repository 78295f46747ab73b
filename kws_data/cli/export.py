"""``kws export``."""

from __future__ import annotations

import json

from kws_data.cli.options import config_options, json_option, print_json, progress_bars, say, verb
from kws_data.config import Config


@verb("export", "kws export configs/demo.yaml")
@config_options
@json_option
def command(config: Config, as_json: bool) -> None:
    """Convert the model to int8, slim the file, fix the threshold on validation data, generate C."""
    from kws_data.cli.steps import run_steps

    with progress_bars() as progress:
        run_steps(config, ["export"], force=True, progress=progress)
    result = config.run_dir / "model/bundle.json"
    if as_json:
        print_json(json.loads(result.read_text()))
    else:
        say(f"wrote {result.parent}")
