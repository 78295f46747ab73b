/* Convolutions as dot products: the window under an output pixel is widened to int16 once, then met by all filters.
 *
 * Two pixels and two filters are worked on at a time, so that each widened weight and each load serve twice. With the
 * DSP extension bytes are widened in pairs (0,2) and (1,3), so the windows of both pixels are kept interleaved in that
 * order: for every four inputs the words x(0,2) y(0,2) x(1,3) y(1,3). Without it they simply follow one another.
 */
#include "kws_kernels.h"

/* ---- the window, widened: input number `index` of the window of pixel `second` (0 or 1) ---- */

#if KWS_DSP
static void widen(const int8_t *bytes, int16_t *scratch, uint32_t index, uint32_t count, uint32_t second) {
    if (index % 4 == 0) {
        int16_t *group = scratch + index * 2 + second * 2;
        for (; count >= 4; count -= 4, index += 4, bytes += 4, group += 8) {
            const uint32_t word = kws_load_word(bytes);
            kws_store_word(group, kws_even_bytes(word));
            kws_store_word(group + 4, kws_odd_bytes(word));
        }
    }
    for (; count > 0; count--, index++) {
        scratch[index / 4 * 8 + index % 2 * 4 + second * 2 + index % 4 / 2] = *bytes++;
    }
}

static void fill(int16_t value, int16_t *scratch, uint32_t index, uint32_t count, uint32_t second) {
    for (; count > 0; count--, index++) {
        scratch[index / 4 * 8 + index % 2 * 4 + second * 2 + index % 4 / 2] = value;
    }
}
#define PIXEL_WINDOW(scratch, depth, second) (scratch)
#else
static void widen(const int8_t *bytes, int16_t *window, uint32_t index, uint32_t count, uint32_t second) {
    (void)second;
    for (uint32_t i = 0; i < count; i++) {
        window[index + i] = bytes[i];
    }
}

static void fill(int16_t value, int16_t *window, uint32_t index, uint32_t count, uint32_t second) {
    (void)second;
    for (uint32_t i = 0; i < count; i++) {
        window[index + i] = value;
    }
}
#define PIXEL_WINDOW(scratch, depth, second) ((scratch) + (second) * (depth))
#endif

/* Input under output pixel (row, column), outside the picture in_zero, zeros up to depth. */
static KWS_APART void gather(const kws_conv_params *p, const int8_t *input, int32_t row, int32_t column, int16_t *scratch,
                   uint32_t second) {
    const kws_window *w = &p->window;
    const uint32_t channels = w->in_channels;
    if (w->kernel_height == 1 && w->kernel_width == 1 && w->pad_top == 0 && w->pad_left == 0) {
        const int32_t place = row * w->stride_height * w->in_width + column * w->stride_width;
        int16_t *window = PIXEL_WINDOW(scratch, p->depth, second);
        widen(input + (uint32_t)place * channels, window, 0, channels, second);
        fill(0, window, channels, p->depth - channels, second);
        return;
    }
    const int32_t top = row * w->stride_height - w->pad_top;
    const int32_t left = column * w->stride_width - w->pad_left;
    int16_t *window = PIXEL_WINDOW(scratch, p->depth, second);
    uint32_t index = 0;
    for (int32_t ky = 0; ky < w->kernel_height; ky++) {
        const int32_t y = top + ky * w->dilation_height;
        for (int32_t kx = 0; kx < w->kernel_width; kx++, index += channels) {
            const int32_t x = left + kx * w->dilation_width;
            if (y < 0 || y >= w->in_height || x < 0 || x >= w->in_width) {
                fill(p->range.in_zero, window, index, channels, second);
            } else {
                widen(input + (uint32_t)(y * w->in_width + x) * channels, window, index, channels, second);
            }
        }
    }
    fill(0, window, index, p->depth - index, second);
}

/* ---- two filters at two pixels: sums[0..1] are the first filter's, sums[2..3] the second's ---- */

#if KWS_DSP_NATIVE
static KWS_APART void dot_2x2(const int16_t *windows, const int8_t *f, const int8_t *g, uint32_t depth,
                              int32_t sums[4]) {
    const int8_t *end = f + depth;
    int32_t fx = 0, fy = 0, gx = 0, gy = 0;
    uint32_t f4, g4, x, y, weights;
    __asm__ volatile(
        "1:\n"
        "ldr %[f4], [%[f]], #4\n"
        "ldr %[g4], [%[g]], #4\n"
        "ldr %[x], [%[windows]], #16\n"
        "ldr %[y], [%[windows], #-12]\n"
        "sxtb16 %[weights], %[f4]\n"
        "smlad %[fx], %[weights], %[x], %[fx]\n"
        "smlad %[fy], %[weights], %[y], %[fy]\n"
        "sxtb16 %[weights], %[g4]\n"
        "smlad %[gx], %[weights], %[x], %[gx]\n"
        "smlad %[gy], %[weights], %[y], %[gy]\n"
        "ldr %[x], [%[windows], #-8]\n"
        "ldr %[y], [%[windows], #-4]\n"
        "sxtb16 %[f4], %[f4], ror #8\n"
        "smlad %[fx], %[f4], %[x], %[fx]\n"
        "smlad %[fy], %[f4], %[y], %[fy]\n"
        "sxtb16 %[g4], %[g4], ror #8\n"
        "smlad %[gx], %[g4], %[x], %[gx]\n"
        "smlad %[gy], %[g4], %[y], %[gy]\n"
        "cmp %[f], %[end]\n"
        "bne 1b\n"
        : [f] "+r"(f), [g] "+r"(g), [windows] "+r"(windows), [fx] "+r"(fx), [fy] "+r"(fy), [gx] "+r"(gx),
          [gy] "+r"(gy), [f4] "=&r"(f4), [g4] "=&r"(g4), [x] "=&r"(x), [y] "=&r"(y), [weights] "=&r"(weights)
        : [end] "r"(end)
        : "cc", "memory");
    sums[0] = fx;
    sums[1] = fy;
    sums[2] = gx;
    sums[3] = gy;
}
#elif KWS_DSP
static inline void dot_2x2(const int16_t *windows, const int8_t *f, const int8_t *g, uint32_t depth, int32_t sums[4]) {
    int32_t fx = 0, fy = 0, gx = 0, gy = 0;
    for (const int8_t *end = f + depth; f != end; f += 4, g += 4, windows += 8) {
        const uint32_t f4 = kws_load_word(f), g4 = kws_load_word(g);
        uint32_t x = kws_load_word(windows), y = kws_load_word(windows + 2);
        uint32_t weights = kws_even_bytes(f4);
        fx = kws_dual_multiply_add(weights, x, fx);
        fy = kws_dual_multiply_add(weights, y, fy);
        weights = kws_even_bytes(g4);
        gx = kws_dual_multiply_add(weights, x, gx);
        gy = kws_dual_multiply_add(weights, y, gy);
        x = kws_load_word(windows + 4);
        y = kws_load_word(windows + 6);
        weights = kws_odd_bytes(f4);
        fx = kws_dual_multiply_add(weights, x, fx);
        fy = kws_dual_multiply_add(weights, y, fy);
        weights = kws_odd_bytes(g4);
        gx = kws_dual_multiply_add(weights, x, gx);
        gy = kws_dual_multiply_add(weights, y, gy);
    }
    sums[0] = fx;
    sums[1] = fy;
    sums[2] = gx;
    sums[3] = gy;
}
#else
static inline void dot_2x2(const int16_t *windows, const int8_t *f, const int8_t *g, uint32_t depth, int32_t sums[4]) {
    const int16_t *x = windows, *y = windows + depth;
    int32_t fx = 0, fy = 0, gx = 0, gy = 0;
    for (uint32_t i = 0; i < depth; i++) {
        fx += f[i] * x[i];
        fy += f[i] * y[i];
        gx += g[i] * x[i];
        gy += g[i] * y[i];
    }
    sums[0] = fx;
    sums[1] = fy;
    sums[2] = gx;
    sums[3] = gy;
}
#endif

/* ---- the same with weights of 4 bits: byte k of a word holds weight k in its high half and weight k + 4 in its low
 * one. The halves are widened as 16 times the weight, at the place of a sign, and the sums are divided in the end. ---- */

#define HIGH_HALVES 0xF0F0F0F0u
#define HALF_BITS 4

#if KWS_DSP_NATIVE
/* Four inputs of both windows and the high halves of both filters' words: the even ones, then the odd ones. */
#define FOUR                                                                                                          \
    "ldr %[x], [%[windows]], #16\n"                                                                                   \
    "ldr %[y], [%[windows], #-12]\n"                                                                                  \
    "and %[weights], %[f8], #0xF0F0F0F0\n"                                                                            \
    "sxtb16 %[weights], %[weights]\n"                                                                                 \
    "smlad %[fx], %[weights], %[x], %[fx]\n"                                                                          \
    "smlad %[fy], %[weights], %[y], %[fy]\n"                                                                          \
    "and %[weights], %[g8], #0xF0F0F0F0\n"                                                                            \
    "sxtb16 %[weights], %[weights]\n"                                                                                 \
    "smlad %[gx], %[weights], %[x], %[gx]\n"                                                                          \
    "smlad %[gy], %[weights], %[y], %[gy]\n"                                                                          \
    "ldr %[x], [%[windows], #-8]\n"                                                                                   \
    "ldr %[y], [%[windows], #-4]\n"                                                                                   \
    "and %[weights], %[f8], #0xF0F0F0F0\n"                                                                            \
    "sxtb16 %[weights], %[weights], ror #8\n"                                                                         \
    "smlad %[fx], %[weights], %[x], %[fx]\n"                                                                          \
    "smlad %[fy], %[weights], %[y], %[fy]\n"                                                                          \
    "and %[weights], %[g8], #0xF0F0F0F0\n"                                                                            \
    "sxtb16 %[weights], %[weights], ror #8\n"                                                                         \
    "smlad %[gx], %[weights], %[x], %[gx]\n"                                                                          \
    "smlad %[gy], %[weights], %[y], %[gy]\n"

static KWS_APART void dot_2x2_halves(const int16_t *windows, const int8_t *f, const int8_t *g, uint32_t depth,
                                     int32_t sums[4]) {
    int32_t fx = 0, fy = 0, gx = 0, gy = 0;
    uint32_t f8, g8, x, y, weights;
    __asm__ volatile(
        "subs %[left], #8\n"
        "blt 2f\n"
        "1:\n"
        "ldr %[f8], [%[f]], #4\n"
        "ldr %[g8], [%[g]], #4\n" FOUR
        "lsl %[f8], %[f8], #4\n"
        "lsl %[g8], %[g8], #4\n" FOUR
        "subs %[left], #8\n"
        "bge 1b\n"
        "2:\n"
        "adds %[left], #8\n"
        "beq 3f\n"
        "ldr %[f8], [%[f]]\n"
        "ldr %[g8], [%[g]]\n" FOUR
        "3:\n"
        : [f] "+r"(f), [g] "+r"(g), [windows] "+r"(windows), [left] "+r"(depth), [fx] "+r"(fx), [fy] "+r"(fy),
          [gx] "+r"(gx), [gy] "+r"(gy), [f8] "=&r"(f8), [g8] "=&r"(g8), [x] "=&r"(x), [y] "=&r"(y),
          [weights] "=&r"(weights)
        :
        : "cc", "memory");
    sums[0] = fx >> HALF_BITS;
    sums[1] = fy >> HALF_BITS;
    sums[2] = gx >> HALF_BITS;
    sums[3] = gy >> HALF_BITS;
}
#elif KWS_DSP
typedef struct {
    int32_t x, y;
} kws_pair_of_sums;

static inline kws_pair_of_sums add_four(uint32_t weights, const int16_t *windows, kws_pair_of_sums sums) {
    const uint32_t even = kws_even_bytes(weights), odd = kws_odd_bytes(weights);
    sums.x = kws_dual_multiply_add(even, kws_load_word(windows), sums.x);
    sums.y = kws_dual_multiply_add(even, kws_load_word(windows + 2), sums.y);
    sums.x = kws_dual_multiply_add(odd, kws_load_word(windows + 4), sums.x);
    sums.y = kws_dual_multiply_add(odd, kws_load_word(windows + 6), sums.y);
    return sums;
}

static KWS_APART void dot_2x2_halves(const int16_t *windows, const int8_t *f, const int8_t *g, uint32_t depth,
                                     int32_t sums[4]) {
    kws_pair_of_sums first = {0, 0}, second = {0, 0};
    for (const int8_t *end = f + depth / 8 * 4; f != end; f += 4, g += 4, windows += 16) {
        const uint32_t f8 = kws_load_word(f), g8 = kws_load_word(g);
        first = add_four(f8 & HIGH_HALVES, windows, first);
        second = add_four(g8 & HIGH_HALVES, windows, second);
        first = add_four((f8 << 4) & HIGH_HALVES, windows + 8, first);
        second = add_four((g8 << 4) & HIGH_HALVES, windows + 8, second);
    }
    if (depth & 4) {
        first = add_four(kws_load_word(f) & HIGH_HALVES, windows, first);
        second = add_four(kws_load_word(g) & HIGH_HALVES, windows, second);
    }
    sums[0] = first.x >> HALF_BITS;
    sums[1] = first.y >> HALF_BITS;
    sums[2] = second.x >> HALF_BITS;
    sums[3] = second.y >> HALF_BITS;
}
#else
static inline int32_t half(const int8_t *packed, uint32_t index) {
    const uint32_t byte = (uint8_t)packed[index / 8 * 4 + index % 4];
    return (int8_t)(uint8_t)(index % 8 < 4 ? byte & 0xF0u : byte << 4) >> HALF_BITS;
}

static inline void dot_2x2_halves(const int16_t *windows, const int8_t *f, const int8_t *g, uint32_t depth,
                                  int32_t sums[4]) {
    const int16_t *x = windows, *y = windows + depth;
    int32_t fx = 0, fy = 0, gx = 0, gy = 0;
    for (uint32_t i = 0; i < depth; i++) {
        const int32_t fi = half(f, i), gi = half(g, i);
        fx += fi * x[i];
        fy += fi * y[i];
        gx += gi * x[i];
        gy += gi * y[i];
    }
    sums[0] = fx;
    sums[1] = fy;
    sums[2] = gx;
    sums[3] = gy;
}
#endif

/* ---- from sums to outputs ---- */

static inline int32_t doubled(int32_t sum, int32_t bias) { return (int32_t)(((uint32_t)sum + (uint32_t)bias) * 2); }

/* `count` channels of two pixels; sums lie as dot_2x2 leaves them. `second` is written first: it may be `output`. */
static KWS_APART void finish_wide(const int32_t *sums, const kws_wide_channel *channel, const kws_range *range,
                                  int8_t *output, int8_t *second, uint32_t count) {
    for (uint32_t c = 0; c < count; c++, channel++) {
        for (uint32_t pixel = 2; pixel-- > 0;) {
            const int32_t sum = (int32_t)((uint32_t)sums[2 * c + pixel] + (uint32_t)channel->bias);
            const int32_t value = kws_scale(sum, channel->multiplier, channel->left, channel->right);
            (pixel ? second : output)[c] = kws_clamp(value + range->out_zero, range->least, range->most);
        }
    }
}

static KWS_APART void finish(const int32_t *sums, const kws_channel *channel, const kws_range *range, int8_t *output,
                             int8_t *second, uint32_t count) {
    const int32_t zero = range->out_zero, least = range->least, most = range->most;
    for (const int8_t *end = output + count; output != end; channel++) {
        const int32_t bias = kws_channel_bias(channel), multiplier = channel->multiplier;
        const int32_t shift = kws_channel_shift(channel);
        const int32_t first = kws_multiply_high(doubled(*sums++, bias), multiplier);
        const int32_t other = kws_multiply_high(doubled(*sums++, bias), multiplier);
        *second++ = kws_clamp(kws_shift_to(zero, other, shift), least, most);
        *output++ = kws_clamp(kws_shift_to(zero, first, shift), least, most);
    }
}

/* All filters at two neighbouring pixels, FILTERS at a time; `pixels` == 1 writes the first only. */
#define FILTERS 32
static KWS_APART void filter(const kws_conv_params *p, const int16_t *windows, int8_t *output, uint32_t pixels) {
    const uint32_t channels = p->window.out_channels, depth = p->depth;
    int8_t *second = output + (pixels > 1 ? channels : 0);
    for (uint32_t first = 0; first < channels; first += FILTERS) {
        const uint32_t count = channels - first < FILTERS ? channels - first : FILTERS;
        const uint32_t bytes = p->halves ? (depth + 7) / 8 * 4 : depth;
        const int8_t *weights = p->weights + first * bytes;
        int32_t sums[2 * FILTERS];
        if (p->halves) {
            for (uint32_t c = 0; c < count; c += 2, weights += 2 * bytes) {
                dot_2x2_halves(windows, weights, c + 1 < count ? weights + bytes : weights, depth, sums + 2 * c);
            }
        } else {
            for (uint32_t c = 0; c < count; c += 2, weights += 2 * depth) {
                dot_2x2(windows, weights, c + 1 < count ? weights + depth : weights, depth, sums + 2 * c);
            }
        }
        if (p->wide) {
            finish_wide(sums, p->wide + first, &p->range, output + first, second + first, count);
        } else {
            finish(sums, p->channels + first, &p->range, output + first, second + first, count);
        }
    }
}

void kws_conv(const kws_conv_params *params, const int8_t *input, int8_t *output, int16_t *scratch) {
    const int32_t width = params->window.out_width;
    const int32_t pixels = params->window.out_height * width;
    int32_t row = 0, column = 0;
    for (int32_t pixel = 0; pixel < pixels; pixel++) {
        gather(params, input, row, column, scratch, (uint32_t)pixel % 2);
        if (++column == width) {
            column = 0;
            row++;
        }
        if (pixel % 2) {
            filter(params, scratch, output + (pixel - 1) * params->window.out_channels, 2);
        } else if (pixel + 1 == pixels) { /* the last, alone: as both pixels, so that nothing unknown is read */
            gather(params, input, row - (column == 0), column == 0 ? width - 1 : column - 1, scratch, 1);
            filter(params, scratch, output + pixel * params->window.out_channels, 1);
        }
    }
}
