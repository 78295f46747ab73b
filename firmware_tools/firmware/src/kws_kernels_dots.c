/* Dot products in plain C, for every core; kws_kernels_dots_2x3.c and _4x1.c have the same in assembly. */
#include "kws_dots.h"

#if !KWS_DSP_NATIVE

static inline int8_t requantised(int32_t sum, const kws_channel *channel, int32_t zero) {
    const int32_t high = kws_multiply_high((sum + kws_channel_bias(channel)) * 2, channel->multiplier);
    return kws_clamp(kws_shift_to(zero, high, kws_channel_shift(channel)), INT8_MIN, INT8_MAX);
}

#if KWS_DSP
void kws_widen(const int8_t *bytes, int16_t *window, uint32_t groups, uint32_t absent) {
    for (uint32_t i = 0; i < 4 * groups - absent; i++) {
        window[i / 4 * 4 * KWS_PIXELS + i % 2 * 2 * KWS_PIXELS + i % 4 / 2] = bytes[i];
    }
    for (uint32_t i = 4 * groups - absent; i < 4 * groups; i++) {
        window[i / 4 * 4 * KWS_PIXELS + i % 2 * 2 * KWS_PIXELS + i % 4 / 2] = 0;
    }
}

static void finish(const int32_t *sums, const kws_channel *channel, int8_t *output, uint32_t step, int32_t zero) {
    for (uint32_t pixel = 0; pixel < KWS_PIXELS; pixel++, output += step) {
        *output = requantised(sums[pixel], channel, zero);
    }
}

void kws_dots_2x3(const int16_t *windows, const int16_t *weights, const kws_channel *channels, int8_t *output,
                  uint32_t step, int32_t zero, uint32_t groups, const int16_t *end) {
    for (; weights != end; weights += 4 * groups, channels += 2, output += 2) {
        int32_t first[KWS_PIXELS] = {0}, second[KWS_PIXELS] = {0};
        for (uint32_t i = 0; i < 4 * groups; i++) {
            for (uint32_t pixel = 0; pixel < KWS_PIXELS; pixel++) {
                const int32_t input = windows[i / 2 * 2 * KWS_PIXELS + 2 * pixel + i % 2];
                first[pixel] += (int8_t)weights[i] * input;
                second[pixel] += (weights[i] - (int8_t)weights[i]) / 256 * input;
            }
        }
        finish(first, channels, output, step, zero);
        finish(second, channels + 1, output + 1, step, zero);
    }
}

void kws_dots_2x3_4bit(const int16_t *windows, const int16_t *weights, const kws_channel *channels, int8_t *output,
                       uint32_t step, int32_t zero, uint32_t groups, const int16_t *end) {
    for (; weights != end; weights += 2 * groups, channels += 2, output += 2) {
        int32_t first[KWS_PIXELS] = {0}, second[KWS_PIXELS] = {0};
        for (uint32_t i = 0; i < 4 * groups; i++) {
            const uint32_t halves = (uint16_t)weights[i / 4 * 2 + i % 2] << (i % 4 < 2 ? 0 : 8);
            for (uint32_t pixel = 0; pixel < KWS_PIXELS; pixel++) {
                const int32_t input = windows[i / 2 * 2 * KWS_PIXELS + 2 * pixel + i % 2];
                first[pixel] += kws_nibble(halves << 4) * input;
                second[pixel] += kws_nibble(halves) * input;
            }
        }
        finish(first, channels, output, step, zero);
        finish(second, channels + 1, output + 1, step, zero);
    }
}
#endif

/* ---- four filters at one pixel ---- */

/* Adds to sums[0] and [1] what groups of four inputs, up to `end`, give with a pair of filters, to sums[2] and [3] what
 * they give with another. With weights of 8 bits the second sum of a pair gathers 256 times the second filter's and the
 * first's. */
typedef void add_function(const int8_t *bytes, const int8_t *end, const int16_t *pair, const int16_t *other,
                          int32_t sums[4]);

#if KWS_SHORT_MULTIPLY_NATIVE
add_function kws_add_groups_8bit, kws_add_groups_4bit; /* kws_kernels_dots_short.c */
#else
static void kws_add_groups_8bit(const int8_t *bytes, const int8_t *end, const int16_t *pair, const int16_t *other,
                                int32_t sums[4]) {
    int32_t first = sums[0], second = sums[1], third = sums[2], fourth = sums[3];
    KWS_ROLLED
    for (; bytes != end; bytes += 4, pair += 4, other += 4) {
        KWS_ROLLED
        for (uint32_t i = 0; i < 4; i++) {
            const int32_t input = bytes[i == 1 ? 2 : i == 2 ? 1 : i], weight = pair[i], another = other[i];
            first += (int8_t)weight * input;
            second += weight * input;
            third += (int8_t)another * input;
            fourth += another * input;
        }
    }
    sums[0] = first;
    sums[1] = second;
    sums[2] = third;
    sums[3] = fourth;
}

static void kws_add_groups_4bit(const int8_t *bytes, const int8_t *end, const int16_t *pair, const int16_t *other,
                                int32_t sums[4]) {
    int32_t first = sums[0], second = sums[1], third = sums[2], fourth = sums[3];
    KWS_ROLLED
    for (; bytes != end; pair += 2, other += 2) {
        KWS_ROLLED
        for (uint32_t i = 0; i < 4; i++) {
            const int32_t input = *bytes++, up = i % 2 * 8;
            const uint32_t halves = (uint32_t)(uint16_t)pair[i / 2] << up, others = (uint32_t)(uint16_t)other[i / 2] << up;
            first += kws_nibble(halves << 4) * input;
            second += kws_nibble(halves) * input;
            third += kws_nibble(others << 4) * input;
            fourth += kws_nibble(others) * input;
        }
    }
    sums[0] = first;
    sums[1] = second;
    sums[2] = third;
    sums[3] = fourth;
}
#endif

/* All filters up to `end`; a group's weights of a pair are `halves` halfwords. */
static inline void dots_4x1(const int8_t *bytes, const int16_t *weights, const kws_channel *channels, int8_t *output,
                            uint32_t apart, int32_t zero, uint32_t groups, uint32_t absent, const int16_t *end,
                            add_function *add, uint32_t halves) {
    const uint32_t whole = groups - (absent > 0), behind = whole * halves;
    int8_t last[4] = {0, 0, 0, 0};
    kws_copy_bytes(last, bytes + 4 * whole, absent > 0 ? 4 - (int32_t)absent : 0);
    do {
        int32_t sums[4] = {0, 0, 0, 0};
        if (whole > 0) {
            add(bytes, bytes + 4 * whole, weights, weights + apart, sums);
        }
        if (absent > 0) {
            add(last, last + 4, weights + behind, weights + behind + apart, sums);
        }
        if (halves == 4) {
            sums[1] = (sums[1] - sums[0]) >> 8;
            sums[3] = (sums[3] - sums[2]) >> 8;
        }
        if (channels == 0) {
            __builtin_memcpy(output, sums, sizeof sums);
            return;
        }
        KWS_ROLLED
        for (uint32_t i = 0; i < 4; i++) {
            *output++ = requantised(sums[i], channels++, zero);
        }
        weights += apart + halves * groups;
    } while (weights != end);
}

void kws_dots_4x1(const int8_t *bytes, const int16_t *weights, const kws_channel *channels, int8_t *output,
                  uint32_t apart, int32_t zero, uint32_t groups, uint32_t absent, const int16_t *end) {
    dots_4x1(bytes, weights, channels, output, apart, zero, groups, absent, end, kws_add_groups_8bit, 4);
}

void kws_dots_4x1_4bit(const int8_t *bytes, const int16_t *weights, const kws_channel *channels, int8_t *output,
                       uint32_t apart, int32_t zero, uint32_t groups, uint32_t absent, const int16_t *end) {
    dots_4x1(bytes, weights, channels, output, apart, zero, groups, absent, end, kws_add_groups_4bit, 2);
}

#else
typedef int kws_dots_are_in_assembly; /* a file must declare something */
#endif
