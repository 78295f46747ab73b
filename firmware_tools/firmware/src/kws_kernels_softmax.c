/* Softmax in the fixed-point arithmetic of gemmlowp, as TFLM computes it. */
#include "kws_kernels.h"
#include "kws_small.h"

KWS_SMALL_BEGIN

/* a * b / 2^31, rounded (SaturatingRoundingDoublingHighMul; never called with two INT32_MIN). */
static int32_t high_multiply(int32_t a, int32_t b) { return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31); }

static int32_t rounding_divide(int32_t value, int32_t shift) {
    return shift == 0 ? value : (int32_t)(((int64_t)value + (value >> 31) + ((int64_t)1 << (shift - 1))) >> shift);
}

/* exp(value) in Q0.31 for value <= 0 in Q5.26: a Taylor series around -1/8, times exp(-2^k) for each bit above it. */
static int32_t exp_of_negative(int32_t value) {
    static const int32_t powers[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    if (value == 0) {
        return INT32_MAX;
    }
    const int32_t quarter = 1 << 24, remainder = (value & (quarter - 1)) - quarter, above = remainder - value;
    const int32_t x = remainder * 32 + (1 << 28), x2 = high_multiply(x, x), x3 = high_multiply(x2, x);
    const int32_t series = high_multiply(rounding_divide(high_multiply(x2, x2), 2) + x3, 715827883) + x2;
    int32_t result = 1895147668 + high_multiply(1895147668, x + rounding_divide(series, 1));
    for (uint32_t k = 0; k < sizeof powers / sizeof powers[0]; k++) {
        if (above & (quarter << k)) {
            result = high_multiply(result, powers[k]);
        }
    }
    return result;
}

/* The exponential of a score that lies so far below the largest. */
static int32_t exponential(const kws_softmax_params *p, int32_t below) {
    return below <= p->reach ? exp_of_negative(high_multiply(-(int32_t)((uint32_t)below << p->shift), p->multiplier)) : 0;
}

/* 1 / (1 + a) in Q0.31 for a in [0, 1): three Newton-Raphson steps in Q2.29 from 48/17 - 32/17 * d. */
static int32_t reciprocal_of_one_plus(int32_t a) {
    const int32_t half_denominator = (int32_t)(((int64_t)a + INT32_MAX + 1) >> 1);
    int32_t x = 1515870810 + high_multiply(half_denominator, -1010580540);
    for (int i = 0; i < 3; i++) {
        const int32_t error = (1 << 29) - high_multiply(half_denominator, x);
        x += high_multiply(x, error) * 4;
    }
    return x > INT32_MAX / 2 ? INT32_MAX : x * 2;
}

static int32_t leading_zeros(uint32_t value) {
    int32_t zeros = 0;
    for (; value != 0 && !(value & 0x80000000u); value <<= 1) {
        zeros++;
    }
    return value == 0 ? 32 : zeros;
}

static void softmax_row(const kws_softmax_params *p, const int8_t *input, int8_t *output) {
    int32_t largest = INT8_MIN;
    for (uint32_t i = 0; i < p->depth; i++) {
        largest = input[i] > largest ? input[i] : largest;
    }
    int32_t sum = 0; /* Q12.19 */
    for (uint32_t i = 0; i < p->depth; i++) {
        sum += rounding_divide(exponential(p, largest - input[i]), 12);
    }
    const int32_t headroom = leading_zeros((uint32_t)sum);
    const int32_t inverse = reciprocal_of_one_plus((int32_t)(((uint32_t)sum << headroom) - 0x80000000u));
    const int32_t shift = 12 - headroom + 31 - 8;
    for (uint32_t i = 0; i < p->depth; i++) {
        const int32_t share = high_multiply(inverse, exponential(p, largest - input[i]));
        output[i] = kws_clamp(rounding_divide(share, shift) + INT8_MIN, INT8_MIN, INT8_MAX);
    }
}

void kws_softmax(const kws_softmax_params *params, const int8_t *input, int8_t *output) {
    for (uint32_t row = 0; row < params->rows; row++) {
        softmax_row(params, input, output);
        input += params->depth;
        output += params->depth;
    }
}

KWS_SMALL_END
