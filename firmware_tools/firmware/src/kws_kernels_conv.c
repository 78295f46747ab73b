/* Convolutions as dot products of the bytes under each output pixel with all filters.
 *
 * With the DSP extension three pixels are worked on at a time, their bytes widened to int16 once. What is left over, and
 * every pixel elsewhere, meets four filters at a time as the bytes it is, without a copy where they lie side by side.
 */
#include "kws_dots.h"
#include "kws_kernels.h"

static uint32_t taps_of(const kws_window *w) {
    return (uint32_t)w->kernel_height * w->kernel_width * w->in_channels;
}

/* Halfwords that two filters' weights take. */
static uint32_t row_of(const kws_conv_params *p, uint32_t depth) { return p->halves ? depth / 2 : depth; }

/* ---- the bytes under an output pixel ---- */

static KWS_APART int8_t *copy(int8_t *to, const int8_t *from, uint32_t count) {
    for (; count >= 4; count -= 4, to += 4, from += 4) {
        kws_store_word(to, kws_load_word(from));
    }
    for (; count > 0; count--) {
        *to++ = *from++;
    }
    return to;
}

static int8_t *fill(int8_t *to, int8_t value, int32_t count) {
    for (; count > 0; count--) {
        *to++ = value;
    }
    return to;
}

static int32_t between(int32_t least, int32_t value, int32_t most) {
    return value < least ? least : value > most ? most : value;
}

/* Whether the bytes under output pixels lie side by side, but for padding. */
static int one_piece(const kws_window *w) {
    return (w->kernel_width == 1 || w->dilation_width == 1) &&
           (w->kernel_height == 1 || (w->kernel_width == w->in_width && w->dilation_height == 1));
}

#if KWS_DSP
/* Whether all windows of one piece lie in the picture. */
static int no_padding(const kws_window *w) {
    return w->pad_top == 0 && w->pad_left == 0 &&
           (w->out_height - 1) * w->stride_height + w->kernel_height <= w->in_height &&
           (w->out_width - 1) * w->stride_width + w->kernel_width <= w->in_width;
}
#endif

/* Taps of a row of the window from column `left` on, outside of the picture in_zero. */
static int8_t *copy_row(const kws_window *w, int8_t zero, const int8_t *pixels, int32_t left, int8_t *to) {
    const int32_t channels = w->in_channels, taps = w->kernel_width, width = w->in_width;
    if (w->dilation_width == 1) {
        const int32_t first = between(0, -left, taps), end = between(first, width - left, taps);
        to = fill(to, zero, first * channels);
        to = copy(to, pixels + (first < end ? left + first : 0) * channels, (uint32_t)((end - first) * channels));
        return fill(to, zero, (taps - end) * channels);
    }
    for (int32_t tap = 0; tap < taps; tap++, left += w->dilation_width) {
        if (left < 0 || left >= width) {
            to = fill(to, zero, channels);
        } else {
            to = copy(to, pixels + left * channels, (uint32_t)channels);
        }
    }
    return to;
}

/* Copies the window whose first tap is at row `y`, column `left`. */
static KWS_APART void gather(const kws_conv_params *p, const int8_t *input, int32_t y, int32_t left, int8_t *to) {
    const kws_window *w = &p->window;
    const int32_t length = w->in_width * w->in_channels;
    for (int32_t tap = w->kernel_height; tap > 0; tap--, y += w->dilation_height) {
        if (y < 0 || y >= w->in_height) {
            to = fill(to, (int8_t)p->range.in_zero, w->kernel_width * w->in_channels);
        } else {
            to = copy_row(w, (int8_t)p->range.in_zero, input + y * length, left, to);
        }
    }
}

/* Whether an output pixel that is written while its input is read would be written over it. */
static int meets(const int8_t *bytes, uint32_t taps, const int8_t *output, uint32_t channels) {
    return (uintptr_t)bytes < (uintptr_t)(output + channels) && (uintptr_t)output < (uintptr_t)(bytes + taps);
}

/* ---- one pixel ---- */

/* Sums of four filters from number `first` on, in slices whose sums fit. */
static KWS_APART void sum_four(const kws_conv_params *p, const int8_t *bytes, uint32_t first, int32_t sums[4]) {
    const uint32_t depth = p->depth, row = row_of(p, depth), absent = depth - taps_of(&p->window);
    const uint32_t apart = first + 2 < p->window.out_channels ? row : 0;
    const int16_t *weights = p->weights + first / 2 * row;
    sums[0] = sums[1] = sums[2] = sums[3] = 0;
    for (uint32_t from = 0; from < depth; from += KWS_MOST_DEPTH, weights += row_of(p, KWS_MOST_DEPTH)) {
        const uint32_t left = depth - from, slice = left < KWS_MOST_DEPTH ? left : KWS_MOST_DEPTH;
        int32_t part[4];
        if (p->halves) {
            kws_dots_4x1_4bit(bytes + from, weights, apart, slice / 4, slice == left ? absent : 0, part);
        } else {
            kws_dots_4x1(bytes + from, weights, apart, slice / 4, slice == left ? absent : 0, part);
        }
        for (uint32_t i = 0; i < 4; i++) {
            sums[i] += part[i];
        }
    }
}

static KWS_APART void filter(const kws_conv_params *p, const int8_t *bytes, int8_t *output) {
    const uint32_t channels = p->window.out_channels;
    const int32_t zero = p->range.out_zero, least = p->range.least, most = p->range.most;
    const kws_channel *channel = p->channels;
    for (uint32_t first = 0; first < channels; first += 4) {
        int32_t sums[4];
        sum_four(p, bytes, first, sums);
        for (uint32_t i = 0; i < 4 && first + i < channels; i++, channel++) {
            const int32_t high = kws_multiply_high((sums[i] + kws_channel_bias(channel)) * 2, channel->multiplier);
            *output++ = kws_clamp(kws_shift_to(zero, high, kws_channel_shift(channel)), least, most);
        }
    }
}

/* ---- one pixel of a layer with wide channels or with weights of -128: rare, and small rather than fast ---- */

static int32_t weight_at(const kws_conv_params *p, uint32_t filter_number, uint32_t tap) {
    const int16_t *row = p->weights + filter_number / 2 * row_of(p, p->depth);
    const uint32_t second = filter_number % 2;
    if (p->halves) {
        const uint32_t halves = (uint16_t)row[tap / 4 * 2 + tap % 4 / 2];
        return kws_nibble(halves << ((tap % 2 ? 8 : 0) + (second ? 0 : 4)));
    }
    const int32_t both = row[tap / 4 * 4 + tap % 4 / 2 + tap % 2 * 2];
    return second ? (int8_t)((both - (int8_t)both) >> 8) : (int8_t)both;
}

static KWS_APART void filter_wide(const kws_conv_params *p, const int8_t *bytes, int8_t *output) {
    const uint32_t taps = taps_of(&p->window);
    for (uint32_t c = 0; c < p->window.out_channels; c++) {
        const kws_wide_channel *channel = p->wide + c;
        uint32_t sum = (uint32_t)channel->bias;
        for (uint32_t tap = 0; tap < taps; tap++) {
            sum += (uint32_t)(weight_at(p, c, tap) * bytes[tap]);
        }
        const int32_t value = kws_scale((int32_t)sum, channel->multiplier, channel->left, channel->right);
        *output++ = kws_clamp(value + p->range.out_zero, p->range.least, p->range.most);
    }
}

/* ---- three pixels ---- */

#if KWS_DSP
/* The place of pixel 0, 1, 2 in `windows` begins 0, 2, 4 halfwords after it. */
static KWS_APART void widen(const int8_t *bytes, uint32_t taps, int16_t *window) {
    for (; taps >= 4; taps -= 4, bytes += 4, window += 4 * KWS_PIXELS) {
        const uint32_t word = kws_load_word(bytes);
        kws_store_word(window, kws_even_bytes(word));
        kws_store_word(window + 2 * KWS_PIXELS, kws_odd_bytes(word));
    }
    if (taps > 0) {
        window[0] = bytes[0];
        window[1] = taps > 2 ? bytes[2] : 0;
        window[2 * KWS_PIXELS] = taps > 1 ? bytes[1] : 0;
        window[2 * KWS_PIXELS + 1] = 0;
    }
}

static void block(const kws_conv_params *p, const int16_t *windows, const int16_t *weights, uint32_t pairs,
                  const kws_channel *channels, int8_t *output, uint32_t step) {
    const uint32_t groups = p->depth / 4u;
    const int16_t *end = weights + pairs * row_of(p, p->depth);
    if (p->halves) {
        kws_dots_2x3_4bit(windows, weights, channels, output, step, p->range.out_zero, groups, end);
    } else {
        kws_dots_2x3(windows, weights, channels, output, step, p->range.out_zero, groups, end);
    }
}

static KWS_APART void filter_three(const kws_conv_params *p, const int16_t *windows, int8_t *output) {
    const uint32_t channels = p->window.out_channels, pairs = channels / 2;
    if (pairs > 0) {
        block(p, windows, p->weights, pairs, p->channels, output, channels);
    }
    if (channels % 2) { /* the last filter's companion has weights of zero and no place among the outputs */
        const kws_channel last[2] = {p->channels[channels - 1], p->channels[channels - 1]};
        int8_t outputs[2 * KWS_PIXELS];
        block(p, windows, p->weights + pairs * row_of(p, p->depth), 1, last, outputs, 2);
        for (uint32_t pixel = 0; pixel < KWS_PIXELS; pixel++) {
            output[pixel * channels + channels - 1] = outputs[2 * pixel];
        }
    }
    if (p->range.least > INT8_MIN || p->range.most < INT8_MAX) {
        for (uint32_t i = 0; i < KWS_PIXELS * channels; i++) {
            output[i] = kws_clamp(output[i], p->range.least, p->range.most);
        }
    }
}
#endif

void kws_conv(const kws_conv_params *params, const int8_t *input, int8_t *output, int16_t *scratch) {
    const kws_window *w = &params->window;
    const uint32_t taps = taps_of(w), channels = w->out_channels;
    const int32_t pixels = w->out_height * w->out_width, whole = one_piece(w);
    const int32_t lowest = w->in_height - w->kernel_height, rightmost = w->in_width - w->kernel_width;
    int8_t *stage = (int8_t *)scratch;
    int32_t in_blocks = 0, top = -w->pad_top, left = -w->pad_left, column = 0;
#if KWS_DSP
    int32_t together = 0;
    if (params->wide == 0 && params->depth <= KWS_MOST_DEPTH && pixels >= KWS_PIXELS) {
        in_blocks = pixels - pixels % KWS_PIXELS;
        stage += whole && no_padding(w) ? 0 : 2 * KWS_PIXELS * params->depth;
    }
#endif
    for (int32_t pixel = 0; pixel < pixels; pixel++, output += channels) {
        const int8_t *bytes = stage;
        if (whole && top >= 0 && left >= 0 && top <= lowest && left <= rightmost) {
            bytes = input + (top * w->in_width + left) * w->in_channels;
            if (pixel >= in_blocks && (taps < 4 || meets(bytes, taps, output, channels))) {
                copy(stage, bytes, taps);
                bytes = stage;
            }
        } else {
            gather(params, input, top, left, stage);
        }
        if (params->wide) {
            filter_wide(params, bytes, output);
#if KWS_DSP
        } else if (pixel < in_blocks) {
            widen(bytes, taps, scratch + 2 * together);
            if (++together == KWS_PIXELS) {
                filter_three(params, scratch, output - (KWS_PIXELS - 1) * channels);
                together = 0;
            }
#endif
        } else {
            filter(params, bytes, output);
        }
        left += w->stride_width;
        if (++column == w->out_width) {
            column = 0;
            left = -w->pad_left;
            top += w->stride_height;
        }
    }
}
