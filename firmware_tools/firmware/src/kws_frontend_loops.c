/* The front end's inner loops in C, from samples to powers. See kws_frontend_loops.h.
 *
 * How each product is rounded is part of the features: a factor is negated before it is multiplied, never the product.
 */
#include "kws_frontend_loops.h"

#if !KWS_DSP_NATIVE

/* ---- Window -------------------------------------------------------------------------------------------------- */

void kws_frontend_window_pairs(int32_t *work, const int16_t *samples, const int16_t *end, kws_places places,
                               const uint32_t *cosine, int back, int middle) {
    const int32_t half = (int32_t)1 << 30, sign = middle ? 1 : -1;
    const int step = back ? -1 : 1;
    for (; samples < end; places.number += places.step) {
        int32_t *to = work + kws_reversed(places.number) / 4u;
        for (int i = 0; i < 2; i++, samples += 2, cosine += 2 * step, to += places.bytes / 4u) {
            to[0] = kws_scale_sample(half + sign * kws_cosine_q30(cosine[0]), samples[0]);
            to[1] = kws_scale_sample(half + sign * kws_cosine_q30(cosine[step]), samples[1]);
        }
    }
}

/* ---- Transform ----------------------------------------------------------------------------------------------- */

#if KWS_SHORT_MULTIPLY
#define SMALL KWS_APART /* where registers are few, and calls nothing beside products */
#else
#define SMALL inline
#endif

typedef struct {
    int32_t r, i;
} complex_number;

/* z becomes z times w. */
static SMALL void turn(int32_t *z, complex_number w) {
    int32_t r = z[0], i = z[1];
    int32_t real = kws_high_word(i, w.i);
    KWS_IN_ORDER(i, real)
    KWS_IN_ORDER(r, w.r)
    real = kws_high_word(r, w.r) - real;
    KWS_IN_ORDER(r, real)
    KWS_IN_ORDER(w.i, w.r)
    int32_t imaginary = kws_high_word(r, w.i);
    KWS_IN_ORDER(w.r, imaginary)
    z[0] = real;
    z[1] = imaginary + kws_high_word(i, w.r);
}

static inline void quarter(int32_t *z) {
    z[0] >>= 2;
    z[1] >>= 2;
}

/* x and y become x + y and x - y. */
static inline void add_and_subtract(int32_t *x, int32_t *y) {
    const int32_t a = *x, b = *y;
    *x = a + b;
    *y = a - b;
}

static SMALL void butterfly(int32_t *a, uint32_t apart) {
    int32_t *c = a + apart, *b = c + apart, *d = b + apart;
    add_and_subtract(a, c);
    add_and_subtract(a + 1, c + 1);
    add_and_subtract(b, d);
    add_and_subtract(b + 1, d + 1);
    add_and_subtract(a, b);
    add_and_subtract(a + 1, b + 1);
    const int32_t r = d[0];
    d[0] = c[0] - d[1];
    c[0] += d[1];
    d[1] = c[1] + r;
    c[1] -= r;
}

void kws_frontend_plain(int32_t *z, const int32_t *end, uint32_t bytes) {
    const uint32_t apart = bytes / 4u;
    for (; z < end; z += 4u * apart) {
        quarter(z);
        quarter(z + apart);
        quarter(z + 2u * apart);
        quarter(z + 3u * apart);
        butterfly(z, apart);
    }
}

/* Of the angle at `place`, where `right` is 90 degrees. */
static complex_number twiddle(const uint32_t *cosine, uint32_t place, uint32_t right) {
    if (place < right) {
        return (complex_number){kws_cosine_q30(cosine[place]), -kws_cosine_q30(cosine[right - place])};
    }
    if (place == right) { /* the table's 1 is a little less */
        return (complex_number){0, -((int32_t)1 << 30)};
    }
    const complex_number before = twiddle(cosine, place - right, right);
    return (complex_number){before.i, -before.r};
}

void kws_frontend_turned(int32_t *z, const int32_t *end, uint32_t bytes, uint32_t unit, const uint32_t *cosine,
                         uint32_t right) {
    const uint32_t apart = bytes / 4u;
    right /= 4u;
    for (uint32_t j = 1; j < apart / 2u; j++) {
        const uint32_t place = j * unit / 4u;
        const complex_number w1 = twiddle(cosine, place, right), w2 = twiddle(cosine, 2u * place, right);
        const complex_number w3 = twiddle(cosine, 3u * place, right);
        for (int32_t *p = z + 2u * j; p < end; p += 4u * apart) {
            quarter(p);
            turn(p + apart, w2);
            turn(p + 2u * apart, w1);
            turn(p + 3u * apart, w3);
            butterfly(p, apart);
        }
    }
}

/* ---- Powers -------------------------------------------------------------------------------------------------- */

static SMALL void put_power(int32_t *bin, int32_t r, int32_t i) {
    const uint64_t power = kws_square(r) + kws_square(i);
    bin[0] = (int32_t)(uint32_t)power;
    bin[1] = (int32_t)(uint32_t)(power >> 32);
}

/* X[k] = (Z[k] + Z*[M-k]) / 2 - i W^k (Z[k] - Z*[M-k]) / 2, and X[M-k] from the same two. */
void kws_frontend_split(int32_t *z, const uint32_t *cosine, uint32_t words) {
    const uint32_t *sine = cosine + words / 4u;
    for (int32_t *low = z + 2, *high = z + words - 2u; low <= high; low += 2, high -= 2) {
        const complex_number w = {kws_cosine_q31(*++cosine), kws_cosine_q31(*--sine)};
        const int32_t er = (low[0] >> 2) + (high[0] >> 2), ei = (low[1] >> 2) - (high[1] >> 2);
        int32_t odd[2] = {(low[1] >> 1) + (high[1] >> 1), (low[0] >> 1) - (high[0] >> 1)};
        turn(odd, w);
        put_power(low, er + odd[0], ei - odd[1]);
        put_power(high, er - odd[0], ei + odd[1]);
    }
}

#endif
