"""``kws build``."""

from __future__ import annotations

import json

from kws_data.cli.options import config_options, json_option, print_json, progress_bars, say, verb, workers_option
from kws_data.config import Config


@verb("build", "kws build configs/demo.yaml")
@config_options
@workers_option
@json_option
def command(config: Config, workers: int, as_json: bool) -> None:
    """Build the data set of CONFIG: splits without leaks, augmentation, features."""
    from kws_data.cli.steps import run_steps

    with progress_bars() as progress:
        run_steps(config, ["build"], workers=workers, force=True, progress=progress)
    result = config.run_dir / "dataset/dataset.json"
    if as_json:
        print_json(json.loads(result.read_text()))
    else:
        say(f"wrote {result.parent}")
