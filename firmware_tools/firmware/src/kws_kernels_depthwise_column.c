/* Depthwise convolution along time, of which one column is wanted: what a streaming model does at every frame.
 *
 * Channels lie side by side in the input and in the weights, so four of them are summed at once (kws_depthwise.h); nothing
 * is gathered, widened in memory or kept.
 */
#include "kws_depthwise.h"

static int8_t requantised(const kws_depthwise_column_params *p, uint32_t channel, int32_t sum) {
    const kws_range *range = &p->range;
    if (p->wide) {
        const kws_wide_channel *wide = p->wide + channel;
        const int32_t scaled = kws_scale((int32_t)((uint32_t)wide->bias + (uint32_t)sum), wide->multiplier, wide->left, wide->right);
        return kws_clamp(scaled + range->out_zero, range->least, range->most);
    }
    const kws_channel *packed = p->channels + channel;
    const int32_t high = kws_multiply_high((kws_channel_bias(packed) + sum) * 2, packed->multiplier);
    return kws_clamp(kws_shift_to(range->out_zero, high, kws_channel_shift(packed)), range->least, range->most);
}

static KWS_APART void filter_one(const kws_depthwise_column_params *p, const int8_t *input, const int8_t *weights,
                                 uint32_t between, uint32_t channel, int8_t *output) {
    const uint32_t step = p->step;
    int32_t sum = 0;
    KWS_ROLLED
    for (uint32_t tap = p->taps; tap > 0; tap--, weights += between, input += step) {
        sum += *weights * *input;
    }
    *output = requantised(p, channel, sum);
}

#if KWS_DSP
static void filter_fours(const kws_depthwise_column_params *p, const int8_t *input, int8_t *output) {
    const uint32_t count = p->count, taps = p->taps, last = count - 4;
    const int32_t zero = p->range.out_zero;
    int8_t some[4];
    kws_depthwise_1x4(input, p->weights, p->channels, output, p->step, taps, zero, count / 4);
    if (count % 4 > 0) {
        const int8_t *weights = p->weights + (count & ~3u) * taps;
        kws_depthwise_1x4(input + last, weights, p->channels + last, some, p->step, taps, zero, 1);
        KWS_ROLLED
        for (uint32_t i = 4 - count % 4; i < 4; i++) {
            output[last + i] = some[i];
        }
    }
    if (p->range.least > INT8_MIN || p->range.most < INT8_MAX) {
        KWS_ROLLED
        for (uint32_t i = 0; i < count; i++) {
            output[i] = kws_clamp(output[i], p->range.least, p->range.most);
        }
    }
}
#endif

void kws_depthwise_column(const kws_depthwise_column_params *params, const int8_t *input, int8_t *output) {
    const uint32_t count = params->count, taps = params->taps;
#if KWS_DSP
    if (params->wide == 0 && count >= 4) {
        filter_fours(params, input, output);
        return;
    }
#endif
    for (uint32_t c = 0; c < count; c++) {
        if (count >= 4) {
            const int8_t *weights = kws_weights_in_fours(params->weights, c, count, taps);
            filter_one(params, input + c, weights, 4, c, output + c);
        } else {
            filter_one(params, input + c, params->weights + c * taps, 1, c, output + c);
        }
    }
}
