/* Depthwise filters of four channels that lie side by side, for cores with the DSP extension: in assembly, and in C of the
 * same contract where KWS_DSP is 1 and the core has none. kws_depthwise_four.h is for all cores.
 *
 * A word holds a sample, or a weight, of each of the four. Where their number is no multiple of four, the last four
 * channels of a layer share some with the four before.
 */
#ifndef KWS_DEPTHWISE_H
#define KWS_DEPTHWISE_H

#include <stdint.h>

#include "kws_kernels.h"

#define KWS_MOST_TAPS 9

/* One row of outputs. A kernel of several rows has `piece` taps in each; one of a single row may have several pieces. */
typedef struct {
    const kws_channel *channels; /* of the four */
    uint32_t size;               /* bytes of the weights of the four */
    int32_t jump;                /* bytes from one sample behind a piece's last to the next one's first */
    uint32_t piece;              /* taps, 1 to KWS_MOST_TAPS */
    int32_t zero;                /* of the outputs */
    uint32_t step;               /* bytes from one output to the next */
    uint32_t count;              /* of the outputs */
} kws_depthwise_row;

/* A row of outputs of four channels, two at a time: samples of neighbours are neighbouring words. Where `count` is odd
 * the samples of one more are read. Weights and samples are word-aligned. */
void kws_depthwise_2x4(const kws_depthwise_row *row, const int8_t *samples, const int8_t *weights, int8_t *output);

/* One output of 4 * blocks channels, blocks > 0: samples lie `step` bytes apart. In place. */
void kws_depthwise_1x4(const int8_t *samples, const int8_t *weights, const kws_channel *channels, int8_t *output,
                       uint32_t step, uint32_t taps, int32_t zero, uint32_t blocks);

#endif
