/* Operators that treat each element by itself, and those that only move elements. */
#include "kws_kernels.h"

/* ---- addition and multiplication ---- */

/* One row of a sum. Operand a is the one with the larger scale: its multiplier is exactly one half, so that raising it by
 * 2^20 and scaling it is a shift by 19; so it is for b where the scales are equal. */
static inline void add_row(const kws_add_params *p, const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                           uint32_t step_a, uint32_t step_b, int limited) {
    const int32_t zeros_a = p->zero_a * (1 << 19), zeros_b = p->zero_b * (1 << 21);
    const int32_t multiplier_b = p->multiplier_b, shift_b = p->shift_b, rounding_b = 1 << (shift_b - 1);
    const int32_t multiplier = p->multiplier_out, shift = p->shift_out, rounding = 1 << (shift - 1);
    const int32_t zero = p->zero_out;
    const int32_t least = limited ? p->least : INT8_MIN, most = limited ? p->most : INT8_MAX;
    for (const int8_t *end = output + count; output != end; a += step_a, b += step_b) {
        const int32_t scaled_b = kws_multiply_high(*b * (1 << 21) - zeros_b, multiplier_b);
        const int32_t sum = *a * (1 << 19) - zeros_a + kws_rounding_shift(scaled_b, rounding_b, shift_b);
        const int32_t value = kws_rounding_shift(kws_multiply_high(sum * 2, multiplier), rounding, shift);
        *output++ = kws_clamp(value + zero, least, most);
    }
}

/* The same where both scales are equal. */
static KWS_APART void add_equal_row(const kws_add_params *p, const int8_t *a, const int8_t *b, int8_t *output,
                                 uint32_t count, uint32_t step_a, uint32_t step_b) {
    const int32_t zeros = p->zero_a + p->zero_b, multiplier = p->multiplier_out, shift = p->shift_out;
    const int32_t zero = p->zero_out, rounding = 1 << (shift - 1), least = p->least, most = p->most;
    for (const int8_t *end = output + count; output != end; a += step_a, b += step_b) {
        const int32_t high = kws_multiply_high((*a + *b - zeros) * (1 << 20), multiplier);
        *output++ = kws_clamp(kws_rounding_shift(high, rounding, shift) + zero, least, most);
    }
}

static KWS_APART void add_broadcast_row(const kws_add_params *p, const int8_t *a, const int8_t *b, int8_t *output) {
    add_row(p, a, b, output, p->shape.size[3], p->shape.stride_a[3], p->shape.stride_b[3], 1);
}

static KWS_APART void add_whole_row(const kws_add_params *p, const int8_t *a, const int8_t *b, int8_t *output) {
    add_row(p, a, b, output, p->shape.size[3], 1, 1, 0);
}

static KWS_APART void mul_row(const kws_mul_params *p, const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                    uint32_t step_a, uint32_t step_b) {
    for (; count > 0; count--, a += step_a, b += step_b) {
        const int32_t product = (*a - p->zero_a) * (*b - p->zero_b);
        const int32_t value = kws_scale(product, p->multiplier, p->left, p->right) + p->zero_out;
        *output++ = kws_clamp(value, p->least, p->most);
    }
}

/* Starts of the operands' rows for row number `row` of the output. */
static void find_rows(const kws_broadcast *s, uint32_t row, const int8_t **a, const int8_t **b) {
    for (int axis = 2; axis >= 0; axis--) {
        const uint32_t index = row % s->size[axis];
        row /= s->size[axis];
        *a += index * s->stride_a[axis];
        *b += index * s->stride_b[axis];
    }
}

static inline uint32_t count_rows(const kws_broadcast *s) { return (uint32_t)s->size[0] * s->size[1] * s->size[2]; }

void kws_add(const kws_add_params *params, const int8_t *a, const int8_t *b, int8_t *output) {
    const kws_broadcast *s = &params->shape;
    const int whole = s->stride_a[3] == 1 && s->stride_b[3] == 1 && params->least == INT8_MIN && params->most == INT8_MAX;
    for (uint32_t row = 0; row < count_rows(s); row++, output += s->size[3]) {
        const int8_t *row_a = a, *row_b = b;
        find_rows(s, row, &row_a, &row_b);
        if (params->shift_b == 0) {
            add_equal_row(params, row_a, row_b, output, s->size[3], s->stride_a[3], s->stride_b[3]);
        } else if (whole) {
            add_whole_row(params, row_a, row_b, output);
        } else {
            add_broadcast_row(params, row_a, row_b, output);
        }
    }
}

void kws_mul(const kws_mul_params *params, const int8_t *a, const int8_t *b, int8_t *output) {
    const kws_broadcast *s = &params->shape;
    for (uint32_t row = 0; row < count_rows(s); row++, output += s->size[3]) {
        const int8_t *row_a = a, *row_b = b;
        find_rows(s, row, &row_a, &row_b);
        mul_row(params, row_a, row_b, output, s->size[3], s->stride_a[3], s->stride_b[3]);
    }
}

/* ---- tables and moves ---- */

void kws_lookup(const kws_lookup_params *params, const int8_t *input, int8_t *output) {
    for (uint32_t i = 0; i < params->count; i++) {
        output[i] = params->table[input[i] + 128];
    }
}

void kws_copy(const kws_copy_params *params, const int8_t *input, int8_t *output) {
    output += params->offset;
    for (uint32_t block = 0; block < params->blocks; block++) {
        __builtin_memcpy(output, input, params->length);
        input += params->length;
        output += params->stride;
    }
}

void kws_slice(const kws_slice_params *params, const int8_t *input, int8_t *output) {
    input += params->offset;
    for (uint32_t block = 0; block < params->blocks; block++) {
        __builtin_memcpy(output, input, params->length);
        input += params->stride;
        output += params->length;
    }
}

void kws_pad(const kws_pad_params *params, const int8_t *input, int8_t *output) {
    const uint16_t *size = params->in_size, *out = params->out_size, *before = params->before;
    const uint32_t rows = (uint32_t)out[0] * out[1] * out[2];
    for (uint32_t row = 0; row < rows; row++, output += out[3]) {
        const uint32_t y = row / out[2] % out[1] - before[1], x = row % out[2] - before[2];
        const uint32_t n = row / out[2] / out[1] - before[0];
        __builtin_memset(output, params->value, out[3]);
        if (n < size[0] && y < size[1] && x < size[2]) { /* unsigned: negative positions are beyond the end */
            __builtin_memcpy(output + before[3], input + ((n * size[1] + y) * size[2] + x) * size[3], size[3]);
        }
    }
}
