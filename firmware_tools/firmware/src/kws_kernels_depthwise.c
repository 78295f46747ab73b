/* Depthwise convolution over padded copies of channels, so that the result may overwrite them in the same tensor.
 *
 * With the DSP extension four channels are copied as they lie side by side and filtered together (kws_depthwise.h); the
 * others, and what those kernels do not serve, one at a time.
 */
#include "kws_depthwise.h"

/* ---- one channel ---- */

/* One channel, of which `input` is the first sample, into the inside of a plane, which begins at `inside`. */
static KWS_APART void gather_plane(const kws_depthwise_params *p, const int8_t *input, int16_t *inside) {
    const uint32_t columns = p->inside_columns, step = p->in_step, jump = p->in_jump, down = p->columns;
    KWS_ROLLED
    for (uint32_t left = p->inside_rows; left > 0; left--, inside += down, input += jump) {
        const int8_t *next = input;
        int16_t *halves = inside;
        KWS_ROLLED
        for (const int16_t *end = halves + columns; halves != end; next += step) {
            *halves++ = *next;
        }
    }
}

static KWS_APART int8_t requantised(const kws_depthwise_params *p, uint32_t number, int32_t sum) {
    const kws_range *range = &p->range;
    if (p->wide) {
        const kws_wide_channel *wide = p->wide + number;
        const int32_t value = kws_scale(sum, wide->multiplier, wide->left, wide->right);
        return kws_clamp(value + range->out_zero, range->least, range->most);
    }
    const kws_channel *channel = p->channels + number;
    const int32_t high = kws_multiply_high(sum * 2, channel->multiplier);
    return kws_clamp(kws_shift_to(range->out_zero, high, kws_channel_shift(channel)), range->least, range->most);
}

/* Two outputs, whose samples lie `apart` from one another. */
static KWS_APART void filter_two(const kws_depthwise_params *p, const int16_t *samples, uint32_t apart,
                                 const int8_t *weights, uint32_t between, uint32_t *sums) {
    const uint32_t taps = p->window.kernel_width, spread = p->window.dilation_width;
    const uint32_t down = (uint32_t)p->columns * p->window.dilation_height - spread * taps;
    const uint32_t unused = between * (p->taps - taps);
    uint32_t first = sums[0], second = sums[1]; /* wide biases may wrap */
    KWS_ROLLED
    for (uint32_t row = p->window.kernel_height; row > 0; row--, samples += down, weights += unused) {
        KWS_ROLLED
        for (uint32_t left = taps; left > 0; left--, samples += spread, weights += between) {
            const int32_t weight = *weights;
            first += (uint32_t)(weight * samples[0]);
            second += (uint32_t)(weight * samples[apart]);
        }
    }
    sums[0] = first;
    sums[1] = second;
}

/* All outputs of channel `number`, whose weights lie `between` from one another. */
static KWS_APART void filter_plane(const kws_depthwise_params *p, const int16_t *plane, uint32_t number,
                                   const int8_t *weights, uint32_t between, int8_t *output) {
    const kws_window *w = &p->window;
    const uint32_t stride = w->stride_width, step = p->out_step;
    const uint32_t bias = (uint32_t)(p->wide ? p->wide[number].bias : kws_channel_bias(p->channels + number));
    for (uint32_t row = w->out_height; row > 0; row--, output += p->out_jump) {
        const int16_t *samples = plane;
        int8_t *next = output;
        uint32_t left = w->out_width;
        while (left > 0) {
            const uint32_t two = left > 1;
            uint32_t sums[2] = {bias, bias};
            filter_two(p, samples, two * stride, weights, between, sums);
            *next = requantised(p, number, (int32_t)sums[0]);
            if (two) {
                next[step] = requantised(p, number, (int32_t)sums[1]);
            }
            samples += 2 * stride;
            next += 2 * step;
            left -= 1 + two;
        }
        plane += (uint32_t)w->stride_height * p->columns;
    }
}

static void filter_planes(const kws_depthwise_params *p, const int8_t *input, int8_t *output, int16_t *plane) {
    const kws_window *w = &p->window;
    const uint32_t taps = (uint32_t)w->kernel_height * p->taps, channels = w->out_channels;
    const uint32_t size = (uint32_t)p->rows * p->columns;
    const int8_t *weights = p->weights;
    KWS_ROLLED
    for (uint32_t i = 0; i < size; i++) {
        plane[i] = p->range.in_zero;
    }
    for (uint32_t c = 0; c < channels; c++) {
        if (c % p->per_input == 0) {
            gather_plane(p, input + c / p->per_input, plane + w->pad_top * p->columns + w->pad_left);
        }
        if (p->piece > 0) {
            filter_plane(p, plane, c, kws_weights_in_fours(weights, c, channels, taps), 4, output + c);
        } else {
            filter_plane(p, plane, c, weights + c * taps, 1, output + c);
        }
    }
}

#if KWS_DSP
/* ---- four channels ---- */

/* Words, one `step` bytes after the other. */
static inline void pick_words(const int8_t *bytes, uint32_t step, int8_t *words, uint32_t count) {
    KWS_ROLLED
    for (; count >= 4; count -= 4, words += 16) {
        const uint32_t a = kws_load_word(bytes), b = kws_load_word(bytes + step);
        bytes += 2 * step;
        const uint32_t c = kws_load_word(bytes), d = kws_load_word(bytes + step);
        bytes += 2 * step;
        kws_store_word(words, a);
        kws_store_word(words + 4, b);
        kws_store_word(words + 8, c);
        kws_store_word(words + 12, d);
    }
    KWS_ROLLED
    for (; count > 0; count--, words += 4, bytes += step) {
        kws_store_word(words, kws_load_word(bytes));
    }
}

static KWS_APART void gather_four(const kws_depthwise_params *p, const int8_t *input, int8_t *inside) {
    const uint32_t columns = p->inside_columns, step = p->in_step, jump = p->in_jump, down = 4u * p->columns;
    KWS_ROLLED
    for (uint32_t left = p->inside_rows; left > 0; left--, inside += down, input += jump) {
        pick_words(input, step, inside, columns);
    }
}

static KWS_APART void limit(const kws_depthwise_params *p, int8_t *output) {
    KWS_ROLLED
    for (uint32_t left = p->window.out_width; left > 0; left--, output += p->out_step) {
        KWS_ROLLED
        for (uint32_t c = 0; c < 4; c++) {
            output[c] = kws_clamp(output[c], p->range.least, p->range.most);
        }
    }
}

/* A row of four channels of which the last ones are wanted, by way of the stack. */
#define TOGETHER 16
static KWS_APART void filter_last(const kws_depthwise_params *p, kws_depthwise_row row, const int8_t *samples,
                                  const int8_t *weights, int8_t *output) {
    const uint32_t wanted = p->window.out_channels % 4, step = row.step;
    int8_t outputs[4 * TOGETHER];
    row.step = 4;
    KWS_ROLLED
    for (uint32_t left = p->window.out_width; left > 0; left -= row.count, samples += 4 * TOGETHER) {
        row.count = left < TOGETHER ? left : TOGETHER;
        kws_depthwise_2x4(&row, samples, weights, outputs);
        KWS_ROLLED
        for (uint32_t i = 0; i < row.count; i++, output += step) {
            KWS_ROLLED
            for (uint32_t c = 4 - wanted; c < 4; c++) {
                output[c] = outputs[4 * i + c];
            }
        }
    }
}

static void filter_fours(const kws_depthwise_params *p, const int8_t *input, int8_t *output, int8_t *plane) {
    const kws_window *w = &p->window;
    const uint32_t size = (uint32_t)p->rows * p->columns, zeros = (uint8_t)p->range.in_zero * 0x01010101u;
    const int32_t down = 4 * (int32_t)p->columns, limited = p->range.least > INT8_MIN || p->range.most < INT8_MAX;
    const int8_t *weights = p->weights;
    kws_depthwise_row row = {.size = 4u * w->kernel_height * p->taps, .piece = p->piece};
    row.jump = w->kernel_height == 1 ? -4 : down * w->dilation_height - 4 * (p->piece + 1);
    row.zero = p->range.out_zero;
    row.step = p->out_step;
    row.count = w->out_width;
    KWS_ROLLED
    for (uint32_t i = 0; i < size; i++) {
        kws_store_word(plane + 4 * i, zeros);
    }
    for (int32_t left = w->out_channels; left > 0; left -= 4, weights += row.size) {
        const uint32_t c = w->out_channels - (uint32_t)(left < 4 ? 4 : left);
        const int8_t *samples = plane;
        int8_t *next = output + c;
        row.channels = p->channels + c;
        gather_four(p, input + c, plane + w->pad_top * down + 4 * w->pad_left);
        for (uint32_t rows = w->out_height; rows > 0; rows--, next += p->out_jump) {
            if (left < 4) {
                filter_last(p, row, samples, weights, next);
            } else {
                kws_depthwise_2x4(&row, samples, weights, next);
            }
            if (limited) {
                limit(p, next);
            }
            samples += w->stride_height * down;
        }
    }
}
#endif

void kws_depthwise(const kws_depthwise_params *params, const int8_t *input, int8_t *output, int16_t *scratch) {
#if KWS_DSP
    if (params->piece > 0) {
        filter_fours(params, input, output, (int8_t *)scratch);
        return;
    }
#endif
    filter_planes(params, input, output, scratch);
}
