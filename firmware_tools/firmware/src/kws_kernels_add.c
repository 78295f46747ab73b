/* Addition of two tensors of one shape as a sum of products, four elements at a time (engine/linear_sum.py). */
#include "kws_kernels.h"

#define FRACTION 22 /* FRACTION of engine/linear_sum.py */

static inline int8_t step_of(int32_t sum) { return kws_clamp(sum >> FRACTION, INT8_MIN, INT8_MAX); }

static inline int8_t added(const kws_add_linear_params *p, int32_t a, int32_t b) {
    const int32_t with_a = kws_multiply_low_add(p->multiplier_a, (uint32_t)a << 8, p->offset);
    return step_of(kws_multiply_low_add(p->multiplier_b, (uint32_t)b << 8, with_a));
}

void kws_add_linear(const kws_add_linear_params *params, const int8_t *a, const int8_t *b, int8_t *output) {
    const int8_t *end = output + params->count;
#if KWS_DSP
    const int32_t of_a = params->multiplier_a, of_b = params->multiplier_b, offset = params->offset;
    uint32_t high_bytes = 0xFF00FF00u;
    KWS_KEPT(high_bytes)
    KWS_ROLLED
    for (const int8_t *fours = output + (params->count & ~3u); output != fours; a += 4, b += 4, output += 4) {
        const uint32_t word_a = kws_load_word(a), word_b = kws_load_word(b);
        const uint32_t even_a = word_a << 8 & high_bytes, odd_a = word_a & high_bytes;
        const uint32_t even_b = word_b << 8 & high_bytes, odd_b = word_b & high_bytes;
        output[0] = step_of(kws_multiply_low_add(of_b, even_b, kws_multiply_low_add(of_a, even_a, offset)));
        output[1] = step_of(kws_multiply_low_add(of_b, odd_b, kws_multiply_low_add(of_a, odd_a, offset)));
        output[2] = step_of(kws_multiply_high_add(of_b, even_b, kws_multiply_high_add(of_a, even_a, offset)));
        output[3] = step_of(kws_multiply_high_add(of_b, odd_b, kws_multiply_high_add(of_a, odd_a, offset)));
    }
#endif
    KWS_ROLLED
    for (; output != end; a++, b++) {
        *output++ = added(params, *a, *b);
    }
}
