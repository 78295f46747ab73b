"""Samples that do not lie as they were heard: each one twice, neighbours swapped, every other one dead, two in one.

A microphone does not know whether a sample's number is even or odd, so nothing that it hears differs between the two;
whatever does was made on the way (a slot read twice, the halves of a 32-bit word in the wrong order, two channels taken
for one). So the steps between neighbours are compared by phase: from even samples to the next (2k to 2k+1), and from
odd ones (2k+1 to 2k+2). Their *lean*, the logarithm of the ratio of their powers, scatters around zero for any clean
sound, loud or soft, and

==================  ============================================================================================
each sample twice   the even steps are nothing: 2k and 2k+1 are equal, 2k+1 and 2k+2 are not
neighbours swapped  odd steps span three samples and lean, but once the pairs are swapped back nothing leans any more
a dead channel      all even, or all odd samples hold one value
two in one          it leans, and no swapping helps: two channels in turn, or every other sample was filled in (then it
                    is the curvature that leans: a filled-in sample lies on the line between its neighbours)
==================  ============================================================================================

In the spectrum all four are the same fault: an image of the sound, mirrored at a quarter of the rate. A white noise
looks alike however it is sorted, so a sound with a shape is needed, such as speech; and a steady tone at exactly a
quarter of the rate leans by itself, so nothing is said of one. Nothing here sees that every second sample was left out:
that aliases, and only the rate by the host's clock shows it (:mod:`kws_data.doctor.clock`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from kws_data.audio import Samples
from kws_data.doctor.findings import Finding, bad

BLOCK_S = 0.05
MIN_BLOCKS = 16  # that lean: noise between words leans nowhere, whatever was done to it
LEAN = math.log(1.25)  # of the powers of steps
AGREE = 0.9  # share of the blocks that lean which lean the same way; half of them in a clean sound
EQUAL_SHARE, UNEQUAL_SHARE = 0.98, 0.8
ROUNDING = 200.0  # power of steps of int16: below, what a tone leaves when it is rounded leans as it likes
DEAD_SPREAD, ALIVE_RMS = 2, 8.0  # of a channel, in steps of int16
TONE_SHARE, TONE_HALF_WIDTH_HZ = 0.3, 60.0
KERNELS = ((1.0, -1.0), (1.0, 0.0, 0.0, -1.0), (1.0, -2.0, 1.0))  # steps over one sample, over three, curvature


def examine_pairs(samples: Samples, sample_rate_hz: int) -> Iterator[Finding]:
    """At most one finding on int16 [n] of a room in which somebody speaks, best two seconds or more."""
    block = max(50, int(BLOCK_S * sample_rate_hz / 2)) * 2
    if len(samples) < MIN_BLOCKS * block or _quarter_tone(samples, sample_rate_hz):
        return
    even, odd = samples[: len(samples) // 2 * 2].reshape(-1, 2).T
    for channel, alive, which in ((even, odd, "even"), (odd, even, "odd")):
        if np.ptp(channel.astype(np.int64)) <= DEAD_SPREAD and float(np.std(alive)) >= ALIVE_RMS:
            yield _dead_channel(which, int(np.median(channel)))
            return
    twice = equal_share(samples)
    if twice is not None:
        yield bad(
            "each sample twice",
            f"{twice:.0%} of the samples are followed by themselves: the sound has half the rate",
            "the driver fills both channels from one, or a 32-bit slot is read as two: read 32-bit slots, keep one "
            "channel, and shift to 16 bits in the port",
            equal_share=twice,
        )
        return
    leans = _leans(samples, block)
    if leans != 0.0:
        yield _swapped(leans) if _is_swapped(samples, block) else _two_in_one(leans)


def _dead_channel(which: str, value: int) -> Finding:
    return bad(
        "silent channel",
        f"all {which} samples are {value}, the others hear: one of two channels is dead",
        "the firmware reads two channels as one, and the microphone talks in one of them: read that one only; if "
        "it is the wrong one of two, its left/right pin (L/R, SEL) chooses the other",
        channel=which,
        value=value,
    )


def _swapped(leans: float) -> Finding:
    return bad(
        "swapped samples",
        "neighbouring samples come in the wrong order; swapped back they fit",
        "two 16-bit samples of a 32-bit word arrive upper half first (ESP32 I2S in 16-bit mode): swap each pair in "
        "the port, or read 32-bit slots",
        step_power_ratio=round(math.exp(abs(leans)), 2),
    )


def _two_in_one(leans: float) -> Finding:
    return bad(
        "two channels in one",
        "even and odd samples differ in kind: they are two channels in turn, or every other one is made up",
        "read one channel (left or right) of the two; if the microphone's rate is half, set its clock, do not fill in",
        step_power_ratio=round(math.exp(abs(leans)), 2),
    )


def equal_share(samples: Samples) -> float | None:
    """Share of pairs (2k, 2k+1), or (2k+1, 2k+2), of int16 [n >= 4] that are equal, where that is nearly all and the
    other kind is not; None otherwise. A sound of a step or two is equal anyhow and gives None."""
    same = samples[1:] == samples[:-1]
    shares = sorted((float(same[0::2].mean()), float(same[1::2].mean())))
    return shares[1] if shares[1] >= EQUAL_SHARE and shares[0] <= UNEQUAL_SHARE else None


def swap_pairs(samples: Samples, first: int = 0) -> Samples:
    """int16 [n] with the samples ``first`` and ``first + 1`` swapped, the next two, and so on."""
    turned = samples.copy()
    count = (len(samples) - first) // 2 * 2
    turned[first : first + count] = samples[first : first + count].reshape(-1, 2)[:, ::-1].ravel()
    return turned


def lean(samples: Samples, block: int, kernel: Sequence[float] = KERNELS[0]) -> float:
    """How much the steps that ``kernel`` takes lean to odd numbers (positive) or even ones, for int16 [n]: the median
    logarithm of the ratio of powers over those blocks (of an even number of samples) that lean; 0.0 where it is not
    sure."""
    power = np.convolve(samples.astype(np.float64), kernel, "valid") ** 2
    count = len(power) // block
    means = power[: count * block].reshape(count, block // 2, 2).mean(axis=1)
    means = means[means.sum(axis=1) > ROUNDING]
    ratios = np.log((means[:, 1] + 1e-3) / (means[:, 0] + 1e-3))
    ratios = ratios[np.abs(ratios) > LEAN]
    if len(ratios) < MIN_BLOCKS:
        return 0.0
    middle = float(np.median(ratios))
    return middle if float(np.mean(np.sign(ratios) == np.sign(middle))) >= AGREE else 0.0


def _leans(samples: Samples, block: int) -> float:
    """The largest lean over the kernels, with its sign."""
    return max((lean(samples, block, kernel) for kernel in KERNELS), key=abs)


def _is_swapped(samples: Samples, block: int) -> bool:
    """Whether nothing leans any more once all pairs are swapped back, begun at either sample."""
    return any(_leans(swap_pairs(samples, first), block) == 0.0 for first in (0, 1))


def _quarter_tone(samples: Samples, sample_rate_hz: int) -> bool:
    """Whether a tone at a quarter of the rate makes up much of the sound."""
    values = samples.astype(np.float64) - samples.mean()
    power = np.abs(np.fft.rfft(values * np.hanning(len(values)))) ** 2
    at = np.arange(len(power)) * (sample_rate_hz / len(values))
    near = np.abs(at - sample_rate_hz / 4) <= TONE_HALF_WIDTH_HZ
    return float(power[near].sum()) > TONE_SHARE * (float(power.sum()) or 1.0)
