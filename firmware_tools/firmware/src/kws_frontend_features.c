/* From mel levels to int8 features: the levels themselves, or their cosine transform. See kws_frontend_parts.h.
 *
 * Row k of the DCT-II of N levels has the cosine of k (2n + 1) at level n, in units of which a circle has 4 N: one half of
 * a circle serves all rows. Rows of odd k are antisymmetric, those of even k symmetric and, over half as many sums, a
 * DCT-II again. Row N - k is row k backwards with alternating signs. All sums are exact: their order does not matter.
 */
#include "kws_frontend_parts.h"

typedef struct {
    const int16_t *table;
    int32_t at, step, whole; /* all three in the circle's units */
} turning;

static inline int32_t next_cosine(turning *c) {
    const int32_t index = c->at * 2 > c->whole ? c->whole - c->at : c->at;
    c->at += c->step;
    c->at -= c->at >= c->whole ? c->whole : 0;
    return c->table[index];
}

/* Rows k and N - k over differences, of which the first comes last. */
static void row_pair(turning c, const int32_t *differences, uint32_t count, int64_t *row, int64_t *other) {
    const int32_t *down = differences + count;
    int64_t sum = 0, alternating = 0;
    for (uint32_t i = 0; i < count; i++) {
        const int32_t cosine = next_cosine(&c);
        sum += (int64_t)cosine * *--down;
        alternating = (int64_t)cosine * *differences++ - alternating;
    }
    *row = sum;
    *other = alternating;
}

static int64_t single_row(turning c, const int32_t *sums, uint32_t count) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += (int64_t)next_cosine(&c) * sums[i];
    }
    return sum;
}

static turning row_of(const kws_frontend_tables *t, uint32_t k) {
    const int32_t whole = 4 * t->mel_bands, step = (int32_t)(2u * k);
    return (turning){t->dct, (int32_t)k, step, whole};
}

/* Cepstra, Q20 octaves, from levels, which are lost. */
static void cepstrum(const kws_frontend_tables *t, int32_t *levels, int32_t *cepstra) {
    const uint32_t bands = t->mel_bands, rows = t->features, shift = t->dct_shift;
    const int64_t round = (1 << shift) >> 1;
    uint32_t count = bands, odd = 1;
    for (; (count & 1u) == 0; odd *= 2u) {
        for (int32_t *low = levels, *high = levels + count - 1u; low < high; low++, high--) {
            const int32_t a = *low, b = *high;
            *low = a + b;
            *high = a - b;
        }
        count /= 2u;
        for (uint32_t k = odd; k < rows && 2u * k <= bands; k += 2u * odd) {
            int64_t row, other;
            row_pair(row_of(t, k), levels + count, count, &row, &other);
            cepstra[k] = (int32_t)((row + round) >> shift);
            if (bands - k < rows) {
                other = (k & 2u * odd) != 0 ? -other : other;
                cepstra[bands - k] = (int32_t)((other + round) >> shift);
            }
        }
    }
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += levels[i];
    }
    cepstra[0] = (int32_t)((sum * t->dct_mean + round) >> shift);
    for (uint32_t k = odd; k < rows; k += odd) {
        cepstra[k] = (int32_t)((single_row(row_of(t, k), levels, count) + round) >> shift);
    }
}

void kws_frontend_features(const kws_frontend_tables *t, int32_t *work, int8_t *frame) {
    int32_t *octaves = work;
    if (t->is_mfcc != 0) {
        octaves += t->mel_bands;
        cepstrum(t, work, octaves);
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
