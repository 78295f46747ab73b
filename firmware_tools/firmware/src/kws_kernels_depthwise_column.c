/* Depthwise convolution along time, of which one column is wanted: what a streaming model does at every frame.
 *
 * Channels lie side by side in the input and in the weights, so four of them are summed at once; nothing is gathered,
 * widened in memory or kept.
 */
#include "kws_kernels.h"

static int8_t requantised(const kws_depthwise_column_params *p, uint32_t channel, int32_t sum)
{
    const kws_range *range = &p->range;
    if (p->wide) {
        const kws_wide_channel *wide = p->wide + channel;
        const int32_t scaled = kws_scale(sum, wide->multiplier, wide->left, wide->right);
        return kws_clamp(scaled + range->out_zero, range->least, range->most);
    }
    const kws_channel *packed = p->channels + channel;
    const int32_t high = kws_multiply_high(sum * 2, packed->multiplier);
    return kws_clamp(kws_shift_to(range->out_zero, high, kws_channel_shift(packed)), range->least, range->most);
}

static int32_t bias_of(const kws_depthwise_column_params *p, uint32_t channel)
{
    return p->wide ? p->wide[channel].bias : kws_channel_bias(p->channels + channel);
}

static void filter_one(const kws_depthwise_column_params *p, const int8_t *input, uint32_t channel, int8_t *output)
{
    const int8_t *weight = p->weights + channel;
    int32_t sum = bias_of(p, channel);
    KWS_ROLLED
    for (uint32_t tap = p->taps; tap > 0; tap--, weight += p->count, input += p->step) {
        sum += *weight * *input;
    }
    *output = requantised(p, channel, sum);
}

#if KWS_DSP
/* sum + low(a) * low(b), and sum + high(a) * high(b): one instruction each. */
static inline int32_t add_low(int32_t sum, uint32_t a, uint32_t b) { return sum + (int16_t)a * (int16_t)b; }

static inline int32_t add_high(int32_t sum, uint32_t a, uint32_t b)
{
    return sum + (int16_t)(a >> 16) * (int16_t)(b >> 16);
}

static inline int8_t scaled(int32_t sum, const kws_channel *channel, int32_t zero)
{
    const int32_t high = kws_multiply_high(sum * 2, channel->multiplier);
    return kws_clamp(kws_shift_to(zero, high, kws_channel_shift(channel)), INT8_MIN, INT8_MAX);
}

/* Four channels whose requantisation is packed, limited by int8 alone. */
static KWS_APART void filter_four(const kws_depthwise_column_params *p, const int8_t *input, const int8_t *weight,
                                  const kws_channel *channel, int8_t *output)
{
    const uint32_t step = p->step, count = p->count;
    const int32_t zero = p->range.out_zero;
    int32_t a = kws_channel_bias(channel), b = kws_channel_bias(channel + 1);
    int32_t c = kws_channel_bias(channel + 2), d = kws_channel_bias(channel + 3);
    KWS_ROLLED
    for (uint32_t tap = p->taps; tap > 0; tap--) {
        const uint32_t x = kws_load_word(input), w = kws_load_word(weight);
        const uint32_t even_x = kws_even_bytes(x), even_w = kws_even_bytes(w);
        const uint32_t odd_x = kws_odd_bytes(x), odd_w = kws_odd_bytes(w);
        a = add_low(a, even_x, even_w);
        b = add_low(b, odd_x, odd_w);
        c = add_high(c, even_x, even_w);
        d = add_high(d, odd_x, odd_w);
        input += step;
        weight += count;
    }
    output[0] = scaled(a, channel, zero);
    output[1] = scaled(b, channel + 1, zero);
    output[2] = scaled(c, channel + 2, zero);
    output[3] = scaled(d, channel + 3, zero);
}
#endif

void kws_depthwise_column(const kws_depthwise_column_params *params, const int8_t *input, int8_t *output)
{
    uint32_t channel = 0;
#if KWS_DSP
    const int packed = params->wide == 0 && params->range.least == INT8_MIN && params->range.most == INT8_MAX;
    for (; packed && channel + 4u <= params->count; channel += 4) {
        filter_four(params, input + channel, params->weights + channel, params->channels + channel, output + channel);
    }
#endif
    for (; channel < params->count; channel++) {
        filter_one(params, input + channel, channel, output + channel);
    }
}
