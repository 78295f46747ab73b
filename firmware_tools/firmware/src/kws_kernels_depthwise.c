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
#if KWS_DSP_NATIVE
    uint32_t fours = count / 4, first, second, third, fourth;
    if (fours > 0) { /* compilers take the bytes one after the other */
        __asm__ volatile(
            "1:\n"
            "ldrsb %0, [%4]\n"
            "ldrsb %1, [%4, %7]\n"
            "ldrsb %2, [%4, %7, lsl #1]\n"
            "ldrsb %3, [%4, %8]\n"
            "add %4, %4, %7, lsl #2\n"
            "strh %0, [%5], #8\n"
            "strh %1, [%5, #-6]\n"
            "strh %2, [%5, #-4]\n"
            "strh %3, [%5, #-2]\n"
            "subs %6, #1\n"
            "bne 1b\n"
            : "=&r"(first), "=&r"(second), "=&r"(third), "=&r"(fourth), "+r"(bytes), "+r"(halves), "+r"(fours)
            : "r"(step), "r"(3 * step)
            : "cc", "memory");
    }
    count %= 4;
#endif
    KWS_ROLLED
    for (; count > 0; count--, bytes += step) {
        *halves++ = *bytes;
    }
}

/* One channel, of which `input` is the first sample, into the inside of a plane, which begins at `inside`. */
static KWS_APART void gather_plane(const kws_depthwise_params *p, const int8_t *input, int16_t *inside) {
    const uint32_t columns = p->inside_columns, step = p->in_step, jump = p->in_jump, down = p->columns;
    KWS_ROLLED
    for (uint32_t left = p->inside_rows; left > 0; left--, inside += down) {
        pick(input, step, inside, columns);
        input += jump;
    }
}

static int8_t requantised_wide(const kws_depthwise_params *p, uint32_t number, int32_t sum) {
    const kws_wide_channel *wide = p->wide + number;
    const int32_t value = kws_scale(sum, wide->multiplier, wide->left, wide->right);
    return kws_clamp(value + p->range.out_zero, p->range.least, p->range.most);
}

#if KWS_DSP
/* Weight number `place` of a row, counting those of zero between the taps of a dilated kernel, to its two places. */
static inline void put(int16_t *pairs, uint32_t place, int32_t weight) {
    pairs[place / 2 * 4 + place % 2] = (int16_t)weight;
    pairs[(place + 1) / 2 * 4 + 2 + (place + 1) % 2] = (int16_t)weight;
}

/* Weights of one output channel, `factor` times as large, as pairs of each row. */
static KWS_APART void widen(const kws_depthwise_params *p, const int8_t *weights, int32_t factor, int16_t *pairs) {
    const uint32_t width = p->window.kernel_width, spread = p->window.dilation_width, down = 4u * p->pairs;
    KWS_ROLLED
    for (uint32_t row = p->window.kernel_height; row > 0; row--, pairs += down) {
        int16_t *next = pairs;
        uint32_t left = width;
        if (spread == 1) {
            KWS_ROLLED
            for (; left > 1; left -= 2, next += 4) {
                const int32_t first = *weights++ * factor, second = *weights++ * factor;
                put(next, 0, first);
                put(next, 1, second);
            }
        }
        KWS_ROLLED
        for (uint32_t place = 0; left > 0; left--, place += spread) {
            put(next, place, *weights++ * factor);
        }
    }
}

/* The sum at `samples`. */
static inline int32_t sum_at(const kws_depthwise_filter *filter, const int16_t *samples, uint32_t pairs, uint32_t down) {
    const int16_t *pair = filter->weights, *last = filter->end;
    int32_t sum = filter->bias;
    do {
        const int16_t *next = samples, *end = pair + 4 * pairs;
        KWS_ROLLED
        do {
            sum = kws_dual_multiply_add(kws_load_word(next), kws_load_word(pair), sum);
            next += 2;
            pair += 4;
        } while (pair != end);
        samples += down;
    } while (pair != last);
    return sum;
}

/* Outputs from number `done` on of a row, one by one. */
static KWS_APART void filter_ones(const kws_depthwise_params *p, const kws_depthwise_filter *filter,
                                  const int16_t *samples, uint32_t channel, int8_t *output, uint32_t done) {
    const uint32_t stride = p->window.stride_width, pairs = p->pairs, step = p->out_step;
    const uint32_t down = (uint32_t)p->columns * p->window.dilation_height;
    samples += done * stride;
    output += done * step;
    KWS_ROLLED
    for (uint32_t left = p->window.out_width - done; left > 0; left--, samples += stride, output += step) {
        const int32_t sum = sum_at(filter, samples, pairs, down);
        if (p->wide) {
            *output = requantised_wide(p, channel, sum);
        } else {
            const int32_t high = kws_multiply_high(sum, filter->multiplier);
            *output = kws_clamp(kws_shift_to(filter->zero, high, filter->shift), INT8_MIN, INT8_MAX);
        }
    }
}

/* One row of outputs of one channel. */
static void filter_row(const kws_depthwise_params *p, const kws_depthwise_filter *filter, const int16_t *samples,
                       uint32_t channel, int8_t *output) {
    const uint32_t width = p->window.out_width, step = p->out_step;
    uint32_t done = 0;
    if (p->piece > 0 && p->wide == 0 && width >= 8) {
        done = width & ~7u;
        kws_depthwise_eight(filter, samples, output, width / 8);
        if (width - done > 2) { /* some of the last eight once more */
            kws_depthwise_eight(filter, samples + width - 8, output + (width - 8) * step, 1);
            done = width;
        }
    }
    if (done < width) {
        filter_ones(p, filter, samples, channel, output, done);
    }
    if (p->range.least > INT8_MIN || p->range.most < INT8_MAX) {
        KWS_ROLLED
        for (uint32_t left = width; left > 0; left--, output += step) {
            *output = kws_clamp(*output, p->range.least, p->range.most);
        }
    }
}

static void filter_planes(const kws_depthwise_params *p, const int8_t *input, int8_t *output, int16_t *plane,
                          int16_t *pairs) {
    const kws_window *w = &p->window;
    int16_t *inside = plane + w->pad_top * p->columns + w->pad_left;
    const uint32_t packed = p->wide == 0, taps = (uint32_t)w->kernel_height * w->kernel_width, repeats = p->per_input;
    const uint32_t down = (uint32_t)w->stride_height * p->columns, size = 4u * w->kernel_height * p->pairs;
    const int8_t *weights = p->weights;
    kws_depthwise_filter filter = {.weights = pairs, .end = pairs + size, .piece = p->piece};
    if (w->kernel_height > 1) {
        filter.jump = 2 * (p->columns * w->dilation_height) - 4 * p->pairs;
    }
    filter.zero = p->range.out_zero;
    filter.step = p->out_step;
    KWS_ROLLED
    for (uint32_t i = 0; i < size; i++) {
        pairs[i] = 0;
    }
    for (uint32_t c = 0, repeat = 0; c < w->out_channels; c++, weights += taps) {
        if (repeat == 0) {
            gather_plane(p, input++, inside);
            repeat = repeats;
        }
        repeat--;
        widen(p, weights, 1 + (int32_t)packed, pairs);
        if (packed) {
            const kws_channel *channel = p->channels + c;
            filter.bias = kws_channel_bias(channel) * 2;
            filter.multiplier = channel->multiplier;
            filter.shift = kws_channel_shift(channel);
        } else {
            filter.bias = p->wide[c].bias;
        }
        const int16_t *samples = plane;
        int8_t *row = output++;
        for (uint32_t left = w->out_height; left > 0; left--, samples += down, row += p->out_jump) {
            filter_row(p, &filter, samples, c, row);
        }
    }
}
#else
static int8_t requantised(const kws_depthwise_params *p, uint32_t number, int32_t sum) {
    const kws_channel *channel = p->channels + number;
    if (p->wide) {
        return requantised_wide(p, number, sum);
    }
    const int32_t high = kws_multiply_high(sum * 2, channel->multiplier);
    return kws_clamp(kws_shift_to(p->range.out_zero, high, kws_channel_shift(channel)), p->range.least, p->range.most);
}

/* Adds to two sums whose samples lie `apart` from one another. */
static KWS_APART void filter_two(const kws_depthwise_params *p, const int16_t *samples, uint32_t apart,
                                 const int8_t *weights, int32_t *sums) {
    const uint32_t width = p->window.kernel_width, spread = p->window.dilation_width;
    const uint32_t down = (uint32_t)p->columns * p->window.dilation_height - spread * width;
    int32_t first = sums[0], second = sums[1];
    for (uint32_t row = p->window.kernel_height; row > 0; row--, samples += down) {
        KWS_ROLLED
        for (const int8_t *end = weights + width; weights != end; samples += spread) {
            const int32_t weight = *weights++;
            first += weight * samples[0];
            second += weight * samples[apart];
        }
    }
    sums[0] = first;
    sums[1] = second;
}

static void filter_planes(const kws_depthwise_params *p, const int8_t *input, int8_t *output, int16_t *plane,
                          int16_t *pairs) {
    const kws_window *w = &p->window;
    int16_t *inside = plane + w->pad_top * p->columns + w->pad_left;
    const uint32_t taps = (uint32_t)w->kernel_height * w->kernel_width, down = (uint32_t)w->stride_height * p->columns;
    const int8_t *weights = p->weights;
    (void)pairs;
    for (uint32_t c = 0; c < w->out_channels; c++, weights += taps, output++) {
        if (c % p->per_input == 0) {
            gather_plane(p, input++, inside);
        }
        const int32_t bias = p->wide ? p->wide[c].bias : kws_channel_bias(p->channels + c);
        for (uint32_t y = 0; y < w->out_height; y++) {
            const int16_t *samples = plane + y * down;
            int8_t *next = output + y * p->out_jump;
            for (uint32_t left = w->out_width; left > 0; samples += 2u * w->stride_width) {
                const uint32_t two = left > 1;
                int32_t sums[2] = {bias, bias};
                filter_two(p, samples, two * w->stride_width, weights, sums);
                *next = requantised(p, c, sums[0]);
                next += p->out_step;
                if (two) {
                    *next = requantised(p, c, sums[1]);
                    next += p->out_step;
                }
                left -= 1 + two;
            }
        }
    }
}
#endif

void kws_depthwise(const kws_depthwise_params *params, const int8_t *input, int8_t *output, int16_t *scratch) {
    const uint32_t size = (uint32_t)params->rows * params->columns;
    KWS_ROLLED
    for (uint32_t i = 0; i < size; i++) {
        scratch[i] = params->range.in_zero;
    }
    filter_planes(params, input, output, scratch, scratch + size);
}
