/* Depthwise convolution, one channel at a time as a plain filter over a padded copy of it.
 *
 * The channel is gathered into int16 (so that the result may overwrite it in the same tensor) and its weights are
 * widened twice: (w0,w1)(w2,w3).. for outputs at even columns and (0,w0)(w1,w2).. for odd ones. Every pair of samples
 * that is loaded then serves both kinds, and four outputs are computed at a time.
 */
#include "kws_kernels.h"

/* Every `step`-th byte, `count` times, widened. */
static inline int32_t pick(const int8_t *bytes, uint32_t step, int16_t *halves, int32_t count) {
    const int16_t *end = halves + count;
    for (const int16_t *fours = halves + (count & ~3); halves != fours; halves += 4) {
        halves[0] = *bytes;
        bytes += step;
        halves[1] = *bytes;
        bytes += step;
        halves[2] = *bytes;
        bytes += step;
        halves[3] = *bytes;
        bytes += step;
    }
    for (; halves != end; bytes += step) {
        *halves++ = *bytes;
    }
    return count;
}

/* Input channel `channel` into plane[rows][columns], in_zero around it. */
static KWS_APART void gather_plane(const kws_depthwise_params *p, const int8_t *input, uint32_t channel, int16_t *plane) {
    const kws_window *w = &p->window;
    const int16_t zero = p->range.in_zero;
    for (int32_t r = 0; r < p->rows; r++, plane += p->columns) {
        const int32_t y = r - w->pad_top;
        int32_t column = 0, inside = 0;
        if (y >= 0 && y < w->in_height) {
            const int8_t *pixel = input + (uint32_t)y * p->in_jump + channel;
            inside = p->columns - w->pad_left < w->in_width ? p->columns - w->pad_left : w->in_width;
            for (; column < w->pad_left; column++) {
                plane[column] = zero;
            }
            column += pick(pixel, p->in_step, plane + column, inside);
        }
        for (; column < p->columns; column++) {
            plane[column] = zero;
        }
    }
}

/* The weight that meets sample `place` of a window; between the taps of a dilated kernel and beyond them, none. */
static inline int32_t weight_at(const int8_t *weights, int32_t width, int32_t spread, int32_t place) {
    if (spread == 1) {
        return place < width ? weights[place] : 0;
    }
    return place % spread == 0 && place / spread < width ? weights[place / spread] : 0;
}

/* Weights of one output channel, shifted left by `doubled`, as interleaved even and odd pairs of each row. */
static KWS_APART void widen(const kws_depthwise_params *p, const int8_t *weights, int32_t doubled, int16_t *pairs) {
    const int32_t width = p->window.kernel_width, spread = p->window.dilation_width, factor = 1 << doubled;
    for (int32_t row = 0; row < p->window.kernel_height; row++, weights += width) {
        int32_t before = 0;
        for (int32_t i = 0; i < p->pairs; i++, pairs += 4) {
            const int32_t first = weight_at(weights, width, spread, 2 * i) * factor;
            const int32_t second = weight_at(weights, width, spread, 2 * i + 1) * factor;
            kws_store_word(pairs, (uint32_t)(uint16_t)first | (uint32_t)second << 16);
            kws_store_word(pairs + 2, (uint32_t)(uint16_t)before | (uint32_t)first << 16);
            before = second;
        }
    }
}

/* One row of the kernel added to `count` neighbouring sums (rounded up to four). */
static KWS_APART void add_row(const int16_t *samples, const int16_t *weights, uint32_t pairs, int32_t *sums,
                              int32_t count) {
    for (const int32_t *end = sums + count; sums < end; sums += 4, samples += 4) {
        int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
        const int16_t *next = samples, *pair = weights;
        uint32_t here = kws_load_word(next), even, odd;
#define ADD_PAIR                               \
    even = kws_load_word(pair);                \
    odd = kws_load_word(pair + 2);             \
    pair += 4;                                 \
    next += 2;                                 \
    a = kws_dual_multiply_add(here, even, a);  \
    b = kws_dual_multiply_add(here, odd, b);   \
    here = kws_load_word(next);                \
    c = kws_dual_multiply_add(here, even, c);  \
    d = kws_dual_multiply_add(here, odd, d);
        uint32_t left = pairs;
        for (; left > 5; left--) {
            ADD_PAIR
        }
        switch (left) { /* the usual kernels, 3 to 9 taps, without a loop */
        case 5:
            ADD_PAIR /* fall through */
        case 4:
            ADD_PAIR /* fall through */
        case 3:
            ADD_PAIR /* fall through */
        case 2:
            ADD_PAIR /* fall through */
        default:
            ADD_PAIR
        }
#undef ADD_PAIR
        sums[0] = a;
        sums[1] = b;
        sums[2] = c;
        sums[3] = d;
    }
}

/* The same at strides other than one, a sum at a time. */
static KWS_APART void add_strided_row(const int16_t *samples, const int16_t *weights, uint32_t pairs, int32_t *sums,
                                      int32_t count, int32_t stride) {
    for (; count > 0; count--, samples += stride) {
        const int16_t *next = samples, *pair = weights;
        int32_t sum = *sums;
        for (uint32_t left = pairs; left > 0; left--, next += 2, pair += 4) {
            sum = kws_dual_multiply_add(kws_load_word(next), kws_load_word(pair), sum);
        }
        *sums++ = sum;
    }
}

/* Sums of one channel, each requantised and written `step` bytes after the last. */
static KWS_APART void finish_wide(const int32_t *sums, const kws_wide_channel *channel, const kws_range *range,
                                  int8_t *output, uint32_t step, int32_t count) {
    for (int32_t i = 0; i < count; i++, output += step) {
        const int32_t value = kws_scale(sums[i], channel->multiplier, channel->left, channel->right);
        *output = kws_clamp(value + range->out_zero, range->least, range->most);
    }
}

static KWS_APART void finish(const int32_t *sums, const kws_channel *channel, const kws_range *range, int8_t *output,
                             uint32_t step, int32_t count) {
    const int32_t zero = range->out_zero, least = range->least, most = range->most;
    const int32_t multiplier = channel->multiplier, shift = kws_channel_shift(channel);
    if (least > INT8_MIN || most < INT8_MAX) {
        for (int32_t i = 0; i < count; i++, output += step) {
            *output = kws_clamp(kws_shift_to(zero, kws_multiply_high(sums[i], multiplier), shift), least, most);
        }
        return;
    }
    for (const int32_t *end = sums + count; sums != end; output += step) {
        const int32_t high = kws_multiply_high(*sums++, multiplier);
        *output = kws_clamp(kws_shift_to(zero, high, shift), INT8_MIN, INT8_MAX);
    }
}

/* One row of outputs of one channel, SUMS at a time. */
#define SUMS 32
static KWS_APART void filter_row(const kws_depthwise_params *p, const int16_t *plane, const int16_t *pairs,
                                 uint32_t channel, int32_t bias, int8_t *output) {
    const kws_window *w = &p->window;
    const uint32_t down = (uint32_t)p->columns * w->dilation_height, step = p->out_step;
    for (int32_t column = 0; column < w->out_width; column += SUMS) {
        const int32_t count = w->out_width - column < SUMS ? w->out_width - column : SUMS;
        const int16_t *samples = plane + column * w->stride_width, *weights = pairs;
        int32_t sums[SUMS];
        for (int32_t i = 0; i < count; i += 4) {
            sums[i] = sums[i + 1] = sums[i + 2] = sums[i + 3] = bias;
        }
        for (int32_t row = 0; row < w->kernel_height; row++, samples += down, weights += 4 * p->pairs) {
            if (w->stride_width == 1) {
                add_row(samples, weights, p->pairs, sums, count);
            } else {
                add_strided_row(samples, weights, p->pairs, sums, count, w->stride_width);
            }
        }
        if (p->wide) {
            finish_wide(sums, p->wide + channel, &p->range, output + (uint32_t)column * step, step, count);
        } else {
            finish(sums, p->channels + channel, &p->range, output + (uint32_t)column * step, step, count);
        }
    }
}

void kws_depthwise(const kws_depthwise_params *params, const int8_t *input, int8_t *output, int16_t *scratch) {
    const kws_window *w = &params->window;
    const uint32_t taps = (uint32_t)w->kernel_height * w->kernel_width;
    int16_t *pairs = scratch + (uint32_t)params->rows * params->columns;
    for (uint32_t c = 0; c < w->out_channels; c++) {
        const int32_t doubled = params->wide == 0;
        if (c % params->per_input == 0) {
            gather_plane(params, input, c / params->per_input, scratch);
        }
        widen(params, params->weights + c * taps, doubled, pairs);
        const int32_t bias = doubled ? kws_channel_bias(params->channels + c) * 2 : params->wide[c].bias;
        for (uint32_t row = 0; row < w->out_height; row++) {
            const int16_t *plane = scratch + row * w->stride_height * params->columns;
            filter_row(params, plane, pairs, c, bias, output + row * params->out_jump + c);
        }
    }
}
