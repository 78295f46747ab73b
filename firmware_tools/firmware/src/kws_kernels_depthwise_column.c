/* Depthwise convolution along time, of which one column is wanted: what a streaming model does at every frame.
 *
 * Channels lie side by side in the input and in the weights, so four of them are summed at once (kws_depthwise_four.h); nothing
 * is gathered, widened in memory or kept.
 */
#include "kws_depthwise.h"
#include "kws_depthwise_four.h"

void kws_depthwise_column(const kws_depthwise_column_params *params, const int8_t *input, int8_t *output) {
    const uint32_t count = params->count, size = 4u * params->taps;
    const int8_t *weights = params->weights;
    uint32_t done = 0;
#if KWS_DSP
    if (params->wide == 0 && params->range.least == INT8_MIN && params->range.most == INT8_MAX) {
        kws_depthwise_1x4(input, weights, params->channels, output, params->step, params->taps, params->range.out_zero,
                          count / 4);
        done = count & ~3u;
        weights += count / 4 * size;
    }
#endif
    KWS_ROLLED
    for (; done < count; done += 4, weights += size) {
        const uint32_t wanted = count - done < 4 ? count - done : 4, unwanted = 4 - wanted;
        int32_t sums[4] = {0, 0, 0, 0};
        kws_add_taps(input + done - unwanted, weights, params->taps, params->step, sums);
        kws_finish(sums + unwanted, params->channels, params->wide, done, &params->range, output + done, wanted);
    }
}
