/* Dot products in plain C, for every core; kws_kernels_dots_2x3.c and _4x1.c have the same in assembly. */
#include "kws_dots.h"

#if !KWS_DSP_NATIVE

/* Where input 0 to 3 of a group lies among the four weights or halfwords of one. */
static const uint8_t INPUT[4] = {0, 2, 1, 3};

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

static inline void add_pair(const int8_t *bytes, const int16_t *weights, uint32_t groups, uint32_t absent,
                            int32_t *sums) {
    int32_t first = 0, both = 0;
    for (; groups > 1; groups--, bytes += 4, weights += 4) {
        for (uint32_t i = 0; i < 4; i++) {
            const int32_t input = bytes[INPUT[i]];
            first += (int8_t)weights[i] * input;
            both += weights[i] * input;
        }
    }
    for (uint32_t i = 0; i < 4; i++) {
        const int32_t input = INPUT[i] + absent < 4 ? bytes[INPUT[i]] : 0;
        first += (int8_t)weights[i] * input;
        both += weights[i] * input;
    }
    sums[0] = first;
    sums[1] = (both - first) >> 8;
}

static void finish_four(const int32_t sums[4], const kws_channel *channels, int8_t *output, int32_t zero) {
    for (uint32_t i = 0; i < 4; i++) {
        output[i] = requantised(sums[i], channels + i, zero);
    }
}

void kws_dots_4x1(const int8_t *bytes, const int16_t *weights, const kws_channel *channels, int8_t *output,
                  uint32_t apart, int32_t zero, uint32_t groups, uint32_t absent, const int16_t *end) {
    int32_t sums[4];
    do {
        add_pair(bytes, weights, groups, absent, sums);
        add_pair(bytes, weights + apart, groups, absent, sums + 2);
        if (channels == 0) {
            __builtin_memcpy(output, sums, sizeof sums);
            return;
        }
        finish_four(sums, channels, output, zero);
        weights += apart + 4 * groups;
        channels += 4;
        output += 4;
    } while (weights != end);
}

static inline void add_pair_4bit(const int8_t *bytes, const int16_t *weights, uint32_t groups, uint32_t absent,
                                 int32_t *sums) {
    int32_t first = 0, second = 0;
    for (uint32_t i = 0; i < 4 * groups - absent; i++) {
        const uint32_t halves = (uint16_t)weights[i / 4 * 2 + i % 4 / 2] << (i % 2 ? 8 : 0);
        first += kws_nibble(halves << 4) * bytes[i];
        second += kws_nibble(halves) * bytes[i];
    }
    sums[0] = first;
    sums[1] = second;
}

void kws_dots_4x1_4bit(const int8_t *bytes, const int16_t *weights, const kws_channel *channels, int8_t *output,
                       uint32_t apart, int32_t zero, uint32_t groups, uint32_t absent, const int16_t *end) {
    int32_t sums[4];
    do {
        add_pair_4bit(bytes, weights, groups, absent, sums);
        add_pair_4bit(bytes, weights + apart, groups, absent, sums + 2);
        if (channels == 0) {
            __builtin_memcpy(output, sums, sizeof sums);
            return;
        }
        finish_four(sums, channels, output, zero);
        weights += apart + 2 * groups;
        channels += 4;
        output += 4;
    } while (weights != end);
}

#else
typedef int kws_dots_are_in_assembly; /* a file must declare something */
#endif
