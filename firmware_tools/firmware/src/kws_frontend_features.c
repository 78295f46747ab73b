/* From mel levels to int8 features: the levels themselves, or their cosine transform. See kws_frontend_parts.h.
 *
 * Row k of the DCT-II of N levels has the cosine of k (2n + 1) at level n, in units of which a circle has 4 N: one half of
 * a circle serves all rows. Rows of odd k are antisymmetric, those of even k symmetric and, over half as many sums, a
 * DCT-II again. Row N - k is row k backwards with alternating signs. All sums are exact: their order does not matter.
 */
#include "kws_frontend_loops.h"

static inline int32_t next_cosine(const kws_circle *circle, uint32_t k, int32_t *at) {
    const int32_t here = *at, next = here + 2 * (int32_t)k;
    *at = next >= circle->whole ? next - circle->whole : next;
    return circle->table[2 * here > circle->whole ? circle->whole - here : here];
}

static inline int32_t rounded(int64_t sum, uint32_t shift) { return (int32_t)((sum + ((1 << shift) >> 1)) >> shift); }

#if !KWS_DSP_NATIVE
#if KWS_FRONTEND_ODD_TABLE
void kws_frontend_pair_rows(const int16_t *cosines, const uint32_t *pairs, uint32_t quads, int32_t *row, int32_t *other,
                            const int32_t *end, uint32_t shift) {
    for (int minus = 0; row <= end; row += 2, other -= 2, minus = !minus) {
        int64_t sums[2] = {0, 0};
        for (uint32_t i = 0; i < 4u * quads; i += 2) {
            const uint32_t a = pairs[i], b = pairs[i + 1u];
            sums[0] += (int32_t)cosines[i] * (int16_t)a + (int64_t)cosines[i + 1u] * (int16_t)(a >> 16);
            sums[1] += (int32_t)cosines[i] * (int16_t)b + (int64_t)cosines[i + 1u] * (int16_t)(b >> 16);
        }
        cosines += 4u * quads;
        *row = rounded(sums[0], shift);
        *other = rounded(minus ? -sums[1] : sums[1], shift);
    }
}
#endif

void kws_frontend_odd_rows(const kws_circle *circle, const int32_t *differences, uint32_t count, int32_t *cepstra,
                           uint32_t first, uint32_t last) {
    int minus = 0;
    for (uint32_t k = first; k <= last; k += 2u * first, minus = !minus) {
        const int32_t *up = differences, *down = differences + count;
        int32_t at = (int32_t)k;
        int64_t row = 0, other = 0;
        for (uint32_t i = 0; i < count; i++) {
            const int32_t cosine = next_cosine(circle, k, &at);
            row = kws_sum_product(row, cosine, *--down);
            other = kws_sum_product(-other, cosine, *up++);
        }
        cepstra[k] = rounded(row, circle->shift);
        cepstra[2u * first * count - k] = rounded(minus ? -other : other, circle->shift);
    }
}
#endif

KWS_APART static int32_t single_row(const kws_circle *circle, uint32_t k, const int32_t *values, uint32_t count,
                                    int32_t step) {
    int32_t at = (int32_t)k;
    int64_t sum = 0;
    KWS_ROLLED
    for (uint32_t i = 0; i < count; i++, values += step) {
        sum = kws_sum_product(sum, next_cosine(circle, k, &at), *values);
    }
    return rounded(sum, circle->shift);
}

/* Sums of mirrored levels come first, in order, then their differences, the first one last. */
KWS_APART static void fold(int32_t *levels, uint32_t count) {
    KWS_ROLLED
    for (int32_t *low = levels, *high = levels + count - 1u; low < high; low++, high--) {
        const int32_t a = *low, b = *high;
        *low = a + b;
        *high = a - b;
    }
}

#if KWS_FRONTEND_ODD_TABLE
static inline uint32_t packed(int32_t low, int32_t high) { return (uint32_t)(uint16_t)low | (uint32_t)high << 16; }

/* The odd rows, from differences that are those of levels themselves and fit 16 bits. */
KWS_APART static void rows_of_pairs(const kws_frontend_tables *t, const int32_t *differences, int32_t *cepstra,
                                    uint32_t last) {
    const uint32_t count = t->mel_bands / 2u, quads = (count + 3u) / 4u;
    uint32_t *pairs = (uint32_t *)cepstra + t->mel_bands, *to = pairs;
    const int32_t *up = differences, *down = differences + count;
    KWS_ROLLED
    for (uint32_t left = count; left > 1u; left -= 2u, up += 2, down -= 2, to += 2) {
        to[0] = packed(down[-1], down[-2]);
        to[1] = (count & 1u) != 0 ? packed(up[0], -up[1]) : packed(-up[0], up[1]);
    }
    if ((count & 1u) != 0) {
        *to++ = packed(down[-1], 0);
        *to++ = packed(up[0], 0);
    }
    if (((count + 1u) & 2u) != 0) {
        to[0] = 0;
        to[1] = 0;
    }
    kws_frontend_pair_rows(t->dct_odd, pairs, quads, cepstra + 1, cepstra + t->mel_bands - 1u, cepstra + last,
                           t->dct_shift);
}
#endif

/* Cepstra, Q20 octaves, from levels, which are lost. All bands get one, whether it is wanted or not. */
static void cepstrum(const kws_frontend_tables *t, int32_t *levels, int32_t *cepstra) {
    const uint32_t bands = t->mel_bands, rows = t->features, whole = 4u * bands;
    const kws_circle circle = {t->dct, (int32_t)whole, UINT32_MAX / whole + 1u, t->dct_shift};
    uint32_t count = bands, first = 1;
    const uint32_t last = 2u * rows <= bands ? rows - 1u : bands / 2u;
    for (; (count & 1u) == 0; first *= 2u) {
        fold(levels, count);
        count /= 2u;
#if KWS_FRONTEND_ODD_TABLE
        if (first == 1u && t->dct_odd != NULL) {
            rows_of_pairs(t, levels + count, cepstra, last);
            continue;
        }
#endif
        kws_frontend_odd_rows(&circle, levels + count, count, cepstra, first, last);
    }
    fold(levels, count);
    const uint32_t half = count / 2u;
    int64_t sum = 0;
    KWS_ROLLED
    for (uint32_t i = 0; i < count - half; i++) {
        sum += levels[i];
    }
    cepstra[0] = rounded(sum * t->dct_mean, circle.shift);
    int odd = 1;
    KWS_ROLLED
    for (uint32_t k = first; k < rows; k += first, odd = !odd) {
        cepstra[k] = odd ? single_row(&circle, k, levels + count - 1u, half, -1)
                         : single_row(&circle, k, levels, count - half, 1);
    }
}

static void quantise(const kws_frontend_tables *t, const int32_t *octaves, int8_t *frame) {
    const int64_t usual = t->biases[0], *bias = t->biases;
    const uint8_t *row = t->bias_rows;
    const int32_t *multiplier = t->multiplier;
    const uint32_t features = t->features, step = t->is_mfcc;
    uint32_t unusual = *row;
    KWS_ROLLED
    for (uint32_t k = 0; k < features; k++, multiplier += step) {
        int64_t wide = usual;
        if (k == unusual) {
            wide = *++bias;
            unusual = *++row;
        }
        wide += (int64_t)*octaves++ * *multiplier;
        *frame++ = kws_clamp((int32_t)(wide >> 40), INT8_MIN, INT8_MAX);
    }
}

void kws_frontend_features(const kws_frontend_tables *t, int32_t *work, int8_t *frame) {
    int32_t *octaves = work + 1;
    if (t->is_mfcc != 0) {
        octaves += t->mel_bands;
        cepstrum(t, work + 1, octaves);
    } else {
        KWS_ROLLED
        for (uint32_t i = 0; i < t->mel_bands; i++) {
            octaves[i] *= 2048;
        }
    }
    quantise(t, octaves, frame);
}
