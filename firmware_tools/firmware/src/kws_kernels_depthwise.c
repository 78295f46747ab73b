/* Depthwise convolution over padded copies of channels, so that the result may overwrite them in the same tensor.
 *
 * Four channels are copied as they lie side by side and filtered together (kws_depthwise_four.h), with the DSP extension
 * at two outputs at a time where those are neighbours (kws_depthwise.h). Where there are fewer channels, or several filters
 * of each, they are filtered one at a time.
 */
#include "kws_depthwise.h"
#include "kws_depthwise_four.h"

/* ---- one channel ---- */

/* One channel, of which `input` is the first sample, into the inside of a plane, which begins at `inside`. */
static void gather_plane(const kws_depthwise_params *p, const int8_t *input, int8_t *inside) {
    const uint32_t columns = p->inside_columns, step = p->in_step;
    KWS_ROLLED
    for (uint32_t left = p->inside_rows; left > 0; left--, inside += p->columns, input += p->in_jump) {
        const int8_t *next = input;
        KWS_ROLLED
        for (uint32_t column = 0; column < columns; column++, next += step) {
            inside[column] = *next;
        }
    }
}

/* The sum of a filter at `samples`. */
static KWS_APART int32_t sum_at(const kws_depthwise_params *p, const int8_t *samples, const int8_t *weights) {
    const uint32_t taps = p->taps, spread = p->window.dilation_width;
    const uint32_t down = (uint32_t)p->columns * p->window.dilation_height;
    int32_t sum = 0;
    KWS_ROLLED
    for (uint32_t row = p->window.kernel_height; row > 0; row--, samples += down) {
        const int8_t *next = samples;
        KWS_ROLLED
        for (const int8_t *end = weights + taps; weights != end; next += spread) {
            sum += *weights++ * *next;
        }
    }
    return sum;
}

static void filter_planes(const kws_depthwise_params *p, const int8_t *input, int8_t *output, int8_t *plane) {
    const kws_window *w = &p->window;
    const uint32_t taps = (uint32_t)w->kernel_height * p->taps, step = p->out_step;
    const int8_t *weights = p->weights;
    for (uint32_t c = 0; c < w->out_channels; c++, weights += taps) {
        if (c % p->per_input == 0) {
            gather_plane(p, input + c / p->per_input, plane + w->pad_top * p->columns + w->pad_left);
        }
        for (uint32_t row = 0; row < w->out_height; row++) {
            const int8_t *samples = plane + row * w->stride_height * p->columns;
            int8_t *next = output + row * p->out_jump + c;
            KWS_ROLLED
            for (uint32_t left = w->out_width; left > 0; left--, samples += w->stride_width, next += step) {
                const int32_t sum = sum_at(p, samples, weights);
                kws_finish(&sum, p->channels, p->wide, c, &p->range, next, 1);
            }
        }
    }
}

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

/* A row of outputs of four channels from number `c` on, of which the last `count` are wanted. */
static KWS_APART void filter_row(const kws_depthwise_params *p, const int8_t *samples, const int8_t *weights, uint32_t c,
                                 uint32_t count, int8_t *output) {
    const kws_window *w = &p->window;
    const uint32_t taps = p->taps, spread = 4u * w->dilation_width, down = 4u * p->columns * w->dilation_height;
    const uint32_t size = 4 * taps, first = 4 - count;
    c += first;
    output += first;
    KWS_ROLLED
    for (uint32_t left = w->out_width; left > 0; left--, samples += 4u * w->stride_width, output += p->out_step) {
        int32_t sums[4] = {0, 0, 0, 0};
        KWS_ROLLED
        for (uint32_t row = 0; row < w->kernel_height; row++) {
            kws_add_taps(samples + row * down, weights + row * size, taps, spread, sums);
        }
        kws_finish(sums + first, p->channels, p->wide, c, &p->range, output, count);
    }
}

#if KWS_DSP
/* A row of four channels of which the last ones are wanted, by way of the stack. */
#define TOGETHER 16
static KWS_APART void filter_last(kws_depthwise_row row, const int8_t *samples, const int8_t *weights, uint32_t count,
                                  int8_t *output) {
    const uint32_t step = row.step;
    int8_t outputs[4 * TOGETHER];
    row.step = 4;
    KWS_ROLLED
    for (uint32_t left = row.count; left > 0; left -= row.count, samples += 4 * TOGETHER) {
        row.count = left < TOGETHER ? left : TOGETHER;
        kws_depthwise_2x4(&row, samples, weights, outputs);
        KWS_ROLLED
        for (uint32_t i = 0; i < row.count; i++, output += step) {
            KWS_ROLLED
            for (uint32_t c = 4 - count; c < 4; c++) {
                output[c] = outputs[4 * i + c];
            }
        }
    }
}

/* The same as filter_row with two outputs at a time. */
static void filter_row_in_twos(const kws_depthwise_params *p, const int8_t *samples, const int8_t *weights, uint32_t c,
                               uint32_t count, int8_t *output) {
    const kws_window *w = &p->window;
    const int32_t down = 4 * (int32_t)p->columns * w->dilation_height;
    kws_depthwise_row row = {.channels = p->channels + c, .size = 4u * w->kernel_height * p->taps, .piece = p->piece};
    row.jump = w->kernel_height == 1 ? -4 : down - 4 * (p->piece + 1);
    row.zero = p->range.out_zero;
    row.step = p->out_step;
    row.count = w->out_width;
    if (count < 4) {
        filter_last(row, samples, weights, count, output);
    } else {
        kws_depthwise_2x4(&row, samples, weights, output);
    }
    if (p->range.least > INT8_MIN || p->range.most < INT8_MAX) {
        KWS_ROLLED
        for (uint32_t left = row.count; left > 0; left--, output += row.step) {
            kws_limit_all(&p->range, output + 4 - count, count);
        }
    }
}
#endif

static void filter_fours(const kws_depthwise_params *p, const int8_t *input, int8_t *output, int8_t *plane) {
    const kws_window *w = &p->window;
    const uint32_t channels = w->out_channels, size = 4u * w->kernel_height * p->taps, down = 4u * p->columns;
    const int8_t *weights = p->weights;
    for (uint32_t done = 0; done < channels; done += 4, weights += size) {
        const uint32_t count = channels - done < 4 ? channels - done : 4, c = done + count - 4;
        const int8_t *samples = plane;
        int8_t *next = output + c;
        gather_four(p, input + c, plane + w->pad_top * down + 4 * w->pad_left);
        for (uint32_t row = 0; row < w->out_height; row++, next += p->out_jump) {
#if KWS_DSP
            if (p->piece > 0) {
                filter_row_in_twos(p, samples, weights, c, count, next);
            } else
#endif
            {
                filter_row(p, samples, weights, c, count, next);
            }
            samples += w->stride_height * down;
        }
    }
}

void kws_depthwise(const kws_depthwise_params *params, const int8_t *input, int8_t *output, int16_t *scratch) {
    int8_t *plane = (int8_t *)scratch;
    uint32_t *words = (uint32_t *)(void *)scratch;
    const uint32_t size = (uint32_t)params->rows * params->columns * (params->fours ? 4 : 1);
    const uint32_t zeros = (uint8_t)params->range.in_zero * 0x01010101u;
    KWS_ROLLED
    for (uint32_t i = 0; i < (size + 3) / 4; i++) {
        words[i] = zeros;
    }
    if (params->fours) {
        filter_fours(params, input, output, plane);
    } else {
        filter_planes(params, input, output, plane);
    }
}
