/* Operators that treat each element by itself, and those that only move elements. */
#include "kws_kernels.h"

/* ---- addition and multiplication ---- */

/* value * multiplier / 2^31 / 2^shift with TFLM's two roundings, for |value| < 2^30; `twice` is 2 * value. */
static inline int32_t scaled(int32_t twice, int32_t multiplier, int32_t rounding, int32_t negative, int32_t shift) {
    const int32_t high = kws_multiply_high(twice, multiplier);
    return (high + ((high >> 31) & negative) + rounding) >> shift;
}

/* One row: both operands are raised by 2^20, scaled to one unit, added and scaled to the output. */
static void add_row(const kws_add_params *p, const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
                    uint32_t step_a, uint32_t step_b) {
    const int32_t rounding_a = p->shift_a ? 1 << (p->shift_a - 1) : 0, negative_a = p->shift_a ? -1 : 0;
    const int32_t rounding_b = p->shift_b ? 1 << (p->shift_b - 1) : 0, negative_b = p->shift_b ? -1 : 0;
    const int32_t rounding = p->shift_out ? 1 << (p->shift_out - 1) : 0, negative = p->shift_out ? -1 : 0;
    for (; count > 0; count--, a += step_a, b += step_b) {
        const int32_t raised_a = (*a - p->zero_a) * (1 << 21), raised_b = (*b - p->zero_b) * (1 << 21);
        const int32_t sum = scaled(raised_a, p->multiplier_a, rounding_a, negative_a, p->shift_a) +
                            scaled(raised_b, p->multiplier_b, rounding_b, negative_b, p->shift_b);
        const int32_t value = scaled(sum * 2, p->multiplier_out, rounding, negative, p->shift_out) + p->zero_out;
        *output++ = kws_clamp(value, p->least, p->most);
    }
}

static void mul_row(const kws_mul_params *p, const int8_t *a, const int8_t *b, int8_t *output, uint32_t count,
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
    for (uint32_t row = 0; row < count_rows(s); row++, output += s->size[3]) {
        const int8_t *row_a = a, *row_b = b;
        find_rows(s, row, &row_a, &row_b);
        add_row(params, row_a, row_b, output, s->size[3], s->stride_a[3], s->stride_b[3]);
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
        memcpy(output, input, params->length);
        input += params->length;
        output += params->stride;
    }
}

void kws_pad(const kws_pad_params *params, const int8_t *input, int8_t *output) {
    const uint16_t *size = params->in_size, *out = params->out_size, *before = params->before;
    const uint32_t rows = (uint32_t)out[0] * out[1] * out[2];
    for (uint32_t row = 0; row < rows; row++, output += out[3]) {
        const uint32_t y = row / out[2] % out[1] - before[1], x = row % out[2] - before[2];
        const uint32_t n = row / out[2] / out[1] - before[0];
        memset(output, params->value, out[3]);
        if (n < size[0] && y < size[1] && x < size[2]) { /* unsigned: negative positions are beyond the end */
            memcpy(output + before[3], input + ((n * size[1] + y) * size[2] + x) * size[3], size[3]);
        }
    }
}
