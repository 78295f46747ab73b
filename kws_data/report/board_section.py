"""What the board did with the same clips, and how long it took."""

from __future__ import annotations

from kws_data.evaluation.evaluation_report import DeviceEvaluation
from kws_data.evaluation.stream_evaluation import ResponseTimes
from kws_data.pages.bars import stacked
from kws_data.pages.html import Verdict, says, table
from kws_data.pages.numbers import percent
from kws_data.report.advice.on_run import RESPONSE_MS
from kws_data.report.limits_section import with_rest
from kws_data.report.results import RunResults


def board_section(results: RunResults) -> str:
    """A sentence, figures, and what the latency consists of; empty where no board of ours runs the detector."""
    device = results.evaluation.device
    if device is None:
        return ""
    sentence, verdict = _sentence(device)
    checks = [check for check in results.budget["checks"] if check["name"] == "latency_ms"]
    bars = "".join(stacked(with_rest(check), float(check["limit"]), "ms", "After the last sample") for check in checks)
    return says(sentence, verdict) + f'<div class="cols">{_figures(device)}<div>{bars}</div></div>'


def _sentence(device: DeviceEvaluation) -> tuple[str, Verdict]:
    clips, agreement = device.clips.metrics.clips, device.clips.agreement
    different = round((1.0 - agreement) * clips)
    where = f"the board ({device.clips.board})"
    if different:
        return f"{where.capitalize()} gives other scores than the host on {different:,} of {clips:,} clips.", "bad"
    answer = device.response_ms
    said = f"On all {clips:,} clips {where} gives the host's scores to the byte; it decides "
    said += f"{device.clips.timing.latency_ms.p95:.1f} ms after the last sample (p95)"
    if not answer.detected:
        return f"{said}, but in a stream it detected none of {answer.words} words.", "bad"
    said += f" and answers {answer.p95:.0f} ms after a word ends (p95 of the {answer.detected} of {answer.words} words "
    said += "heard, said one by one in quiet)"
    if answer.p95 > RESPONSE_MS:
        return f"{said}, which is felt above {RESPONSE_MS:.0f} ms.", "doubt"
    return f"{said}.", "good"


def _figures(device: DeviceEvaluation) -> str:
    timing = device.clips.timing
    latency = ", ".join(f"{name} {value:.2f} ms" for name, value in vars(timing.latency_ms).items())
    rows = [
        ("clips replayed through the serial port", f"{device.clips.metrics.clips:,}"),
        ("host and board agree, byte for byte", percent(device.clips.agreement)),
        ("front end, slowest frame", f"{timing.cycles.frontend_frame:,} cycles"),
        ("inference", f"{timing.cycles.inference:,} cycles"),
        ("latency after the last sample", latency),
        ("response after the end of the word, streaming", _response(device.response_ms)),
        ("image", f"{device.image_flash_bytes:,} B of flash, {device.image_ram_bytes:,} B of RAM"),
    ]
    return table(rows, ("what", "measured"), caption="Measured on the board")


def _response(response: ResponseTimes) -> str:
    if not response.detected:
        return f"none of {response.words} words was detected"
    return f"p50 {response.p50:.0f} ms, p95 {response.p95:.0f} ms"
