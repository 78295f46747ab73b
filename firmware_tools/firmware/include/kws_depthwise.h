/* Sums of one depthwise filter at eight neighbouring places: assembly where the core has the DSP extension, and C of the
 * same contract (kws_kernels_depthwise_eight.c).
 *
 * Weights are words of two halfwords: (w0,w1) for sums at even places and (0,w0) for those at odd ones, then (w2,w3) and
 * (w1,w2), and so on, so that every word of two samples serves both kinds.
 */
#ifndef KWS_DEPTHWISE_H
#define KWS_DEPTHWISE_H

#include <stdint.h>

#define KWS_MOST_PAIRS 5

/* Weights and what becomes of the sums. A kernel of several rows has `piece` pairs in each; one of a single row may have
 * several pieces. */
typedef struct {
    const int16_t *weights, *end;
    int32_t jump;       /* bytes from the end of a piece's first samples to the beginning of the next one's */
    uint32_t piece;     /* pairs, 1 to KWS_MOST_PAIRS */
    int32_t bias;       /* weights and bias are twice what they should be */
    int32_t multiplier; /* as in kws_channel */
    int32_t shift;
    int32_t zero;
    uint32_t step; /* bytes from one output to the next */
} kws_depthwise_filter;

/* 8 * groups outputs; samples are word-aligned, or words may lie anywhere. */
void kws_depthwise_eight(const kws_depthwise_filter *filter, const int16_t *samples, int8_t *output, uint32_t groups);

#endif
