/* Depthwise convolution, one channel at a time as a plain filter over a padded copy of it.
 *
 * The channel is gathered into int16, so that the result may overwrite it in the same tensor; sums stay in registers
 * until they are outputs. With the DSP extension its weights are widened into pairs (kws_depthwise.h) and eight outputs
 * are computed at a time.
 */
#include "kws_depthwise.h"
#include "kws_kernels.h"

/* Every `step`-th byte, `count` times, widened. */
static inline void pick(const int8_t *bytes, uint32_t step, int16_t *halves, uint32_t count) {
    const int16_t *end = halves + count;
    KWS_ROLLED
    for (const int16_t *fours = halves + (count & ~3u); halves != fours; halves += 4) {
        const int8_t *more = bytes + 2 * step;
        const int16_t a = bytes[0], b = bytes[step], c = more[0], d = more[step];
        halves[0] = a;
        halves[1] = b;
        halves[2] = c;
        halves[3] = d;
        bytes = more + 2 * step;
    }
    KWS_ROLLED
    for (; halves != end; bytes += step) {
        *halves++ = *bytes;
    }
}

static int32_t least_of(int32_t a, int32_t b) { return a < b ? a : b; }

/* Input channel `channel` into the inside of plane[rows][columns]. */
static KWS_APART void gather_plane(const kws_depthwise_params *p, const int8_t *input, uint32_t channel, int16_t *plane) {
    const kws_window *w = &p->window;
    const int32_t columns = least_of(p->columns - w->pad_left, w->in_width);
    const int8_t *row = input + channel;
    plane += (uint32_t)w->pad_top * p->columns + w->pad_left;
    KWS_ROLLED
    for (int32_t left = least_of(p->rows - w->pad_top, w->in_height); left > 0; left--, plane += p->columns) {
        pick(row, p->in_step, plane, (uint32_t)columns);
        row += p->in_jump;
    }
}

/* What becomes of a sum, which is twice as large where pairs are multiplied and channels are not wide. */
static KWS_APART int8_t requantised(const kws_depthwise_params *p, uint32_t number, int32_t sum) {
    const kws_range *range = &p->range;
    if (p->wide) {
        const kws_wide_channel *wide = p->wide + number;
        const int32_t value = kws_scale(sum, wide->multiplier, wide->left, wide->right);
        return kws_clamp(value + range->out_zero, range->least, range->most);
    }
    const kws_channel *channel = p->channels + number;
    const int32_t high = kws_multiply_high(KWS_DSP ? sum : sum * 2, channel->multiplier);
    return kws_clamp(kws_shift_to(range->out_zero, high, kws_channel_shift(channel)), range->least, range->most);
}

static int32_t bias_of(const kws_depthwise_params *p, uint32_t channel) {
    return p->wide ? p->wide[channel].bias : kws_channel_bias(p->channels + channel) * (KWS_DSP ? 2 : 1);
}

#if KWS_DSP
/* Weight number `place` of a row, counting those of zero between the taps of a dilated kernel, to its two places. */
static inline void put(int16_t *pairs, uint32_t place, int32_t weight) {
    pairs[place / 2 * 4 + place % 2] = (int16_t)weight;
    pairs[(place + 1) / 2 * 4 + 2 + (place + 1) % 2] = (int16_t)weight;
}

/* Weights of one output channel, shifted left by `doubled`, as pairs of each row. */
static KWS_APART void widen(const kws_depthwise_params *p, const int8_t *weights, uint32_t doubled, int16_t *pairs) {
    const uint32_t width = p->window.kernel_width, spread = p->window.dilation_width;
    KWS_ROLLED
    for (uint32_t row = p->window.kernel_height; row > 0; row--, pairs += 4 * p->pairs) {
        uint32_t place = 0;
        const int8_t *end = weights + width;
        if (spread == 1) {
            int16_t *next = pairs;
            KWS_ROLLED
            for (; place + 2 <= width; place += 2, next += 4, weights += 2) {
                put(next, 0, weights[0] << doubled);
                put(next, 1, weights[1] << doubled);
            }
        }
        KWS_ROLLED
        for (; weights != end; place += spread) {
            put(pairs, place, *weights++ << doubled);
        }
    }
}

/* The output at `samples`. */
static KWS_APART int8_t filter_one(const kws_depthwise_params *p, const kws_depthwise_filter *filter,
                                   const int16_t *samples, uint32_t channel) {
    const uint32_t down = (uint32_t)p->columns * p->window.dilation_height;
    const int16_t *pair = filter->weights;
    int32_t sum = filter->bias;
    do {
        const int16_t *next = samples, *end = pair + 4 * p->pairs;
        KWS_ROLLED
        do {
            sum = kws_dual_multiply_add(kws_load_word(next), kws_load_word(pair), sum);
            next += 2;
            pair += 4;
        } while (pair != end);
        samples += down;
    } while (pair != filter->end);
    return requantised(p, channel, sum);
}

/* One row of outputs of one channel. */
static KWS_APART void filter_row(const kws_depthwise_params *p, const kws_depthwise_filter *filter,
                                 const int16_t *samples, uint32_t channel, int8_t *output) {
    const uint32_t width = p->window.out_width, stride = p->window.stride_width, step = p->out_step;
    uint32_t done = 0;
    if (p->piece > 0 && p->wide == 0 && width >= 8) {
        done = width & ~7u;
        kws_depthwise_eight(filter, samples, output, width / 8);
        if (width - done > 2) { /* some of the last eight once more */
            kws_depthwise_eight(filter, samples + width - 8, output + (width - 8) * step, 1);
            done = width;
        }
        if (p->range.least > INT8_MIN || p->range.most < INT8_MAX) {
            KWS_ROLLED
            for (uint32_t i = 0; i < done; i++) {
                output[i * step] = kws_clamp(output[i * step], p->range.least, p->range.most);
            }
        }
    }
    KWS_ROLLED
    for (; done < width; done++) {
        output[done * step] = filter_one(p, filter, samples + done * stride, channel);
    }
}

static void filter_plane(const kws_depthwise_params *p, const int16_t *plane, int16_t *pairs, uint32_t channel,
                         int8_t *output) {
    const kws_window *w = &p->window;
    const kws_channel *packed = p->channels + channel;
    kws_depthwise_filter filter;
    widen(p, p->weights + channel * w->kernel_height * w->kernel_width, p->wide == 0, pairs);
    filter.weights = pairs;
    filter.end = pairs + 4u * w->kernel_height * p->pairs;
    filter.jump = w->kernel_height == 1 ? 0 : 2 * (p->columns * w->dilation_height) - 4 * p->pairs;
    filter.piece = p->piece;
    filter.bias = bias_of(p, channel);
    if (p->wide == 0) {
        filter.multiplier = packed->multiplier;
        filter.shift = kws_channel_shift(packed);
    }
    filter.zero = p->range.out_zero;
    filter.step = p->out_step;
    KWS_ROLLED
    for (uint32_t row = 0; row < w->out_height; row++, output += p->out_jump) {
        filter_row(p, &filter, plane, channel, output);
        plane += (uint32_t)w->stride_height * p->columns;
    }
}
#else
/* Sums of two outputs whose samples lie `apart` from one another. */
static KWS_APART void filter_two(const kws_depthwise_params *p, const int16_t *samples, uint32_t apart,
                                 const int8_t *weights, int32_t *sums) {
    const uint32_t spread = p->window.dilation_width;
    const uint32_t down = (uint32_t)p->columns * p->window.dilation_height - spread * p->window.kernel_width;
    int32_t first = sums[0], second = sums[1];
    for (uint32_t row = p->window.kernel_height; row > 0; row--, samples += down) {
        KWS_ROLLED
        for (const int8_t *end = weights + p->window.kernel_width; weights != end; samples += spread) {
            const int32_t weight = *weights++;
            first += weight * samples[0];
            second += weight * samples[apart];
        }
    }
    sums[0] = first;
    sums[1] = second;
}

static void filter_plane(const kws_depthwise_params *p, const int16_t *plane, int16_t *pairs, uint32_t channel,
                         int8_t *output) {
    const kws_window *w = &p->window;
    const int8_t *weights = p->weights + channel * w->kernel_height * w->kernel_width;
    const int32_t bias = bias_of(p, channel);
    (void)pairs;
    for (uint32_t row = 0; row < w->out_height; row++, output += p->out_jump) {
        const int16_t *samples = plane;
        int8_t *next = output;
        for (uint32_t left = w->out_width; left > 0; left -= left > 1 ? 2 : 1) {
            int32_t sums[2] = {bias, bias};
            filter_two(p, samples, left > 1 ? w->stride_width : 0, weights, sums);
            *next = requantised(p, channel, sums[0]);
            next += p->out_step;
            if (left > 1) {
                *next = requantised(p, channel, sums[1]);
                next += p->out_step;
            }
            samples += 2u * w->stride_width;
        }
        plane += (uint32_t)w->stride_height * p->columns;
    }
}
#endif

void kws_depthwise(const kws_depthwise_params *params, const int8_t *input, int8_t *output, int16_t *scratch) {
    const uint32_t size = (uint32_t)params->rows * params->columns;
    int16_t *pairs = scratch + size;
    KWS_ROLLED
    for (uint32_t i = 0; i < size; i++) {
        scratch[i] = params->range.in_zero;
    }
#if KWS_DSP
    KWS_ROLLED
    for (uint32_t i = 0; i < 4u * params->window.kernel_height * params->pairs; i++) {
        pairs[i] = 0;
    }
#endif
    for (uint32_t c = 0; c < params->window.out_channels; c++) {
        if (c % params->per_input == 0) {
            gather_plane(params, input, c / params->per_input, scratch);
        }
        filter_plane(params, scratch, pairs, c, output + c);
    }
}
