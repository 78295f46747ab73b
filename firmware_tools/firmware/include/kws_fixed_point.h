/* Fixed-point steps of TensorFlow Lite's int8 kernels, and the DSP instructions that speed them up.
 *
 * Everything here gives the same bits on every machine. On cores with the DSP extension (KWS_DSP) the primitives are
 * one instruction each; elsewhere they are plain C. KWS_DSP can be set on the host to run the board's algorithms there.
 */
#ifndef KWS_FIXED_POINT_H
#define KWS_FIXED_POINT_H

#include <stdint.h>

#if !defined(KWS_DSP)
#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#define KWS_DSP 1
#else
#define KWS_DSP 0
#endif
#endif

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP && KWS_DSP
#define KWS_DSP_NATIVE 1
#else
#define KWS_DSP_NATIVE 0
#endif

/* On cores that multiply 32 bits by 32 to the low 32 only, as Cortex-M0. */
#if !defined(KWS_SHORT_MULTIPLY)
#if defined(__ARM_ARCH_ISA_THUMB) && __ARM_ARCH_ISA_THUMB == 1
#define KWS_SHORT_MULTIPLY 1
#else
#define KWS_SHORT_MULTIPLY 0
#endif
#endif

/* The same, and it is such a core. */
#if defined(__ARM_ARCH_ISA_THUMB) && __ARM_ARCH_ISA_THUMB == 1 && KWS_SHORT_MULTIPLY
#define KWS_SHORT_MULTIPLY_NATIVE 1
#else
#define KWS_SHORT_MULTIPLY_NATIVE 0
#endif

/* Requantisation of one output channel: output = zero + acc * multiplier / 2^31 / 2^shift, as TFLM rounds it. The
 * generator guarantees |acc| < 2^30, |bias| < 2^25 and 1 <= shift <= 31. */
typedef struct {
    int32_t bias_and_shift; /* bias * 64 + shift */
    int32_t multiplier;
} kws_channel;

/* The same without those guarantees: acc is shifted left, multiplied, shifted right. */
typedef struct {
    int32_t bias;
    int32_t multiplier;
    int32_t left, right;
} kws_wide_channel;

static inline int32_t kws_channel_bias(const kws_channel *channel) { return channel->bias_and_shift >> 6; }

static inline int32_t kws_channel_shift(const kws_channel *channel) { return channel->bias_and_shift & 31; }

/* Keeps hot loops in functions of their own: inlined into one another they run out of registers. */
#define KWS_APART __attribute__((noinline))

/* Before a loop that is short or rare: compilers would unroll it. */
#if defined(__clang__)
#define KWS_ROLLED _Pragma("clang loop unroll(disable)")
#else
#define KWS_ROLLED
#endif

/* Two sums are ready here: keeps compilers from collecting products where there are eight registers for them. */
#if KWS_SHORT_MULTIPLY
#define KWS_IN_ORDER(a, b) __asm__("" : "+r"(a), "+r"(b));
#else
#define KWS_IN_ORDER(a, b)
#endif

/* A constant that stays in its register: compilers would write it anew for each use. */
#define KWS_KEPT(constant) __asm__("" : "+r"(constant));

/* Four bytes or two halfwords as one word; the address need not be aligned where KWS_DSP is 1. */
static inline uint32_t kws_load_word(const void *address) {
    uint32_t word;
    __builtin_memcpy(&word, address, sizeof word);
    return word;
}

static inline void kws_store_word(void *address, uint32_t word) { __builtin_memcpy(address, &word, sizeof word); }

/* (a * b + 2^31) / 2^32, rounded down. */
static inline int32_t kws_multiply_high(int32_t a, int32_t b) {
#if KWS_DSP_NATIVE
    int32_t result;
    __asm__("smmulr %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#elif KWS_SHORT_MULTIPLY
    const uint32_t al = (uint16_t)a, bl = (uint16_t)b;
    const int32_t ah = a >> 16, bh = b >> 16, left = ah * (int32_t)bl, right = (int32_t)al * bh;
    const uint32_t low = (al * bl >> 16) + (uint16_t)left + (uint16_t)right + 0x8000u;
    return ah * bh + (left >> 16) + (right >> 16) + (int32_t)(low >> 16);
#else
    return (int32_t)(((int64_t)a * b + ((int64_t)1 << 31)) >> 32);
#endif
}

/* sum + (a * low halfword of b) / 2^16, rounded down; wraps as a register does. */
static inline int32_t kws_multiply_low_add(int32_t a, uint32_t b, int32_t sum) {
#if KWS_DSP_NATIVE
    int32_t result;
    __asm__("smlawb %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
#elif KWS_SHORT_MULTIPLY
    const int32_t factor = (int16_t)b;
    return (int32_t)((uint32_t)sum + (uint32_t)((a >> 16) * factor) + (uint32_t)((int32_t)(uint16_t)a * factor >> 16));
#else
    return (int32_t)((uint32_t)sum + (uint32_t)((int64_t)a * (int16_t)b >> 16));
#endif
}

/* The same with the high halfword of b. */
static inline int32_t kws_multiply_high_add(int32_t a, uint32_t b, int32_t sum) {
#if KWS_DSP_NATIVE
    int32_t result;
    __asm__("smlawt %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
#else
    return kws_multiply_low_add(a, b >> 16, sum);
#endif
}

/* Bytes 0 and 2 of a word, sign-extended to halfwords. */
static inline uint32_t kws_even_bytes(uint32_t word) {
#if KWS_DSP_NATIVE
    uint32_t result;
    __asm__("sxtb16 %0, %1" : "=r"(result) : "r"(word));
    return result;
#else
    return (uint32_t)(uint16_t)(int8_t)word | (uint32_t)(int8_t)(word >> 16) << 16;
#endif
}

/* Bytes 1 and 3 of a word, sign-extended to halfwords. */
static inline uint32_t kws_odd_bytes(uint32_t word) {
#if KWS_DSP_NATIVE
    uint32_t result;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(word));
    return result;
#else
    return kws_even_bytes(word >> 8);
#endif
}

/* a - b, halfword by halfword. */
static inline uint32_t kws_subtract_halves(uint32_t a, uint32_t b) {
#if KWS_DSP_NATIVE
    uint32_t result;
    __asm__("ssub16 %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
#else
    return (uint16_t)(a - b) | ((a >> 16) - (b >> 16)) << 16;
#endif
}

/* sums + kws_even_bytes(word), halfword by halfword. */
static inline uint32_t kws_add_even_bytes(uint32_t sums, uint32_t word) {
#if KWS_DSP_NATIVE
    uint32_t result;
    __asm__("sxtab16 %0, %1, %2" : "=r"(result) : "r"(sums), "r"(word));
    return result;
#else
    const uint32_t bytes = kws_even_bytes(word);
    return (uint16_t)(sums + bytes) | ((sums >> 16) + (bytes >> 16)) << 16;
#endif
}

static inline uint32_t kws_add_odd_bytes(uint32_t sums, uint32_t word) {
#if KWS_DSP_NATIVE
    uint32_t result;
    __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(result) : "r"(sums), "r"(word));
    return result;
#else
    return kws_add_even_bytes(sums, word >> 8);
#endif
}

/* value - 1 where value is negative, else value. */
static inline int32_t kws_less_if_negative(int32_t value) {
#if KWS_DSP_NATIVE
    int32_t result; /* compilers make a comparison and a branch of the expression below */
    __asm__("add %0, %1, %1, asr #31" : "=r"(result) : "r"(value));
    return result;
#else
    return value + (value >> 31);
#endif
}

/* value / 2^shift for shift > 0, halves away from zero; `rounding` is 2^(shift-1). */
static inline int32_t kws_rounding_shift(int32_t value, int32_t rounding, int32_t shift) {
    return (kws_less_if_negative(value) + rounding) >> shift;
}

/* The same plus `zero`; no constant is needed: the bit that a shift drops last is its rounding. */
static inline int32_t kws_shift_to(int32_t zero, int32_t value, int32_t shift) {
    value = kws_less_if_negative(value);
#if KWS_DSP_NATIVE
    __asm__("asrs %0, %0, %1\n\tadc %0, %0, %2" : "+&r"(value) : "r"(shift), "r"(zero) : "cc");
    return value;
#elif KWS_SHORT_MULTIPLY_NATIVE
    __asm__(".syntax unified\n\tasrs %0, %1\n\tadcs %0, %2" : "+&l"(value) : "l"(shift), "l"(zero) : "cc");
    return value;
#else
    return zero + (value >> shift) + ((value >> (shift - 1)) & 1);
#endif
}

/* MultiplyByQuantizedMultiplier for any accumulator: shift left, multiply (rounding), shift right (rounding). */
int32_t kws_scale(int32_t value, int32_t multiplier, int32_t left, int32_t right);

/* Bits 12 to 15 as a signed number. */
static inline int32_t kws_nibble(uint32_t halves) { return (int16_t)(uint16_t)halves >> 12; }

/* Limited by int8 alone. */
static inline int8_t kws_clamp8(int32_t value) {
#if KWS_SHORT_MULTIPLY
    return value == (int8_t)value ? (int8_t)value : (int8_t)(value < 0 ? INT8_MIN : INT8_MAX);
#else
    value = value < INT8_MIN ? INT8_MIN : value;
    return (int8_t)(value > INT8_MAX ? INT8_MAX : value);
#endif
}

static inline int8_t kws_clamp(int32_t value, int32_t least, int32_t most) {
    value = value < least ? least : value;
    return (int8_t)(value > most ? most : value);
}

#endif
