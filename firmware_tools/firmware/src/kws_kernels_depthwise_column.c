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

void kws_depthwise_column(const kws_depthwise_column_params *params, const int8_t *input, int8_t *output) {
    const uint32_t count = params->count, taps = params->taps, in_fours = count & ~3u;
    uint32_t channel = 0;
#if KWS_DSP
    if (params->wide == 0 && in_fours > 0) {
        kws_depthwise_1x4(input, params->weights, params->channels, output, params->step, taps, params->range.out_zero,
                          in_fours / 4);
        if (params->range.least > INT8_MIN || params->range.most < INT8_MAX) {
            KWS_ROLLED
            for (uint32_t i = 0; i < in_fours; i++) {
                output[i] = kws_clamp(output[i], params->range.least, params->range.most);
            }
        }
        channel = in_fours;
    }
#endif
    for (; channel < count; channel++) {
        if (channel < in_fours) {
            const int8_t *weights = params->weights + channel / 4 * 4 * taps + channel % 4;
            filter_one(params, input + channel, weights, 4, channel, output + channel);
        } else {
            filter_one(params, input + channel, params->weights + channel * taps, 1, channel, output + channel);
        }
    }
}
