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

#if !KWS_DSP_NATIVE
void kws_frontend_row_pair(const kws_circle *circle, uint32_t k, const int32_t *differences, uint32_t count,
                           int64_t *sums) {
    const int32_t *down = differences + count;
    int32_t at = (int32_t)k;
    int64_t row = 0, alternating = 0;
    for (uint32_t i = 0; i < count; i++) {
        const int32_t cosine = next_cosine(circle, k, &at);
        row += (int64_t)cosine * *--down;
        alternating = (int64_t)cosine * *differences++ - alternating;
    }
    sums[0] = row;
    sums[1] = alternating;
}
#endif

static int64_t single_row(const kws_circle *circle, uint32_t k, const int32_t *values, uint32_t count, int step) {
    int32_t at = (int32_t)k;
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++, values += step) {
        sum += (int64_t)next_cosine(circle, k, &at) * *values;
    }
    return sum;
}

/* Sums of mirrored levels come first, in order, then their differences, the first one last; returns how many of these. */
static uint32_t fold(int32_t *levels, uint32_t count) {
    for (int32_t *low = levels, *high = levels + count - 1u; low < high; low++, high--) {
        const int32_t a = *low, b = *high;
        *low = a + b;
        *high = a - b;
    }
    return count / 2u;
}

static inline int32_t rounded(int64_t sum, uint32_t shift) { return (int32_t)((sum + ((1 << shift) >> 1)) >> shift); }

/* Cepstra, Q20 octaves, from levels, which are lost. */
static void cepstrum(const kws_frontend_tables *t, int32_t *levels, int32_t *cepstra) {
    const uint32_t bands = t->mel_bands, rows = t->features, shift = t->dct_shift, whole = 4u * bands;
    const kws_circle circle = {t->dct, (int32_t)whole, UINT32_MAX / whole + 1u};
    uint32_t count = bands, odd = 1;
    for (; (count & 1u) == 0; odd *= 2u) {
        count = fold(levels, count);
        for (uint32_t k = odd; k < rows && 2u * k <= bands; k += 2u * odd) {
            int64_t sums[2];
            kws_frontend_row_pair(&circle, k, levels + count, count, sums);
            cepstra[k] = rounded(sums[0], shift);
            if (bands - k < rows) {
                cepstra[bands - k] = rounded((k & 2u * odd) != 0 ? -sums[1] : sums[1], shift);
            }
        }
    }
    const uint32_t half = fold(levels, count), left = count - half;
    int64_t sum = 0;
    for (uint32_t i = 0; i < left; i++) {
        sum += levels[i];
    }
    cepstra[0] = rounded(sum * t->dct_mean, shift);
    for (uint32_t k = odd, turn = 1; k < rows; k += odd, turn ^= 1u) {
        cepstra[k] = rounded(turn != 0 ? single_row(&circle, k, levels + count - 1u, half, -1)
                                       : single_row(&circle, k, levels, left, 1), shift);
    }
}

void kws_frontend_features(const kws_frontend_tables *t, int32_t *work, int8_t *frame) {
    int32_t *octaves = work + 1;
    if (t->is_mfcc != 0) {
        octaves += t->mel_bands;
        cepstrum(t, work + 1, octaves);
    } else {
        for (uint32_t i = 0; i < t->mel_bands; i++) {
            octaves[i] *= 2048;
        }
    }
    const uint8_t *row = t->bias_rows;
    const int64_t *bias = t->biases;
    for (uint32_t k = 0; k < t->features; k++) {
        int64_t wide = t->biases[0];
        if (k == *row) {
            wide = *++bias;
            row++;
        }
        wide += (int64_t)octaves[k] * t->multiplier[t->is_mfcc != 0 ? k : 0];
        int32_t steps = (int32_t)(wide >> 40);
        steps = steps > 127 ? 127 : steps;
        frame[k] = (int8_t)(steps < -128 ? -128 : steps);
    }
}
