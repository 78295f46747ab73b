"""A microphone's rate by this machine's clock, and what a rate that is far off comes from."""

from __future__ import annotations

from firmware_tools.link.clock import ClockEstimate
from kws_data.doctor.findings import Finding, bad, note, well

FAR_OFF_PPM = 5_000.0
OFF_PPM = 500.0
NEAR = 0.03  # so near to a simple ratio, it is that ratio

#: Simple ratios to the rate that was promised, their names, and what they come from.
RATIOS = {
    0.25: ("a quarter of the rate", "the firmware drops samples on purpose or its decimation is four times too high"),
    0.5: (
        "half the rate",
        "the driver delivers one of two channels, or its decimation is twice too high: ask it for twice the rate, or "
        "for mono",
    ),
    2.0: (
        "twice the rate",
        "two channels (left and right) are taken for one, or the microphone's clock is twice too fast: keep one "
        "channel, or double the decimation",
    ),
    4.0: ("four times the rate", "channels are taken for samples, or decimation is missing: keep one channel"),
}


def examine_clock(clock: ClockEstimate | None) -> Finding:
    """The finding on a measured rate (None: too little came)."""
    if clock is None:
        return note("clock", "too little came to measure it", "listen for longer: --seconds 10")
    way = "fast" if clock.ppm > 0 else "slow"
    found = f"{clock.rate_hz:.1f} Hz, {abs(clock.ppm):.0f} ± {clock.error_ppm:.0f} ppm {way}, by the {clock.basis}"
    values = {"rate_hz": round(clock.rate_hz, 2), "ppm": round(clock.ppm, 1), "error_ppm": round(clock.error_ppm, 1)}
    ratio = 1 + clock.ppm * 1e-6
    for simple, (name, remedy) in RATIOS.items():
        if abs(ratio / simple - 1) < NEAR:
            return bad("clock", f"{name}: {clock.rate_hz:.0f} Hz, by the {clock.basis}", remedy, **values)
    sure = max(0.0, abs(clock.ppm) - clock.error_ppm)
    if sure > FAR_OFF_PPM:
        heard = "slow" if clock.ppm > 0 else "fast"  # when it is played at the nominal rate
        remedy = f"speech plays {abs(clock.ppm) / 1e4:.1f} % too {heard}: set the dividers of the microphone's clock"
        return bad("clock", found, remedy, **values)
    if sure > OFF_PPM:
        remedy = "more than a crystal's error: the board may run from its RC oscillator"
        return note("clock", found, remedy, **values)
    return well("clock", found, **values)
