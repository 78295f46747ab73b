"""``kws evaluate CONFIG``: the run's own bundle on a split of its own data set."""

from __future__ import annotations

from kws_data.cli.detector_here import detector_here
from kws_data.cli.options import print_json, progress_bars, say
from kws_data.config.config import Config


def evaluate_run(
    config: Config, split: str, engine: str, port: str | None, reason: str, who: str | None, as_json: bool
) -> None:
    """Measure and print; a look at the sealed test needs a reason.

    Raises:
        DataError: there is none; the run is not built or exported, or its model is of another data set.
        LeakError: the test holds kin of training.
    """
    from kws_data.bundle import ModelBundle
    from kws_data.cli.terminal.clip_figures import print_metrics, print_sealed
    from kws_data.evaluation.run_split import check_split, evaluate_split, no_reason
    from kws_data.evaluation.sealed import TEST, Looking

    if split == TEST and not reason.strip():
        raise no_reason()
    recordings, bundle = config.data.recordings, ModelBundle.load(config.run_dir / "model")
    check_split(config.run_dir, bundle, split, recordings)  # before an image is built for a board
    looking = Looking("evaluate", reason, who)
    board = (config.device.board, port or config.device.port)
    with detector_here(bundle, engine, *board) as detector, progress_bars() as progress:
        found = evaluate_split(detector, config.run_dir, split, recordings, looking, progress)
    if as_json:
        print_json(found.to_dict())
        return
    print_metrics(found.found)
    if found.sealed is not None and found.sealed.models > 1:
        print_sealed(found.sealed.to_dict(found.clips))
    for note in found.notes:
        say(f"  {note}")
