/* One pixel, or three, of a convolution: all of its filters. Which of these functions a layer needs is known when its
 * code is generated, and no other is linked (the kws_dots that its parameters name).
 */
#include "kws_dots.h"

/* Halfwords that two filters' weights take. */
static uint32_t row_of(const kws_conv_params *p, uint32_t depth) { return p->halves ? depth / 2 : depth; }

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

static void pixel_wide(const kws_conv_params *p, const int8_t *bytes, uint32_t absent, int8_t *output) {
    (void)absent;
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

/* ---- one pixel, four filters at a time ---- */

static KWS_APART void limit(const kws_range *range, int8_t *outputs, uint32_t count) {
    KWS_ROLLED
    for (uint32_t i = 0; i < count; i++) {
        outputs[i] = kws_clamp(outputs[i], range->least, range->most);
    }
}

static inline int is_limited(const kws_range *range) { return range->least > INT8_MIN || range->most < INT8_MAX; }

/* The filters from number `done` on, four or fewer: companions of the last ones have no place among the outputs. */
typedef struct {
    const int16_t *weights;
    uint32_t count, apart;
    kws_channel channels[4];
} few;

static few few_from(const kws_conv_params *p, uint32_t done) {
    const uint32_t row = row_of(p, p->depth), left = p->window.out_channels - done, count = left < 4 ? left : 4;
    few f = {p->weights + done / 2 * row, count, count > 2 ? row : 0, {{0, 0}, {0, 0}, {0, 0}, {0, 0}}};
    KWS_ROLLED
    for (uint32_t i = 0; i < 4; i++) {
        f.channels[i] = p->channels[done + (i < count ? i : 0)];
    }
    return f;
}

static KWS_APART void last_filters(const kws_conv_params *p, const int8_t *bytes, uint32_t absent, int8_t *output,
                                   kws_dots_function *four, uint32_t done) {
    const few last = few_from(p, done);
    int8_t outputs[4];
    four(bytes, last.weights, last.channels, outputs, last.apart, p->range.out_zero, p->depth / 4, absent,
         last.weights + last.apart + row_of(p, p->depth));
    kws_copy_bytes(output + done, outputs, (int32_t)last.count);
}

static inline void pixel(const kws_conv_params *p, const int8_t *bytes, uint32_t absent, int8_t *output,
                         kws_dots_function *four, uint32_t row) {
    const uint32_t channels = p->window.out_channels, done = channels & ~3u;
    if (done > 0) {
        const int16_t *end = p->weights + done / 2 * row;
        four(bytes, p->weights, p->channels, output, row, p->range.out_zero, p->depth / 4, absent, end);
    }
    if (done < channels) {
        last_filters(p, bytes, absent, output, four, done);
    }
    if (is_limited(&p->range)) {
        limit(&p->range, output, channels);
    }
}

static void pixel_8bit(const kws_conv_params *p, const int8_t *bytes, uint32_t absent, int8_t *output) {
    pixel(p, bytes, absent, output, kws_dots_4x1, p->depth);
}

static void pixel_4bit(const kws_conv_params *p, const int8_t *bytes, uint32_t absent, int8_t *output) {
    pixel(p, bytes, absent, output, kws_dots_4x1_4bit, p->depth / 2u);
}

/* ---- one pixel of more than KWS_MOST_DEPTH inputs: the sums of its slices, one after the other ---- */

static KWS_APART void pixel_deep(const kws_conv_params *p, const int8_t *bytes, uint32_t absent, int8_t *output,
                                 kws_dots_function *four) {
    for (uint32_t done = 0; done < p->window.out_channels; done += 4) {
        const few some = few_from(p, done);
        int32_t sums[4] = {0, 0, 0, 0}, part[4];
        for (uint32_t from = 0; from < p->depth; from += KWS_MOST_DEPTH) {
            const uint32_t left = p->depth - from, slice = left < KWS_MOST_DEPTH ? left : KWS_MOST_DEPTH;
            four(bytes + from, some.weights + row_of(p, from), 0, (int8_t *)part, some.apart, 0, slice / 4,
                 slice == left ? absent : 0, 0);
            KWS_ROLLED
            for (uint32_t i = 0; i < 4; i++) {
                sums[i] += part[i];
            }
        }
        KWS_ROLLED
        for (uint32_t i = 0; i < some.count; i++) {
            const kws_channel *channel = some.channels + i;
            const int32_t high = kws_multiply_high((sums[i] + kws_channel_bias(channel)) * 2, channel->multiplier);
            const int32_t value = kws_shift_to(p->range.out_zero, high, kws_channel_shift(channel));
            output[done + i] = kws_clamp(value, p->range.least, p->range.most);
        }
    }
}

static void deep_8bit(const kws_conv_params *p, const int8_t *bytes, uint32_t absent, int8_t *output) {
    pixel_deep(p, bytes, absent, output, kws_dots_4x1);
}

static void deep_4bit(const kws_conv_params *p, const int8_t *bytes, uint32_t absent, int8_t *output) {
    pixel_deep(p, bytes, absent, output, kws_dots_4x1_4bit);
}

/* ---- three pixels ---- */

#if KWS_DSP
typedef void block_function(const int16_t *windows, const int16_t *weights, const kws_channel *channels, int8_t *output,
                            uint32_t step, int32_t zero, uint32_t groups, const int16_t *end);

static KWS_APART void three(const kws_conv_params *p, const int16_t *windows, int8_t *output, block_function *block) {
    const uint32_t channels = p->window.out_channels, pairs = channels / 2, groups = p->depth / 4u;
    const uint32_t row = row_of(p, p->depth);
    const int16_t *last_weights = p->weights + pairs * row;
    if (pairs > 0) {
        block(windows, p->weights, p->channels, output, channels, p->range.out_zero, groups, last_weights);
    }
    if (channels % 2) { /* the last filter's companion has weights of zero and no place among the outputs */
        const kws_channel last[2] = {p->channels[channels - 1], p->channels[channels - 1]};
        int8_t outputs[2 * KWS_PIXELS];
        block(windows, last_weights, last, outputs, 2, p->range.out_zero, groups, last_weights + row);
        KWS_ROLLED
        for (uint32_t pixel = 0; pixel < KWS_PIXELS; pixel++) {
            output[pixel * channels + channels - 1] = outputs[2 * pixel];
        }
    }
    if (is_limited(&p->range)) {
        limit(&p->range, output, KWS_PIXELS * channels);
    }
}

static void three_8bit(const kws_conv_params *p, const int16_t *windows, int8_t *output) {
    three(p, windows, output, kws_dots_2x3);
}

static void three_4bit(const kws_conv_params *p, const int16_t *windows, int8_t *output) {
    three(p, windows, output, kws_dots_2x3_4bit);
}
#else
#define three_8bit 0
#define three_4bit 0
#endif

const kws_dots kws_dots_8bit = {pixel_8bit, three_8bit};
const kws_dots kws_dots_4bit = {pixel_4bit, three_4bit};
const kws_dots kws_dots_pixel_8bit = {pixel_8bit, 0};
const kws_dots kws_dots_pixel_4bit = {pixel_4bit, 0};
const kws_dots kws_dots_deep_8bit = {deep_8bit, 0};
const kws_dots kws_dots_deep_4bit = {deep_4bit, 0};
const kws_dots kws_dots_wide = {pixel_wide, 0};

void kws_conv_pixel(const kws_conv_params *params, const int8_t *input, int8_t *output) {
    params->dots->pixel(params, input, params->depth - (uint32_t)params->taps, output);
}
