/* The front end's inner loops in C. See kws_frontend_loops.h.
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

typedef struct {
    int32_t r, i;
} complex_number;

static inline complex_number turned(const int32_t *z, complex_number w) {
    return (complex_number){kws_high_word(z[0], w.r) - kws_high_word(z[1], w.i),
                            kws_high_word(z[0], w.i) + kws_high_word(z[1], w.r)};
}

static inline complex_number quarter(const int32_t *z) { return (complex_number){z[0] >> 2, z[1] >> 2}; }

static inline void butterfly(int32_t *z, uint32_t apart, complex_number b, complex_number c, complex_number d) {
    const complex_number a = quarter(z);
    const int32_t sr = a.r + c.r, si = a.i + c.i, tr = a.r - c.r, ti = a.i - c.i;
    const int32_t ur = b.r + d.r, ui = b.i + d.i, vr = b.r - d.r, vi = b.i - d.i;
    z[0] = sr + ur;
    z[1] = si + ui;
    z += apart;
    z[0] = tr + vi;
    z[1] = ti - vr;
    z += apart;
    z[0] = sr - ur;
    z[1] = si - ui;
    z += apart;
    z[0] = tr - vi;
    z[1] = ti + vr;
}

void kws_frontend_plain(int32_t *z, const int32_t *end, uint32_t bytes) {
    const uint32_t apart = bytes / 4u;
    for (; z < end; z += 4u * apart) {
        butterfly(z, apart, quarter(z + 2u * apart), quarter(z + apart), quarter(z + 3u * apart));
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
            butterfly(p, apart, turned(p + 2u * apart, w1), turned(p + apart, w2), turned(p + 3u * apart, w3));
        }
    }
}

/* ---- Powers -------------------------------------------------------------------------------------------------- */

static inline void put_power(int32_t *bin, int32_t r, int32_t i) {
    const uint64_t power = kws_square(r) + kws_square(i);
    bin[0] = (int32_t)(uint32_t)power;
    bin[1] = (int32_t)(uint32_t)(power >> 32);
}

void kws_frontend_split(int32_t *z, const uint32_t *cosine, uint32_t words) {
    const uint32_t *sine = cosine + words / 4u;
    for (int32_t *low = z + 2, *high = z + words - 2u; low <= high; low += 2, high -= 2) {
        const int32_t wr = kws_cosine_q31(*++cosine), wi = kws_cosine_q31(*--sine);
        const int32_t er = (low[0] >> 2) + (high[0] >> 2), ei = (low[1] >> 2) - (high[1] >> 2);
        const int32_t dr = (low[0] >> 1) - (high[0] >> 1), di = (low[1] >> 1) + (high[1] >> 1);
        const int32_t tr = kws_high_word(di, wr) - kws_high_word(dr, wi);
        const int32_t ti = kws_high_word(di, wi) + kws_high_word(dr, wr);
        put_power(low, er + tr, ei - ti);
        put_power(high, er - tr, ei + ti);
    }
}

#endif
