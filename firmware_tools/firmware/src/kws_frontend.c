/* Integer MFCC and log-mel front end. See kws_frontend.h for use, firmware_tools/frontend/tables.py for the tables.
 *
 * Scales. A sample is 16 bit. Windowed samples carry 15 more bits (full scale 2^30). Each FFT stage divides by its radix,
 * so nothing overflows and the spectrum is X / fft_size at full scale 2^30; energies are its squares in 64 bit.
 * 30 bits below full scale lie far under the quantisation noise of the samples, so there is no block exponent.
 * Levels are octaves of energy: log2, int16 with 9 fractional bits, relative to the middle of the usable range.
 */
#include "kws_frontend.h"

/* ---- Arithmetic ---------------------------------------------------------------------------------------------- */

/* High word of the product: one SMMUL on a Cortex-M4. */
static inline int32_t mul_high(int32_t a, int32_t b) {
    return (int32_t)(((int64_t)a * b) >> 32);
}

static inline unsigned leading_zeros(uint64_t x) {
#if defined(__GNUC__)
    uint32_t high = (uint32_t)(x >> 32);
    return high != 0 ? (unsigned)__builtin_clz(high) : 32u + (unsigned)__builtin_clz((uint32_t)x);
#else
    unsigned n = 0;
    while ((x >> 63) == 0) {
        x <<= 1;
        n++;
    }
    return n;
#endif
}

/* log2 in Q15 of x > 0, by linear interpolation in 64 segments: at most 5e-5 octaves low. */
static int32_t log2_q15(uint64_t x, const uint16_t *table) {
    unsigned zeros = leading_zeros(x);
    uint32_t mantissa = (uint32_t)((x << zeros) >> 32); /* 1.31 */
    uint32_t segment = (mantissa >> 25) & 63u;
    uint32_t within = (mantissa >> 9) & 0xFFFFu;
    uint32_t low = table[segment];
    uint32_t rise = (uint32_t)table[segment + 1] - low;
    return (int32_t)((63u - zeros) << 15) + (int32_t)(low + ((rise * within + 0x8000u) >> 16));
}

/* ---- Spectrum ------------------------------------------------------------------------------------------------ */

/* Window the samples, two to a complex number, in bit-reversed order; zeros fill up the transform. */
static void load_windowed(const kws_frontend_tables *t, int32_t *z, const int16_t *samples) {
    uint32_t points = t->fft_size / 2u;
    uint32_t pairs = t->window_samples / 2u;
    const uint16_t *reversed = t->reversed;
    const int32_t *window = t->window;
    uint32_t n = 0;
    for (; n < pairs; n++) {
        int32_t *to = z + 2u * reversed[n];
        to[0] = (int32_t)(((int64_t)window[2 * n] * samples[2 * n]) >> 16);
        to[1] = (int32_t)(((int64_t)window[2 * n + 1] * samples[2 * n + 1]) >> 16);
    }
    if ((t->window_samples & 1u) != 0) {
        int32_t *to = z + 2u * reversed[n];
        to[0] = (int32_t)(((int64_t)window[2 * n] * samples[2 * n]) >> 16);
        to[1] = 0;
        n++;
    }
    for (; n < points; n++) {
        int32_t *to = z + 2u * reversed[n];
        to[0] = 0;
        to[1] = 0;
    }
}

static void first_stage_radix2(int32_t *z, uint32_t points) {
    for (int32_t *p = z; p < z + 2u * points; p += 4) {
        int32_t ar = p[0] >> 1, ai = p[1] >> 1, br = p[2] >> 1, bi = p[3] >> 1;
        p[0] = ar + br;
        p[1] = ai + bi;
        p[2] = ar - br;
        p[3] = ai - bi;
    }
}

static void first_stage_radix4(int32_t *z, uint32_t points) {
    for (int32_t *p = z; p < z + 2u * points; p += 8) {
        /* bit-reversed order: sub-sequences 0, 2, 1, 3 */
        int32_t ar = p[0] >> 2, ai = p[1] >> 2, cr = p[2] >> 2, ci = p[3] >> 2;
        int32_t br = p[4] >> 2, bi = p[5] >> 2, dr = p[6] >> 2, di = p[7] >> 2;
        int32_t sr = ar + cr, si = ai + ci, tr = ar - cr, ti = ai - ci;
        int32_t ur = br + dr, ui = bi + di, vr = br - dr, vi = bi - di;
        p[0] = sr + ur;
        p[1] = si + ui;
        p[2] = tr + vi;
        p[3] = ti - vr;
        p[4] = sr - ur;
        p[5] = si - ui;
        p[6] = tr - vi;
        p[7] = ti + vr;
    }
}


#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE static inline
#endif

/* Each block of 4 * quarter points: four transforms of quarter points become one. Q30 twiddles divide by four.
 * The sub-sequences lie in bit-reversed order: 0 at p, 2 at p1, 1 at p2, 3 at p3. */
ALWAYS_INLINE void radix4_blocks(int32_t *z, const int32_t *end, const int32_t *twiddles, uint32_t quarter) {
    for (; z < end; z += 8u * quarter) {
        const int32_t *w = twiddles;
        for (int32_t *p = z; p < z + 2u * quarter; p += 2, w += 6) {
            int32_t *p1 = p + 2u * quarter, *p2 = p + 4u * quarter, *p3 = p + 6u * quarter;
            int32_t cr = mul_high(p1[0], w[2]) - mul_high(p1[1], w[3]);
            int32_t ci = mul_high(p1[0], w[3]) + mul_high(p1[1], w[2]);
            int32_t ar = p[0] >> 2, ai = p[1] >> 2;
            int32_t sr = ar + cr, si = ai + ci, tr = ar - cr, ti = ai - ci;
            int32_t br = mul_high(p2[0], w[0]) - mul_high(p2[1], w[1]);
            int32_t bi = mul_high(p2[0], w[1]) + mul_high(p2[1], w[0]);
            int32_t dr = mul_high(p3[0], w[4]) - mul_high(p3[1], w[5]);
            int32_t di = mul_high(p3[0], w[5]) + mul_high(p3[1], w[4]);
            int32_t ur = br + dr, ui = bi + di, vr = br - dr, vi = bi - di;
            p[0] = sr + ur;
            p[1] = si + ui;
            p1[0] = tr + vi;
            p1[1] = ti - vr;
            p2[0] = sr - ur;
            p2[1] = si - ui;
            p3[0] = tr - vi;
            p3[1] = ti + vr;
        }
    }
}

/* One stage. The quarter is a constant in each case, so that one register reaches all four parts: a sixth of the
 * whole front end's cycles on a Cortex-M4. */
static void radix4_stage(int32_t *z, const int32_t *end, const int32_t *twiddles, uint32_t quarter) {
    switch (quarter) {
    case 2: radix4_blocks(z, end, twiddles, 2); break;
    case 4: radix4_blocks(z, end, twiddles, 4); break;
    case 8: radix4_blocks(z, end, twiddles, 8); break;
    case 16: radix4_blocks(z, end, twiddles, 16); break;
    case 32: radix4_blocks(z, end, twiddles, 32); break;
    case 64: radix4_blocks(z, end, twiddles, 64); break;
    default: radix4_blocks(z, end, twiddles, quarter); break;
    }
}

/* Complex transform in place of `points` numbers in bit-reversed order, divided by `points`. */
static void complex_fft(const kws_frontend_tables *t, int32_t *z) {
    uint32_t points = t->fft_size / 2u;
    uint32_t quarter = 4;
    if ((points & 0x55555555u) != 0) { /* a power of four */
        first_stage_radix4(z, points);
    } else {
        first_stage_radix2(z, points);
        quarter = 2;
    }
    const int32_t *w = t->twiddles;
    for (; 4u * quarter <= points; quarter *= 4u) {
        radix4_stage(z, z + 2u * points, w, quarter);
        w += 6u * quarter;
    }
}

/* From the transform of pairs to bins 1 .. fft_size / 2 - 1 of the real spectrum, in place:
 * X[k] = (Z[k] + Z*[M-k]) / 2 - i W^k (Z[k] - Z*[M-k]) / 2, and X[M-k] from the same two. */
static void split_spectrum(const kws_frontend_tables *t, int32_t *z) {
    uint32_t points = t->fft_size / 2u;
    const int32_t *w = t->split;
    int32_t *low = z + 2, *high = z + 2u * (points - 1u);
    for (; low <= high; low += 2, high -= 2, w += 2) {
        int32_t er = (low[0] >> 2) + (high[0] >> 2), ei = (low[1] >> 2) - (high[1] >> 2);
        int32_t dr = (low[0] >> 1) - (high[0] >> 1), di = (low[1] >> 1) + (high[1] >> 1);
        int32_t tr = mul_high(di, w[0]) - mul_high(dr, w[1]);
        int32_t ti = -mul_high(di, w[1]) - mul_high(dr, w[0]);
        low[0] = er + tr;
        low[1] = ei + ti;
        high[0] = er - tr;
        high[1] = ti - ei;
    }
}

/* ---- Mel levels ---------------------------------------------------------------------------------------------- */

/* Level of each band, Q9 octaves. Between two neighbouring mel centres every bin falls out of the lower filter as
 * it rises into the upper one, so one product a bin serves both: upper = sum(P) - sum(P * fall). */
static void mel_levels(const kws_frontend_tables *t, const int32_t *spectrum, int16_t *levels) {
    const int32_t *x = spectrum + 2u * t->first_bin;
    const uint16_t *fall = t->fall;
    uint64_t rising = 0; /* the part of the band's energy that came from the segment before */
    for (uint32_t segment = 0; segment <= t->mel_bands; segment++) {
        uint64_t all = 0, fall_high = 0, fall_low = 0;
        for (const uint16_t *end = fall + t->segments[segment]; fall < end; fall++, x += 2) {
            uint64_t power = (uint64_t)((int64_t)x[0] * x[0]) + (uint64_t)((int64_t)x[1] * x[1]);
            all += power;
            fall_high += (uint64_t)(uint32_t)(power >> 32) * *fall;
            fall_low += (uint64_t)(uint32_t)power * *fall;
        }
        uint64_t falling = (fall_high << 16) + (fall_low >> 16);
        if (segment > 0) {
            uint64_t energy = rising + falling;
            int32_t level = t->floor_octaves;
            if (energy != 0) {
                int32_t octaves = log2_q15(energy, t->log2_table) + t->band_offset[segment - 1u];
                level = octaves > level ? octaves : level;
            }
            levels[segment - 1u] = (int16_t)((level + 32) >> 6);
        }
        rising = all - falling;
    }
}

/* ---- Features ------------------------------------------------------------------------------------------------ */

static inline int8_t quantised(int32_t octaves_q20, int32_t multiplier, int64_t bias) {
    int64_t wide = (int64_t)octaves_q20 * multiplier + bias;
    int32_t steps = (int32_t)(wide >> 40);
    steps = steps > 127 ? 127 : steps;
    return (int8_t)(steps < -128 ? -128 : steps);
}

/* Sum of products of two rows of int16, both on a 4-byte boundary, count even. */
static inline int64_t dot(const int16_t *a, const int16_t *b, uint32_t count) {
    int64_t sum = 0;
#if defined(__ARM_FEATURE_DSP) && defined(__clang__)
    for (uint32_t i = 0; i < count; i += 2) {
        int32_t pair_a, pair_b;
        __builtin_memcpy(&pair_a, a + i, 4);
        __builtin_memcpy(&pair_b, b + i, 4);
        sum = __builtin_arm_smlald(pair_a, pair_b, sum);
    }
#else
    for (uint32_t i = 0; i < count; i++) {
        sum += (int32_t)a[i] * b[i];
    }
#endif
    return sum;
}

/* DCT-II by halves: cosine rows of even number are symmetric, those of odd number antisymmetric. */
static void cepstrum(const kws_frontend_tables *t, const int16_t *levels, int8_t *frame) {
    int16_t sums[KWS_FRONTEND_MAX_MELS / 2 + 2] __attribute__((aligned(4)));
    int16_t differences[KWS_FRONTEND_MAX_MELS / 2 + 2] __attribute__((aligned(4)));
    uint32_t bands = t->mel_bands, half = (bands + 1u) / 2u, row = (half + 1u) & ~1u;
    for (uint32_t i = 0; i < half; i++) {
        uint32_t mirror = bands - 1u - i;
        sums[i] = mirror == i ? levels[i] : (int16_t)(levels[i] + levels[mirror]);
        differences[i] = (int16_t)(levels[i] - levels[mirror]);
    }
    if (row > half) {
        sums[half] = 0;
        differences[half] = 0;
    }
    const int16_t *cosines = t->dct;
    int32_t round = (1 << t->dct_shift) >> 1;
    for (uint32_t k = 0; k < t->features; k++, cosines += row) {
        int64_t sum = dot((k & 1u) != 0 ? differences : sums, cosines, row) + round;
        frame[k] = quantised((int32_t)(sum >> t->dct_shift), t->multiplier[k], t->bias[k]);
    }
}

static void features_of_levels(const kws_frontend_tables *tables, const int16_t *levels, int8_t *frame) {
    if (tables->is_mfcc != 0) {
        cepstrum(tables, levels, frame);
        return;
    }
    for (uint32_t i = 0; i < tables->mel_bands; i++) {
        frame[i] = quantised((int32_t)levels[i] * 2048, tables->multiplier[i], tables->bias[i]);
    }
}

void kws_frontend_frame(const kws_frontend_tables *tables, int32_t *work, const int16_t *samples, int8_t *frame) {
    int16_t levels[KWS_FRONTEND_MAX_MELS];
    load_windowed(tables, work, samples);
    complex_fft(tables, work);
    split_spectrum(tables, work);
    mel_levels(tables, work, levels);
    features_of_levels(tables, levels, frame);
}

/* ---- Stream -------------------------------------------------------------------------------------------------- */

int kws_frontend_init(kws_frontend *f, const kws_frontend_tables *tables, int32_t *work, size_t work_words,
                      int16_t *history, size_t history_samples) {
    if (f == NULL || tables == NULL || work == NULL || history == NULL) {
        return KWS_ERR_ARG;
    }
    uint32_t size = tables->fft_size;
    if (size < 64u || size > KWS_FRONTEND_MAX_FFT || (size & (size - 1u)) != 0 || tables->window_samples > size ||
        tables->hop_samples == 0 || tables->hop_samples > tables->window_samples ||
        tables->mel_bands > KWS_FRONTEND_MAX_MELS || tables->features > tables->mel_bands) {
        return KWS_ERR_ARG;
    }
    if (work_words < size || history_samples < tables->window_samples) {
        return KWS_ERR_SPACE;
    }
    f->tables = tables;
    f->work = work;
    f->history = history;
    f->filled = 0;
    return KWS_OK;
}

void kws_frontend_reset(kws_frontend *f) {
    f->filled = 0;
}

int kws_frontend_push(kws_frontend *f, const int16_t *samples, size_t count, size_t *used, int8_t *frame) {
    if (f == NULL || f->tables == NULL || used == NULL || frame == NULL || (samples == NULL && count > 0)) {
        return KWS_ERR_ARG;
    }
    uint32_t window = f->tables->window_samples, hop = f->tables->hop_samples;
    uint32_t missing = window - f->filled;
    uint32_t taken = count < missing ? (uint32_t)count : missing;
    for (uint32_t i = 0; i < taken; i++) {
        f->history[f->filled + i] = samples[i];
    }
    f->filled = (uint16_t)(f->filled + taken);
    *used = taken;
    if (f->filled < window) {
        return 0;
    }
    kws_frontend_frame(f->tables, f->work, f->history, frame);
    for (uint32_t i = 0; i < window - hop; i++) {
        f->history[i] = f->history[i + hop];
    }
    f->filled = (uint16_t)(window - hop);
    return 1;
}
