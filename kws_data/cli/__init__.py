"""The command line: one file a verb, each loaded only when it is called; all that draws on a terminal.

May import: the whole library; no room may import it. Start reading at ``VERBS`` below, then ``run_.py``.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

import click

from firmware_tools.errors import KwsError
from kws_data import __version__
from kws_data.cli.lazy import LazyGroup
from kws_data.cli.terminal.output import OutputLost, ReaderGone, guard_output, one_line

#: verb -> (module below kws_data.cli, what it does), in pipeline order.
VERBS: dict[str, tuple[str, str]] = {
    "doctor": ("doctor", "Check this machine and the boards on it, and say what to mend."),
    "boards": ("boards", "List the boards kws knows and the serial ports that are there."),
    "new": ("new", "Write a commented configuration for keywords of your own."),
    "plan-data": ("plan_data.command", "Write a data plan from a few questions, or hold the catalogue against one."),
    "import": ("import_", "Take a folder of recordings into the catalogue."),
    "synth": ("synth", "Let synthetic people say the keywords, into the catalogue."),
    "record": ("record.command", "Record clips from a board over serial, into the catalogue."),
    "collect": ("collect", "Serve a page on which people record words in their browsers, with their consent."),
    "catalog": ("catalog", "Show what is in the catalogue, what is missing, and what was made of it."),
    "label": ("label.command", "Label clips in the browser, by machine or in Label Studio, and take labels over."),
    "agreement": ("agreement", "How far the people who label agree, and what they disagree on."),
    "audit": ("audit", "Find what is wrong with clips and labels, set it aside, bring it back."),
    "forget-speaker": ("forget_speaker", "Remove a person everywhere, and list what had heard them."),
    "split": ("split", "Show who trains, fixes the threshold and is tested, without leaks."),
    "build": ("build", "Build the data set: splits, augmentation, features."),
    "embed": ("embed", "Let a frozen speech encoder hear the clips, for tools that know words."),
    "dataset": ("dataset.command", "Compare built data sets, or write one out in another layout."),
    "search": ("search", "Search shapes and front ends for the best model within the limits."),
    "datasheet": ("datasheet", "Describe a data set: datasheet, page with plots, Croissant."),
    "train": ("train", "Train the model on the data set."),
    "export": ("export", "Convert to int8, slim the file, fix the threshold, generate C."),
    "check": ("check", "Hold the model against its limits: bytes, RAM, time."),
    "evaluate": ("evaluate", "Measure a bundle on a folder of clips or on long recordings."),
    "calibrate": ("calibrate", "Choose the thresholds of a run for a stated wish, on validation people."),
    "compare": ("compare", "Compare runs on the clips they were both tested on: paired tests, table, page."),
    "streams": ("streams.command", "Lay keywords into long recordings at known times, to evaluate a detector on."),
    "try": ("try_", "Hear the detector in a browser: the board's own C in one page."),
    "flash": ("flash", "Build the detector's firmware and write it to the board."),
    "device-eval": ("device_eval", "Replay the held-out clips on the board and measure."),
    "listen": ("listen.command", "Show what a board hears: level, spectrogram, keywords."),
    "slices": ("slices", "Find which clips fail: by accent, SNR, word and their combinations."),
    "select": ("select", "Choose which clips to label next, and say what to record."),
    "report": ("report", "Write report.html and report.json."),
    "run": ("run_", "All steps of one configuration, skipping what is current."),
    "bench": ("bench.command", "Measure speed against named baselines."),
}


@click.group(
    cls=LazyGroup,
    table=VERBS,
    title="Verbs, in pipeline order",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Example: kws run configs/demo.yaml",
)
@click.version_option(__version__, prog_name="kws")
def cli() -> None:
    """From a microphone on a board to a keyword detector proven on that board, in 16 KB."""


class Terminated(KeyboardInterrupt):
    """SIGTERM: ends what runs as Ctrl-C does."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 gate or check failed, 2 wrong input or a refusal, 130 interrupted,
    143 terminated."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _end_on_sigterm()
    _open_what_is_closed()
    guard_output()
    code = run(arguments)
    with suppress(ReaderGone, OutputLost):  # what an error left unsaid; at exit Python would complain
        if sys.stdout is not None:
            sys.stdout.flush()
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """The command line as a function: the exit code comes back."""
    try:
        result = cli.main(args=None if arguments is None else list(arguments), prog_name="kws", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except KwsError as error:
        return _refuse(error, error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 2
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "kws"
        return _complain(f"{_plainly(error.format_message())} (see {where} --help)", 2)
    except click.ClickException as error:
        return _complain(error.format_message(), 2)
    except (click.Abort, KeyboardInterrupt) as error:
        end = error.__cause__ or error
        known = str(end) if isinstance(end, KeyboardInterrupt) else ""  # a verb may know better
        said = known or "interrupted; nothing kept is lost, call it again to go on"
        return _complain(said, 143 if isinstance(end, Terminated) else 130)
    except ReaderGone:
        return 0
    except OutputLost as error:
        return _complain(f"output cannot be written: {error}. send it elsewhere", 2)
    except SystemExit as error:
        return _refuse(RuntimeError(f"a library ended it with {error.code}"), 2)
    except Exception as error:
        return _refuse(error, 2)


def _plainly(message: str) -> str:
    """Click names the type of an option that has limits."""
    return message.replace("is not a valid integer range", "is no whole number").replace(
        "is not a valid float range", "is no number"
    )


def _refuse(error: Exception, code: int) -> int:
    from kws_data.cli.faults import in_words

    return _complain(in_words(error), code)


def _complain(line: str, code: int) -> int:
    click.echo(f"kws: {one_line(line)}", err=True)
    return code


def _open_what_is_closed() -> None:
    """Open what a caller has closed of stdin, stdout and stderr on nothing: no file or pipe of ours may land there."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free


def _end_on_sigterm() -> None:
    """Let SIGTERM end this process as Ctrl-C does; processes that are forked from it end at once."""
    owner = os.getpid()

    def end(number: int, frame: FrameType | None) -> None:
        if os.getpid() == owner:
            raise Terminated
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, end)
