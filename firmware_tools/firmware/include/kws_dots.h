/* Dot products of int8 windows with the paired filters of kws_conv: assembly where the core has the DSP extension, and
 * C of the same contract.
 *
 * Two filters share their words, so that one load and one widening serve both. Inputs are taken in groups of four, in
 * the order in which a word of bytes is widened: k, k + 2, k + 1, k + 3.
 *   8 bits: a halfword an input holds 256 * second + first. The sum of its products is 256 times the second's sum plus
 *   the first's, which is summed on its own (the low byte, widened) and taken away: exact as long as the second's sum
 *   fits 24 bits.
 *   4 bits: a halfword holds, from the top, second[k], first[k], second[k + 1], first[k + 1]; the other one of the
 *   group the same of k + 2. One shifted AND leaves 4096 times a weight in each halfword: exact as long as sums fit
 *   20 bits.
 * KWS_MOST_DEPTH inputs keep within both limits whatever the weights (with 4 bits, from -8 on).
 */
#ifndef KWS_DOTS_H
#define KWS_DOTS_H

#include <stdint.h>

#include "kws_kernels.h"

#define KWS_MOST_DEPTH 504
#define KWS_PIXELS 3

/* Pairs of filters at three pixels: outputs [pixel][filter]. `windows` are int16, for each group of four inputs first
 * k and k + 2 of the three pixels, then k + 1 and k + 3. The weights of a pair follow those of the pair before. */
void kws_dots_2x3(const int16_t *windows, const int16_t *weights, const kws_channel *channels, int8_t *output,
                  uint32_t step, int32_t zero, uint32_t groups, const int16_t *end);
void kws_dots_2x3_4bit(const int16_t *windows, const int16_t *weights, const kws_channel *channels, int8_t *output,
                       uint32_t step, int32_t zero, uint32_t groups, const int16_t *end);

/* The place of one of the three pixels in `windows`: `groups` >= 1 groups of four bytes are widened to it. Of the last
 * group the last `absent` bytes do not exist and are not read; there are four bytes at least. */
void kws_widen(const int8_t *bytes, int16_t *window, uint32_t groups, uint32_t absent);

/* How pixels meet all filters of a layer. pixel: one, `bytes` as they lie; three: KWS_PIXELS of them, widened; NULL where
 * a layer's pixels come one by one. */
struct kws_dots {
    void (*pixel)(const kws_conv_params *params, const int8_t *bytes, uint32_t absent, int8_t *output);
    void (*three)(const kws_conv_params *params, const int16_t *windows, int8_t *output);
};

/* Four filters at a time, whose two pairs lie `apart` halfwords from one another, at one pixel; bytes, groups and absent
 * as above. Without channels `output` takes the int32 sums of the first four filters instead. */
typedef void kws_dots_function(const int8_t *bytes, const int16_t *weights, const kws_channel *channels, int8_t *output,
                               uint32_t apart, int32_t zero, uint32_t groups, uint32_t absent, const int16_t *end);
kws_dots_function kws_dots_4x1, kws_dots_4x1_4bit;

/* The window whose first tap is at row `y`, column `x` of the input: there where it is one piece of four bytes or more,
 * else copied to `stage`. */
const int8_t *kws_window_at(const kws_conv_params *params, const int8_t *input, int32_t y, int32_t x, int8_t *stage);

/* Returns the end of the copy. */
int8_t *kws_copy_bytes(int8_t *to, const int8_t *from, int32_t count);

#endif
