/* Convolutions as dot products of the bytes under each output pixel with all filters.
 *
 * With the DSP extension three pixels are worked on at a time, their bytes widened to int16 once. What is left over, and
 * every pixel elsewhere, meets four filters at a time as the bytes it is, without a copy where they lie side by side.
 */
#include "kws_dots.h"

/* Halfwords that two filters' weights take. */
static uint32_t row_of(const kws_conv_params *p, uint32_t depth) { return p->halves ? depth / 2 : depth; }

/* Whether an output pixel that is written while its input is read would be written over it. */
static int meets(const int8_t *bytes, uint32_t taps, const int8_t *output, uint32_t channels) {
    return (uintptr_t)bytes < (uintptr_t)(output + channels) && (uintptr_t)output < (uintptr_t)(bytes + taps);
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
    const uint32_t taps = p->taps;
    for (uint32_t c = 0; c < p->window.out_channels; c++) {
        const kws_wide_channel *channel = p->wide + c;
        uint32_t sum = (uint32_t)channel->bias;
        KWS_ROLLED
        for (uint32_t tap = 0; tap < taps; tap++) {
            sum += (uint32_t)(weight_at(p, c, tap) * bytes[tap]);
        }
        const int32_t value = kws_scale((int32_t)sum, channel->multiplier, channel->left, channel->right);
        *output++ = kws_clamp(value + p->range.out_zero, p->range.least, p->range.most);
    }
}

/* ---- one pixel ---- */

/* Four filters at a time; of depths beyond a slice, the slices' sums one after the other. */
static void four(const kws_conv_params *p, const int8_t *bytes, const int16_t *weights, const kws_channel *channels,
                 int8_t *output, uint32_t apart, uint32_t depth, uint32_t absent, const int16_t *end) {
    if (p->halves) {
        kws_dots_4x1_4bit(bytes, weights, channels, output, apart, p->range.out_zero, depth / 4, absent, end);
    } else {
        kws_dots_4x1(bytes, weights, channels, output, apart, p->range.out_zero, depth / 4, absent, end);
    }
}

static KWS_APART void four_deep(const kws_conv_params *p, const int8_t *bytes, const int16_t *weights,
                                const kws_channel *channels, int8_t *output, uint32_t apart, uint32_t absent) {
    int32_t sums[4] = {0, 0, 0, 0};
    for (uint32_t from = 0; from < p->depth; from += KWS_MOST_DEPTH) {
        const uint32_t left = p->depth - from, slice = left < KWS_MOST_DEPTH ? left : KWS_MOST_DEPTH;
        int32_t part[4];
        four(p, bytes + from, weights + row_of(p, from), 0, (int8_t *)part, apart, slice, slice == left ? absent : 0, 0);
        KWS_ROLLED
        for (uint32_t i = 0; i < 4; i++) {
            sums[i] += part[i];
        }
    }
    KWS_ROLLED
    for (uint32_t i = 0; i < 4; i++, channels++) {
        const int32_t high = kws_multiply_high((sums[i] + kws_channel_bias(channels)) * 2, channels->multiplier);
        const int32_t value = kws_shift_to(p->range.out_zero, high, kws_channel_shift(channels));
        output[i] = kws_clamp(value, INT8_MIN, INT8_MAX);
    }
}

static void limit(const kws_range *range, int8_t *outputs, uint32_t count) {
    if (range->least > INT8_MIN || range->most < INT8_MAX) {
        KWS_ROLLED
        for (uint32_t i = 0; i < count; i++) {
            outputs[i] = kws_clamp(outputs[i], range->least, range->most);
        }
    }
}

static KWS_APART void filter(const kws_conv_params *p, const int8_t *bytes, uint32_t absent, int8_t *output) {
    const uint32_t depth = p->depth, row = row_of(p, depth), channels = p->window.out_channels;
    const int16_t *weights = p->weights;
    if (p->wide) {
        filter_wide(p, bytes, output);
        return;
    }
    uint32_t done = depth > KWS_MOST_DEPTH ? 0 : channels & ~3u;
    if (done > 0) {
        four(p, bytes, weights, p->channels, output, row, depth, absent, weights + done / 2 * row);
    }
    for (; done < channels; done += 4) { /* the last ones, with companions that have no place among the outputs */
        const uint32_t count = channels - done < 4 ? channels - done : 4, apart = count > 2 ? row : 0;
        kws_channel some[4];
        int8_t outputs[4];
        KWS_ROLLED
        for (uint32_t i = 0; i < 4; i++) {
            some[i] = p->channels[done + (i < count ? i : 0)];
        }
        weights = p->weights + done / 2 * row;
        if (depth > KWS_MOST_DEPTH) {
            four_deep(p, bytes, weights, some, outputs, apart, absent);
        } else {
            four(p, bytes, weights, some, outputs, apart, depth, absent, weights + apart + row);
        }
        KWS_ROLLED
        for (uint32_t i = 0; i < count; i++) {
            output[done + i] = outputs[i];
        }
    }
    limit(&p->range, output, channels);
}

/* ---- three pixels ---- */

#if KWS_DSP
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
        KWS_ROLLED
        for (uint32_t pixel = 0; pixel < KWS_PIXELS; pixel++) {
            output[pixel * channels + channels - 1] = outputs[2 * pixel];
        }
    }
    limit(&p->range, output, KWS_PIXELS * channels);
}
#endif

static KWS_APART void filter_all(const kws_conv_params *params, const int8_t *input, int8_t *output,
                                 int16_t *scratch) {
    const kws_window *w = &params->window;
    const uint32_t depth = params->depth, channels = w->out_channels, pixels = (uint32_t)w->out_height * w->out_width;
    const int32_t across = w->stride_width, down = w->stride_height, width = w->out_width;
    int32_t y = -w->pad_top, x = -w->pad_left, left = width;
    int8_t *stage = (int8_t *)scratch;
    const int8_t *next = input;
#if KWS_DSP
    const int32_t in_blocks = params->wide == 0 && depth <= KWS_MOST_DEPTH && pixels >= KWS_PIXELS;
    uint32_t together = 0;
    stage += in_blocks && !params->plain ? 2 * KWS_PIXELS * depth : 0;
#endif
    for (uint32_t pixel = pixels; pixel > 0; pixel--, output += channels) {
        const int8_t *bytes = params->plain ? next : kws_window_at(params, input, y, x, stage);
        uint32_t absent = bytes == stage ? 0 : depth - params->taps; /* what lies there meets weights of zero */
#if KWS_DSP
        if (in_blocks && pixel + together >= KWS_PIXELS) {
            kws_widen(bytes, scratch + 2 * together, depth / 4, absent);
            if (++together == KWS_PIXELS) {
                filter_three(params, scratch, output - (KWS_PIXELS - 1) * channels);
                together = 0;
            }
        } else
#endif
        {
            if (meets(bytes, params->taps, output, channels)) {
                kws_copy_bytes(stage, bytes, params->taps);
                bytes = stage;
                absent = 0;
            }
            filter(params, bytes, absent, output);
        }
        x += across;
        next += across * w->in_channels;
        if (--left == 0) {
            left = width;
            x = -w->pad_left;
            y += down;
            next = input + y * w->in_width * w->in_channels;
        }
    }
}

void kws_conv(const kws_conv_params *params, const int8_t *input, int8_t *output, int16_t *scratch) {
    const kws_window *w = &params->window;
    if (params->plain && w->out_height * w->out_width == 1) {
        filter(params, input, params->depth - (uint32_t)params->taps, output);
    } else {
        filter_all(params, input, output, scratch);
    }
}
