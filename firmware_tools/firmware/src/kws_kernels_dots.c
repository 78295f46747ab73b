/* Dot products in plain C, for every core; kws_kernels_dots_2x3.c and _4x1.c have the same in assembly. */
#include "kws_dots.h"

#if !KWS_DSP_NATIVE

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
        kws_requantise(sums + pixel, channel, output, zero, 1);
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
#define MEET(weight, another, byte)                         \
    {                                                       \
        const int32_t one = weight, two = another, input = byte; \
        first += (int8_t)one * input;                       \
        second += one * input;                              \
        third += (int8_t)two * input;                       \
        fourth += two * input;                              \
    }

static void kws_add_groups_8bit(const int8_t *bytes, const int8_t *end, const int16_t *pair, const int16_t *other,
                                int32_t sums[4]) {
    int32_t first = sums[0], second = sums[1], third = sums[2], fourth = sums[3];
    KWS_ROLLED
    for (; bytes != end; bytes += 4, pair += 4, other += 4) {
        MEET(pair[0], other[0], bytes[0])
        MEET(pair[1], other[1], bytes[2])
        MEET(pair[2], other[2], bytes[1])
        MEET(pair[3], other[3], bytes[3])
    }
    sums[0] = first;
    sums[1] = second;
    sums[2] = third;
    sums[3] = fourth;
}

#define MEET_4BIT(halves, others, byte)                     \
    {                                                       \
        const int32_t input = byte;                         \
        first += kws_nibble((halves) << 4) * input;         \
        second += kws_nibble(halves) * input;               \
        third += kws_nibble((others) << 4) * input;         \
        fourth += kws_nibble(others) * input;               \
    }

static void kws_add_groups_4bit(const int8_t *bytes, const int8_t *end, const int16_t *pair, const int16_t *other,
                                int32_t sums[4]) {
    int32_t first = sums[0], second = sums[1], third = sums[2], fourth = sums[3];
    KWS_ROLLED
    for (; bytes != end; bytes += 4, pair += 2, other += 2) {
        const uint32_t low = (uint16_t)pair[0], high = (uint16_t)pair[1];
        const uint32_t others_low = (uint16_t)other[0], others_high = (uint16_t)other[1];
        MEET_4BIT(low, others_low, bytes[0])
        MEET_4BIT(low << 8, others_low << 8, bytes[1])
        MEET_4BIT(high, others_high, bytes[2])
        MEET_4BIT(high << 8, others_high << 8, bytes[3])
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
        kws_requantise(sums, channels, output, zero, 4);
        channels += 4;
        output += 4;
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
