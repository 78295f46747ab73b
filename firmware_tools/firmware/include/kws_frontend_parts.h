/* The parts of the front end, for kws_frontend*.c and for those who compute several front ends at once.
 *
 *     samples --kws_frontend_window--> work --kws_frontend_powers--> work --kws_frontend_levels--> work
 *             --kws_frontend_features--> int8 frame
 *
 * Everything happens in the caller's work buffer of fft_size words:
 *   windowed samples   int32, two a complex number, which lies where its number with the bits reversed says
 *   powers             uint64 of bin 1 .. fft_size / 2 - 1, from word 2 * bin on
 *   levels             int32 Q9 octaves, one a band, from word 1 on
 */
#ifndef KWS_FRONTEND_PARTS_H
#define KWS_FRONTEND_PARTS_H

#include "kws_fixed_point.h"
#include "kws_frontend.h"

/* Window `count` samples, of which the first is number `from` of the frame. */
void kws_frontend_window(const kws_frontend_tables *t, int32_t *work, uint32_t from, const int16_t *samples,
                         uint32_t count);

/* Powers of a frame all of whose samples are windowed. */
void kws_frontend_powers(const kws_frontend_tables *t, int32_t *work);

/* Levels of the mel bands. */
void kws_frontend_levels(const kws_frontend_tables *t, int32_t *work);

/* The frame, from its levels, which are lost. */
void kws_frontend_features(const kws_frontend_tables *t, int32_t *work, int8_t *frame);

/* ---- Arithmetic: exact on every machine, 16 bits at a time where a core has no longer products ------------------ */

/* High word of the product, rounded down: one SMMUL on a Cortex-M4. */
static inline int32_t kws_high_word(int32_t a, int32_t b) {
#if KWS_SHORT_MULTIPLY
    const int32_t al = (uint16_t)a, bl = (uint16_t)b, ah = a >> 16, bh = b >> 16;
    const int32_t middle = ah * bl + (int32_t)((uint32_t)al * (uint32_t)bl >> 16);
    return ah * bh + (middle >> 16) + ((al * bh + (int32_t)(uint16_t)middle) >> 16);
#else
    return (int32_t)(((int64_t)a * b) >> 32);
#endif
}

/* a * b / 2^16, rounded down, for a result that fits 32 bits: one SMULWB on a Cortex-M4. */
static inline int32_t kws_scale_sample(int32_t a, int16_t b) {
#if KWS_SHORT_MULTIPLY
    return (a >> 16) * b + ((int32_t)(uint16_t)a * b >> 16);
#else
    return (int32_t)(((int64_t)a * b) >> 16);
#endif
}

/* x * x. */
static inline uint64_t kws_square(int32_t x) {
#if KWS_SHORT_MULTIPLY
    const uint32_t size = x < 0 ? 0u - (uint32_t)x : (uint32_t)x, low = (uint16_t)size, high = size >> 16;
    return ((uint64_t)(high * high) << 32) + low * low + ((uint64_t)(high * low) << 17);
#else
    return (uint64_t)((int64_t)x * x);
#endif
}

/* a * b, of which b has 16 bits. */
static inline uint64_t kws_product(uint32_t a, uint32_t b) {
#if KWS_SHORT_MULTIPLY
    return ((uint64_t)((a >> 16) * b) << 16) + (a & 0xFFFFu) * b;
#else
    return (uint64_t)a * b;
#endif
}

/* sum + a * b, of which a has 16 bits. */
static inline int64_t kws_sum_product(int64_t sum, int32_t a, int32_t b) {
#if KWS_SHORT_MULTIPLY
    return sum + (int64_t)((uint64_t)(int64_t)(a * (b >> 16)) << 16) + a * (int32_t)(uint16_t)b;
#else
    return sum + (int64_t)a * b;
#endif
}

/* The bits of x in reversed order. */
static inline uint32_t kws_reversed(uint32_t x) {
#if KWS_DSP_NATIVE
    uint32_t result;
    __asm__("rbit %0, %1" : "=r"(result) : "r"(x));
    return result;
#elif defined(__clang__)
    return __builtin_bitreverse32(x);
#else
    x = (x >> 16) | (x << 16);
    x = ((x >> 8) & 0x00FF00FFu) | ((x & 0x00FF00FFu) << 8);
    x = ((x >> 4) & 0x0F0F0F0Fu) | ((x & 0x0F0F0F0Fu) << 4);
    x = ((x >> 2) & 0x33333333u) | ((x & 0x33333333u) << 2);
    return ((x >> 1) & 0x55555555u) | ((x & 0x55555555u) << 1);
#endif
}

/* A cosine of kws_frontend_tables in Q30, and in Q31. */
static inline int32_t kws_cosine_q30(uint32_t cosine) { return (int32_t)(cosine >> 2); }

static inline int32_t kws_cosine_q31(uint32_t cosine) { return (int32_t)(cosine >> 1) - (int32_t)(~cosine & 1u); }

#endif
