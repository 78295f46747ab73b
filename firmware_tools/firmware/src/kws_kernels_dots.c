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

/* Sums of a pair of filters: sums[0] of the first, sums[1] of the second. */
static KWS_APART void add_pair(const int8_t *bytes, const int16_t *weights, uint32_t groups, uint32_t absent,
                               int32_t *sums) {
    int32_t first = 0, both = 0;
#define MEET(weight, byte)                          \
    {                                               \
        const int32_t pair = weight, input = byte;  \
        first += (int8_t)pair * input;              \
        both += pair * input;                       \
        KWS_IN_ORDER(first, both)                   \
    }
    KWS_ROLLED
    for (const int8_t *end = bytes + 4 * groups - (absent > 0 ? 4 : 0); bytes != end; bytes += 4, weights += 4) {
        MEET(weights[0], bytes[0])
        MEET(weights[1], bytes[2])
        MEET(weights[2], bytes[1])
        MEET(weights[3], bytes[3])
    }
    if (absent > 0) {
        MEET(weights[0], bytes[0])
        MEET(weights[1], absent < 2 ? bytes[2] : 0)
        MEET(weights[2], absent < 3 ? bytes[1] : 0)
    }
#undef MEET
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

static KWS_APART void add_pair_4bit(const int8_t *bytes, const int16_t *weights, uint32_t groups, uint32_t absent,
                                    int32_t *sums) {
    int32_t first = 0, second = 0;
#define MEET(halves, byte)                          \
    {                                               \
        const int32_t input = byte;                 \
        second += kws_nibble(halves) * input;       \
        first += kws_nibble(halves << 4) * input;   \
        KWS_IN_ORDER(first, second)                 \
    }
    KWS_ROLLED
    for (const int8_t *end = bytes + 4 * groups - (absent > 0 ? 4 : 0); bytes != end; bytes += 4, weights += 2) {
        const uint32_t low = (uint16_t)weights[0], high = (uint16_t)weights[1];
        MEET(low, bytes[0])
        MEET(low << 8, bytes[1])
        MEET(high, bytes[2])
        MEET(high << 8, bytes[3])
    }
    if (absent > 0) {
        const uint32_t low = (uint16_t)weights[0], high = (uint16_t)weights[1];
        MEET(low, bytes[0])
        MEET(low << 8, absent < 3 ? bytes[1] : 0)
        MEET(high, absent < 2 ? bytes[2] : 0)
    }
#undef MEET
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
