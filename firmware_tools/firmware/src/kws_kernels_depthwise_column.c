/* Depthwise convolution along time, of which one column is wanted: what a streaming model does at every frame.
 *
 * Channels lie side by side in the input and in the weights, so four of them are summed at once (kws_depthwise.h,
 * kws_depthwise_four.h); nothing is gathered, widened in memory or kept.
 */
#include "kws_depthwise.h"
#include "kws_depthwise_four.h"

#if KWS_DSP
static KWS_APART void filter_packed(const kws_depthwise_column_params *p, const int8_t *input, int8_t *output) {
    const uint32_t count = p->count, taps = p->taps, step = p->step, left = count % 4;
    const int32_t zero = p->range.out_zero;
    kws_depthwise_1x4(input, p->weights, p->channels, output, step, taps, zero, count / 4);
    if (left > 0) {
        const uint32_t last = count - 4;
        const int8_t *weights = p->weights + (count - left) * taps;
        int8_t some[4];
        kws_depthwise_1x4(input + last, weights, p->channels + last, some, step, taps, zero, 1);
        KWS_ROLLED
        for (uint32_t i = 4 - left; i < 4; i++) {
            output[last + i] = some[i];
        }
    }
}

/* One channel at a time: such layers are rare. */
static KWS_APART void filter_wide(const kws_depthwise_column_params *p, const int8_t *input, int8_t *output) {
    const uint32_t count = p->count, taps = p->taps;
    KWS_ROLLED
    for (uint32_t c = 0; c < count; c++) {
        const uint32_t four = c & ~3u, first = four + 4 <= count ? four : count - 4;
        const int8_t *weight = p->weights + four * taps + c - first, *sample = input + c;
        int32_t sum = 0;
        KWS_ROLLED
        for (uint32_t tap = taps; tap > 0; tap--, weight += 4, sample += p->step) {
            sum += *weight * *sample;
        }
        kws_finish_wide(&sum, p->wide + c, p->range.out_zero, output + c, 1);
    }
}

void kws_depthwise_column(const kws_depthwise_column_params *params, const int8_t *input, int8_t *output) {
    if (params->wide) {
        filter_wide(params, input, output);
    } else {
        filter_packed(params, input, output);
    }
    kws_limit_all(&params->range, output, params->count);
}
#else
void kws_depthwise_column(const kws_depthwise_column_params *params, const int8_t *input, int8_t *output) {
    const uint32_t count = params->count, taps = params->taps;
    const int8_t *weights = params->weights;
    KWS_ROLLED
    for (uint32_t done = 0; done < count; done += 4, weights += 4 * taps) {
        const uint32_t wanted = count - done < 4 ? count - done : 4, unwanted = 4 - wanted;
        int32_t sums[4] = {0, 0, 0, 0};
        kws_add_taps(input + done - unwanted, weights, taps, params->step, sums);
        kws_finish(sums + unwanted, params->channels, params->wide, done, &params->range, output + done, wanted);
    }
}
#endif
