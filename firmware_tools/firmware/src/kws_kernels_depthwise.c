/* Depthwise convolution, one channel at a time as a plain filter over a padded copy of it.
 *
 * The channel is gathered into int16 (so that the result may overwrite it in the same tensor) and its weights are
 * widened twice: (w0,w1)(w2,w3).. for outputs at even columns and (0,w0)(w1,w2).. for odd ones. Every pair of samples
 * that is loaded then serves both kinds, and four outputs are computed at a time.
 */
#include "kws_kernels.h"

/* Input channel `channel` into plane[rows][columns], in_zero around it. */
static KWS_APART void gather(const kws_depthwise_params *p, const int8_t *input, uint32_t channel, int16_t *plane) {
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
static KWS_APART void widen(const kws_depthwise_params *p, const int8_t *weights, int32_t doubled, int16_t *pairs) {
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

/* Four neighbouring sums over the rows of the kernel; samples is word-aligned. */
static KWS_APART void four(const int16_t *samples, const int16_t *weights, const int16_t *end, uint32_t down,
                           int32_t *sums) {
    int32_t a = sums[0], b = a, c = a, d = a;
    for (const uint32_t pairs = (uint32_t)sums[1]; weights != end; samples += down) {
        const int16_t *row_end = weights + pairs;
        uint32_t here = kws_load_word(samples);
        for (const int16_t *next = samples; weights != row_end; weights += 4) {
            const uint32_t even = kws_load_word(weights), odd = kws_load_word(weights + 2);
            a = kws_dual_multiply_add(here, even, a);
            b = kws_dual_multiply_add(here, odd, b);
            here = kws_load_word(next += 2);
            c = kws_dual_multiply_add(here, even, c);
            d = kws_dual_multiply_add(here, odd, d);
        }
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

/* One sum, at any stride. */
static int32_t one(const int16_t *samples, const int16_t *weights, const int16_t *end, uint32_t down, uint32_t pairs,
                   int32_t sum) {
    for (; weights != end; samples += down) {
        const int16_t *row_end = weights + pairs;
        for (const int16_t *next = samples; weights != row_end; next += 2, weights += 4) {
            sum = kws_dual_multiply_add(kws_load_word(next), kws_load_word(weights), sum);
        }
    }
    return sum;
}

/* `count` sums, each requantised and written `step` bytes after the last. */
static KWS_APART void finish(const int32_t *sums, const kws_channel *channel, const kws_range *range, int8_t *output,
                             uint32_t step, int32_t count) {
    const int32_t zero = range->out_zero, least = range->least, most = range->most;
    if (channel->shift <= 0) {
        for (int32_t i = 0; i < count; i++, output += step) {
            *output = kws_clamp(kws_requantize(sums[i], channel) + zero, least, most);
        }
        return;
    }
    const int32_t multiplier = channel->multiplier, rounding = channel->rounding, shift = channel->shift;
    if (least > INT8_MIN || most < INT8_MAX) {
        for (int32_t i = 0; i < count; i++, output += step) {
            const int32_t high = kws_multiply_high(sums[i], multiplier);
            *output = kws_clamp(kws_rounding_shift(high, rounding, shift) + zero, least, most);
        }
        return;
    }
    for (const int32_t *end = sums + count; sums != end; output += step) {
        const int32_t high = kws_multiply_high(*sums++, multiplier);
        *output = kws_clamp(kws_rounding_shift(high, rounding, shift) + zero, INT8_MIN, INT8_MAX);
    }
}

/* One row of outputs of one channel, SUMS at a time. */
#define SUMS 32
static KWS_APART void filter_row(const kws_depthwise_params *p, const int16_t *plane, const int16_t *pairs,
                                 const kws_channel *channel, int32_t bias, int8_t *output) {
    const kws_window *w = &p->window;
    const uint32_t down = (uint32_t)p->columns * w->dilation_height, step = w->out_channels;
    const int16_t *end = pairs + 4 * (uint32_t)p->pairs * w->kernel_height;
    for (int32_t column = 0; column < w->out_width; column += SUMS) {
        const int32_t count = w->out_width - column < SUMS ? w->out_width - column : SUMS;
        int32_t sums[SUMS];
        if (w->stride_width == 1) {
            for (int32_t i = 0; i < count; i += 4) {
                sums[i] = bias;
                sums[i + 1] = 4 * p->pairs;
                four(plane + column + i, pairs, end, down, sums + i);
            }
        } else {
            for (int32_t i = 0; i < count; i++) {
                sums[i] = one(plane + (column + i) * w->stride_width, pairs, end, down, 4 * p->pairs, bias);
            }
        }
        finish(sums, channel, &p->range, output + (uint32_t)column * step, step, count);
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
