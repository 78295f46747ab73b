/* int8 neural-network kernels, equal bit for bit to the reference kernels of TensorFlow Lite Micro.
 *
 * Tensors are NHWC with N = 1, row-major. The caller owns every buffer; parameters are constants that the generator
 * (firmware_tools/engine/emit.py) writes. No kernel fails: the generator has checked shapes, bounds and scratch sizes.
 * Where a comment says "in place", output may be the same memory as the input.
 */
#ifndef KWS_KERNELS_H
#define KWS_KERNELS_H

#include <stdint.h>

#include "kws_fixed_point.h"

/* A window that slides over a picture: out = (in + pads - ((kernel - 1) * dilation + 1)) / stride + 1. */
typedef struct {
    uint16_t in_height, in_width, in_channels;
    uint16_t out_height, out_width, out_channels;
    uint16_t kernel_height, kernel_width;
    uint16_t stride_height, stride_width;
    uint16_t dilation_height, dilation_width;
    uint16_t pad_top, pad_left;
} kws_window;

/* What a convolution does to each sum. */
typedef struct {
    int16_t in_zero;
    int16_t out_zero;
    int16_t least, most;
} kws_range;

/* How a convolution's pixels meet its filters (kws_dots.h): with three pixels at a time or with one, by the bits of
 * weights; deep: of more than KWS_MOST_DEPTH inputs; wide: of wide channels, or with weights of 8 bits that are -128. */
typedef struct kws_dots kws_dots;
extern const kws_dots kws_dots_8bit, kws_dots_4bit, kws_dots_pixel_8bit, kws_dots_pixel_4bit, kws_dots_deep_8bit,
    kws_dots_deep_4bit, kws_dots_wide;

/* Weights of pairs of filters as kws_dots.h lays them out, [(out_channels + 1) / 2][depth] halfwords (with `halves`,
 * weights of 4 bits, half as many), depth = taps rounded up to 4 with zeros.
 * Biases contain -in_zero * sum(weights). Where a sum may leave the bounds of kws_channel, channels are wide. */
typedef struct {
    const int16_t *weights;
    const kws_channel *channels; /* where it is NULL the layer has wide ones */
    const kws_wide_channel *wide;
    const kws_dots *dots;
    kws_window window;
    kws_range range;
    uint16_t taps; /* kernel_height * kernel_width * in_channels */
    uint16_t depth;
    uint16_t plain; /* every window is one piece of the input, of four bytes or more */
    uint16_t halves;
} kws_conv_params;

/* CONV_2D and (with a 1x1 window over the rows) FULLY_CONNECTED. scratch, word-aligned: with three pixels or more
 * and a depth of at most KWS_MOST_DEPTH 6 * depth bytes, and depth more unless windows are plain; else depth bytes.
 * In place where the generator finds that no output overtakes the input still needed, and there are two pixels or more. */
void kws_conv(const kws_conv_params *params, const int8_t *input, int8_t *output, int16_t *scratch);

/* The same where there is one output pixel, and its window is plain. */
void kws_conv_pixel(const kws_conv_params *params, const int8_t *input, int8_t *output);

/* Rows of the kernel are of `taps` weights, the last ones zero beyond kernel_width. With `fours` weights of each four
 * channels come together, [kernel_height][taps][4] (kws_depthwise.h), else each channel's are [kernel_height][taps].
 * `piece` is taps of a row that are filtered at two outputs at a time, 0 where those are not neighbours.
 * out_channels = in_channels * per_input; with `fours` they are as many.
 * Planes of rows * columns hold one or four padded input channels, of which the inside is read.
 * Neighbours along a row lie `step` bytes apart, rows `jump` bytes: the generator may exchange rows and columns. */
typedef struct {
    const int8_t *weights;
    const kws_channel *channels; /* where it is NULL the layer has wide ones */
    const kws_wide_channel *wide;
    kws_window window;
    kws_range range;
    uint16_t per_input;
    uint16_t rows, columns;
    uint16_t inside_rows, inside_columns;
    uint16_t taps, fours, piece;
    uint16_t in_step, in_jump;
    uint16_t out_step, out_jump;
} kws_depthwise_params;

/* DEPTHWISE_CONV_2D. scratch, word-aligned: rows * columns bytes, with `fours` four times as many.
 * In place when per_input is 1 and no output lies behind the input it is computed from. */
void kws_depthwise(const kws_depthwise_params *params, const int8_t *input, int8_t *output, int16_t *scratch);

/* Weights of each four channels come together, [taps][4] (kws_depthwise.h); count >= 4. The window's rows of `count`
 * channels begin `step` bytes apart. */
typedef struct {
    const int8_t *weights;
    const kws_channel *channels; /* where it is NULL the layer has wide ones */
    const kws_wide_channel *wide;
    kws_range range;
    uint16_t count, taps;
    uint16_t step;
} kws_depthwise_column_params;

/* DEPTHWISE_CONV_2D along time with one column of output: width 1, no padding, a filter a channel. In place. */
void kws_depthwise_column(const kws_depthwise_column_params *params, const int8_t *input, int8_t *output);

typedef struct {
    kws_window window;
    kws_range range;
} kws_pool_params;

void kws_average_pool(const kws_pool_params *params, const int8_t *input, int8_t *output);
void kws_max_pool(const kws_pool_params *params, const int8_t *input, int8_t *output);

/* Mean over the middle one of three dimensions; the division is part of the multiplier. */
typedef struct {
    uint32_t outer, count, inner;
    int32_t multiplier, left, right;
    kws_range range;
} kws_mean_params;

/* In place when outer is 1. */
void kws_mean(const kws_mean_params *params, const int8_t *input, int8_t *output);

/* The means of `count` sums of params->count values each. */
void kws_means_of(const kws_mean_params *params, const int32_t *sums, uint32_t count, int8_t *output);

/* Elementwise operators walk up to four dimensions with a stride of 0 where an operand is broadcast. */
typedef struct {
    uint16_t size[4];
    uint16_t stride_a[4];
    uint16_t stride_b[4];
} kws_broadcast;

/* Operand a has the larger scale: its multiplier is one half. shift_b is 0 where the scales are equal (then
 * multiplier_b is one half too), shift_out is at least 1. */
typedef struct {
    kws_broadcast shape;
    int32_t zero_a, zero_b, zero_out;
    int32_t multiplier_b, shift_b;
    int32_t multiplier_out, shift_out;
    int16_t least, most;
} kws_add_params;

typedef struct {
    kws_broadcast shape;
    int32_t zero_a, zero_b, zero_out;
    int32_t multiplier, left, right;
    int16_t least, most;
} kws_mul_params;

/* In place on an operand that is not broadcast. */
void kws_add(const kws_add_params *params, const int8_t *a, const int8_t *b, int8_t *output);
void kws_mul(const kws_mul_params *params, const int8_t *a, const int8_t *b, int8_t *output);

/* Addition of operands of one shape, limited by int8 alone:
 * output = (offset + a * multiplier_a / 2^8 + b * multiplier_b / 2^8) / 2^22, each division rounded down. The generator has
 * compared that with TFLM's addition for every pair of bytes. */
typedef struct {
    uint32_t count;
    int32_t multiplier_a, multiplier_b;
    int32_t offset;
} kws_add_linear_params;

/* In place on either operand. */
void kws_add_linear(const kws_add_linear_params *params, const int8_t *a, const int8_t *b, int8_t *output);

/* Any function of one int8: table[value + 128]. In place. */
typedef struct {
    const int8_t *table;
    uint32_t count;
} kws_lookup_params;

void kws_lookup(const kws_lookup_params *params, const int8_t *input, int8_t *output);

/* Copies `blocks` pieces of `length` bytes to every `stride`-th byte: concatenation, and reshape to another buffer. */
typedef struct {
    uint32_t blocks, length, stride, offset;
} kws_copy_params;

void kws_copy(const kws_copy_params *params, const int8_t *input, int8_t *output);

/* Copies, of each of `blocks` pieces of `stride` bytes, the `length` bytes from `offset` on: what is left of a dimension. */
typedef struct {
    uint32_t blocks, length, stride, offset;
} kws_slice_params;

void kws_slice(const kws_slice_params *params, const int8_t *input, int8_t *output);

/* Constant padding of up to four dimensions. */
typedef struct {
    uint16_t in_size[4];
    uint16_t out_size[4];
    uint16_t before[4];
    int8_t value;
} kws_pad_params;

void kws_pad(const kws_pad_params *params, const int8_t *input, int8_t *output);

/* Softmax of rows. scale * beta is multiplier / 2^31 * 2^shift in steps of 2^-26; a score more than `reach` below the
 * largest has no share. In place. */
typedef struct {
    uint32_t rows, depth;
    int32_t reach, multiplier, shift;
} kws_softmax_params;

void kws_softmax(const kws_softmax_params *params, const int8_t *input, int8_t *output);

#endif
