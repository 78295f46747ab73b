/* One output of four channels that lie side by side, on any core: sums, and what becomes of them. */
#ifndef KWS_DEPTHWISE_FOUR_H
#define KWS_DEPTHWISE_FOUR_H

#include <stdint.h>

#include "kws_kernels.h"

#if KWS_SHORT_MULTIPLY /* there are eight registers: two channels at a time */
static KWS_APART void kws_add_two(const int8_t *samples, const int8_t *weights, const int8_t *end, uint32_t step,
                                  int32_t *sums) {
    int32_t first = sums[0], second = sums[1];
    KWS_ROLLED
    for (; weights != end; samples += step, weights += 4) {
        first += samples[0] * weights[0];
        second += samples[1] * weights[1];
        KWS_IN_ORDER(first, second)
    }
    sums[0] = first;
    sums[1] = second;
}
#endif

/* Adds products to the sums of four channels: `taps` samples `step` bytes apart, weights word after word. */
static inline void kws_add_taps(const int8_t *samples, const int8_t *weights, uint32_t taps, uint32_t step,
                                int32_t *sums) {
    const int8_t *end = weights + 4 * taps;
#if KWS_SHORT_MULTIPLY
    kws_add_two(samples, weights, end, step, sums);
    kws_add_two(samples + 2, weights + 2, end + 2, step, sums + 2);
#else
    int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    KWS_ROLLED
    for (; weights != end; samples += step, weights += 4) {
#if KWS_DSP
        const uint32_t sample = kws_load_word(samples), weight = kws_load_word(weights);
        const uint32_t even = kws_even_bytes(sample), even_weight = kws_even_bytes(weight);
        const uint32_t odd = kws_odd_bytes(sample), odd_weight = kws_odd_bytes(weight);
        a += (int16_t)even * (int16_t)even_weight;
        b += (int16_t)odd * (int16_t)odd_weight;
        c += (int16_t)(even >> 16) * (int16_t)(even_weight >> 16);
        d += (int16_t)(odd >> 16) * (int16_t)(odd_weight >> 16);
#else
        a += samples[0] * weights[0];
        b += samples[1] * weights[1];
        c += samples[2] * weights[2];
        d += samples[3] * weights[3];
#endif
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
#endif
}

/* Keeps outputs within the range. */
static inline void kws_limit_all(const kws_range *range, int8_t *outputs, uint32_t count) {
    if (range->least > INT8_MIN || range->most < INT8_MAX) {
        KWS_ROLLED
        for (const int8_t *end = outputs + count; outputs != end; outputs++) {
            *outputs = kws_clamp(*outputs, range->least, range->most);
        }
    }
}

static KWS_APART void kws_finish_wide(const int32_t *sums, const kws_wide_channel *channel, int32_t zero,
                                      int8_t *outputs, uint32_t count) {
    KWS_ROLLED
    for (const int8_t *end = outputs + count; outputs != end; channel++) {
        const uint32_t sum = (uint32_t)channel->bias + (uint32_t)*sums++; /* the bias may have wrapped */
        const int32_t value = kws_scale((int32_t)sum, channel->multiplier, channel->left, channel->right);
        *outputs++ = kws_clamp(zero + value, INT8_MIN, INT8_MAX);
    }
}

/* Outputs of `count` channels from number `c` on; one of `channels` and `wide` is NULL. */
static inline void kws_finish(const int32_t *sums, const kws_channel *channels, const kws_wide_channel *wide, uint32_t c,
                              const kws_range *range, int8_t *outputs, uint32_t count) {
    const int32_t zero = range->out_zero;
    if (wide) {
        kws_finish_wide(sums, wide + c, zero, outputs, count);
    } else {
        const kws_channel *channel = channels + c, *end = channel + count;
        int8_t *next = outputs;
        KWS_ROLLED
        for (; channel != end; channel++) {
            const int32_t high = kws_multiply_high((kws_channel_bias(channel) + *sums++) * 2, channel->multiplier);
            *next++ = kws_clamp(kws_shift_to(zero, high, kws_channel_shift(channel)), INT8_MIN, INT8_MAX);
        }
    }
    kws_limit_all(range, outputs, count);
}

#endif
