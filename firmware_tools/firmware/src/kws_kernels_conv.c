/* Convolutions as dot products: the window under an output pixel is widened to int16 once, then met by all filters.
 *
 * Two pixels and two filters are worked on at a time, so that each widened weight and each load serve twice. With the
 * DSP extension bytes are widened in pairs (0,2) and (1,3); the window is kept in that order to match.
 */
#include "kws_kernels.h"

/* ---- the window, widened ---- */

static void widen(const int8_t *bytes, int16_t *halves, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        halves[i] = bytes[i];
    }
}

static void fill(int16_t *halves, int16_t value, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        halves[i] = value;
    }
}

#if KWS_DSP
static void widen_paired(const int8_t *bytes, int16_t *halves, uint32_t count) {
    for (; count >= 4; count -= 4) {
        const uint32_t word = kws_load_word(bytes);
        kws_store_word(halves, kws_even_bytes(word));
        kws_store_word(halves + 2, kws_odd_bytes(word));
        bytes += 4;
        halves += 4;
    }
}

static void pair(int16_t *halves, uint32_t count) {
    for (; count >= 4; count -= 4, halves += 4) {
        const int16_t second = halves[1];
        halves[1] = halves[2];
        halves[2] = second;
    }
}
#endif

/* Input under output pixel (row, column) into window[depth]; outside the picture it is in_zero. */
static void gather(const kws_conv_params *p, const int8_t *input, int32_t row, int32_t column, int16_t *window) {
    const kws_window *w = &p->window;
    const uint32_t channels = w->in_channels;
    const int32_t top = row * w->stride_height - w->pad_top;
    const int32_t left = column * w->stride_width - w->pad_left;
    int16_t *next = window;
#if KWS_DSP
    const int paired = channels % 4 == 0;
#endif
    for (int32_t ky = 0; ky < w->kernel_height; ky++) {
        const int32_t y = top + ky * w->dilation_height;
        for (int32_t kx = 0; kx < w->kernel_width; kx++, next += channels) {
            const int32_t x = left + kx * w->dilation_width;
            if (y < 0 || y >= w->in_height || x < 0 || x >= w->in_width) {
                fill(next, p->range.in_zero, channels);
                continue;
            }
            const int8_t *pixel = input + (uint32_t)(y * w->in_width + x) * channels;
#if KWS_DSP
            if (paired) {
                widen_paired(pixel, next, channels);
                continue;
            }
#endif
            widen(pixel, next, channels);
        }
    }
    fill(next, 0, (uint32_t)(window + p->depth - next));
#if KWS_DSP
    if (!paired) {
        pair(window, p->depth);
    }
#endif
}

/* ---- dot products: sums[0..1] for the first filter at both pixels, sums[2..3] for the second ---- */

static inline void dot_2x2(const int16_t *x, const int16_t *y, const int8_t *f, const int8_t *g, uint32_t depth,
                           int32_t sums[4]) {
    int32_t fx = 0, fy = 0, gx = 0, gy = 0;
#if KWS_DSP
    for (const int8_t *end = f + depth; f != end; f += 4, g += 4, x += 4, y += 4) {
        const uint32_t f4 = kws_load_word(f), g4 = kws_load_word(g);
        const uint32_t f_even = kws_even_bytes(f4), f_odd = kws_odd_bytes(f4);
        const uint32_t g_even = kws_even_bytes(g4), g_odd = kws_odd_bytes(g4);
        const uint32_t x_even = kws_load_word(x), x_odd = kws_load_word(x + 2);
        const uint32_t y_even = kws_load_word(y), y_odd = kws_load_word(y + 2);
        fx = kws_dual_multiply_add(f_even, x_even, fx);
        gx = kws_dual_multiply_add(g_even, x_even, gx);
        fy = kws_dual_multiply_add(f_even, y_even, fy);
        gy = kws_dual_multiply_add(g_even, y_even, gy);
        fx = kws_dual_multiply_add(f_odd, x_odd, fx);
        gx = kws_dual_multiply_add(g_odd, x_odd, gx);
        fy = kws_dual_multiply_add(f_odd, y_odd, fy);
        gy = kws_dual_multiply_add(g_odd, y_odd, gy);
    }
#else
    for (uint32_t i = 0; i < depth; i++) {
        fx += f[i] * x[i];
        fy += f[i] * y[i];
        gx += g[i] * x[i];
        gy += g[i] * y[i];
    }
#endif
    sums[0] = fx;
    sums[1] = fy;
    sums[2] = gx;
    sums[3] = gy;
}

static inline int8_t finish(int32_t sum, const kws_channel *channel, const kws_range *range) {
    const uint32_t acc = (uint32_t)sum + (uint32_t)channel->bias;
    const int32_t twice = (int32_t)(channel->shift > 0 ? acc << 1 : acc);
    return kws_clamp(kws_requantize(twice, channel) + range->out_zero, range->least, range->most);
}

/* All filters at two neighbouring pixels; pixels == 1 writes the first only. */
static void filter(const kws_conv_params *p, const int16_t *window, int8_t *output, uint32_t pixels) {
    const uint32_t channels = p->window.out_channels;
    const int16_t *second = pixels > 1 ? window + p->depth : window;
    const int8_t *weights = p->weights;
    for (uint32_t c = 0; c < channels; c += 2) {
        const int both = c + 1 < channels;
        const int8_t *next = both ? weights + p->depth : weights;
        int32_t sums[4];
        dot_2x2(window, second, weights, next, p->depth, sums);
        const kws_channel *channel = p->channels + c;
        output[c] = finish(sums[0], channel, &p->range);
        if (pixels > 1) {
            output[channels + c] = finish(sums[1], channel, &p->range);
        }
        if (both) {
            output[c + 1] = finish(sums[2], channel + 1, &p->range);
            if (pixels > 1) {
                output[channels + c + 1] = finish(sums[3], channel + 1, &p->range);
            }
        }
        weights += 2 * (uint32_t)p->depth;
    }
}

void kws_conv(const kws_conv_params *params, const int8_t *input, int8_t *output, int16_t *scratch) {
    const int32_t width = params->window.out_width;
    const int32_t pixels = params->window.out_height * width;
    int32_t row = 0, column = 0;
    for (int32_t pixel = 0; pixel < pixels; pixel += 2) {
        const int32_t count = pixels - pixel > 1 ? 2 : 1;
        for (int32_t i = 0; i < count; i++) {
            gather(params, input, row, column, scratch + i * params->depth);
            if (++column == width) {
                column = 0;
                row++;
            }
        }
        filter(params, scratch, output + pixel * params->window.out_channels, (uint32_t)count);
    }
}
