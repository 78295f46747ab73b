/* Depthwise convolution, one channel at a time as a plain filter over a padded copy of it.
 *
 * The channel is gathered into int16 (so that the result may overwrite it in the same tensor) and its weights are
 * widened twice: (w0,w1)(w2,w3).. for outputs at even columns and (0,w0)(w1,w2).. for odd ones. Every pair of samples
 * that is loaded then serves both kinds, and four outputs are computed at a time.
 */
#include "kws_kernels.h"

/* Input channel `channel` into plane[rows][columns], in_zero around it. */
static void gather(const kws_depthwise_params *p, const int8_t *input, uint32_t channel, int16_t *plane) {
    const kws_window *w = &p->window;
    const int16_t zero = p->range.in_zero;
    const uint32_t channels = w->in_channels;
    for (int32_t r = 0; r < p->rows; r++, plane += p->columns) {
        const int32_t y = r - w->pad_top;
        int32_t column = 0, inside = 0;
        if (y >= 0 && y < w->in_height) {
            const int8_t *pixel = input + (uint32_t)(y * w->in_width) * channels + channel;
            inside = p->columns - w->pad_left < w->in_width ? p->columns - w->pad_left : w->in_width;
            for (; column < w->pad_left; column++) {
                plane[column] = zero;
            }
            for (int32_t i = 0; i < inside; i++, pixel += channels) {
                plane[column++] = *pixel;
            }
        }
        for (; column < p->columns; column++) {
            plane[column] = zero;
        }
    }
}

/* Weights of one output channel, shifted left by `doubled`, as interleaved even and odd pairs of each row. */
static void widen(const kws_depthwise_params *p, const int8_t *weights, int32_t doubled, int16_t *pairs) {
    const int32_t width = p->window.kernel_width;
    const int32_t spread = p->window.dilation_width;
    const int32_t count = 4 * p->pairs;
    for (int32_t row = 0; row < p->window.kernel_height; row++, pairs += count, weights += width) {
        for (int32_t i = 0; i < count; i++) {
            pairs[i] = 0;
        }
        for (int32_t i = 0; i < width; i++) {
            const int32_t even = i * spread, odd = even + 1;
            const int16_t weight = (int16_t)(weights[i] * (1 << doubled));
            pairs[even / 2 * 4 + even % 2] = weight;
            pairs[odd / 2 * 4 + 2 + odd % 2] = weight;
        }
    }
}

/* Four neighbouring outputs; samples is word-aligned. */
static inline void four(const int16_t *samples, const int16_t *weights, uint32_t pairs, int32_t sums[4]) {
    int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    uint32_t here = kws_load_word(samples);
    for (; pairs > 0; pairs--) {
        const uint32_t even = kws_load_word(weights), odd = kws_load_word(weights + 2);
        const uint32_t next = kws_load_word(samples += 2);
        weights += 4;
        a = kws_dual_multiply_add(here, even, a);
        b = kws_dual_multiply_add(here, odd, b);
        c = kws_dual_multiply_add(next, even, c);
        d = kws_dual_multiply_add(next, odd, d);
        here = next;
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

static inline int32_t one(const int16_t *samples, const int16_t *weights, uint32_t pairs, int32_t sum) {
    for (; pairs > 0; pairs--, samples += 2, weights += 4) {
        sum = kws_dual_multiply_add(kws_load_word(samples), kws_load_word(weights), sum);
    }
    return sum;
}

/* One row of outputs of one channel; `twice` sums as kws_requantize wants them. */
static void filter_row(const kws_depthwise_params *p, const int16_t *plane, const int16_t *pairs,
                       const kws_channel *channel, int32_t bias, int8_t *output) {
    const kws_window *w = &p->window;
    const int32_t step = w->out_channels;
    const uint32_t down = (uint32_t)p->columns * w->dilation_height;
    const int32_t together = w->stride_width == 1 ? 4 : 1;
    for (int32_t column = 0; column < w->out_width; column += together) {
        int32_t sums[4] = {bias, bias, bias, bias};
        const int16_t *samples = plane + column * w->stride_width;
        const int16_t *weights = pairs;
        for (int32_t row = 0; row < w->kernel_height; row++, samples += down, weights += 4 * p->pairs) {
            if (together == 4) {
                four(samples, weights, p->pairs, sums);
            } else {
                sums[0] = one(samples, weights, p->pairs, sums[0]);
            }
        }
        const int32_t left = w->out_width - column;
        for (int32_t i = 0; i < together && i < left; i++, output += step) {
            const int32_t value = kws_requantize(sums[i], channel) + p->range.out_zero;
            *output = kws_clamp(value, p->range.least, p->range.most);
        }
    }
}

void kws_depthwise(const kws_depthwise_params *params, const int8_t *input, int8_t *output, int16_t *scratch) {
    const kws_window *w = &params->window;
    const uint32_t taps = (uint32_t)w->kernel_height * w->kernel_width;
    int16_t *pairs = scratch + (uint32_t)params->rows * params->columns;
    for (uint32_t c = 0; c < w->out_channels; c++) {
        const kws_channel *channel = params->channels + c;
        const int32_t doubled = channel->shift > 0;
        if (c % params->per_input == 0) {
            gather(params, input, c / params->per_input, scratch);
        }
        widen(params, params->weights + c * taps, doubled, pairs);
        const int32_t bias = (int32_t)((uint32_t)channel->bias << doubled);
        for (uint32_t row = 0; row < w->out_height; row++) {
            const int16_t *plane = scratch + row * w->stride_height * params->columns;
            filter_row(params, plane, pairs, channel, bias, output + row * w->out_width * w->out_channels + c);
        }
    }
}
