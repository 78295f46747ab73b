/* Butterflies for machines with vectors, on which data sets are made. See kws_frontend_loops.h. */
#include "kws_frontend_loops.h"

#if KWS_FRONTEND_WIDE

#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE static inline
#endif

/* Four points, the sub-sequences 0, 2, 1, 3 of a transform, already turned, become one. */
ALWAYS_INLINE void combine(int32_t ar, int32_t ai, int32_t cr, int32_t ci, int32_t br, int32_t bi, int32_t dr, int32_t di,
                           int32_t *z, uint32_t apart) {
    const int32_t sr = ar + cr, si = ai + ci, tr = ar - cr, ti = ai - ci;
    const int32_t ur = br + dr, ui = bi + di, vr = br - dr, vi = bi - di;
    int32_t *z1 = z + apart, *z2 = z1 + apart, *z3 = z2 + apart;
    z[0] = sr + ur;
    z[1] = si + ui;
    z1[0] = tr + vi;
    z1[1] = ti - vr;
    z2[0] = sr - ur;
    z2[1] = si - ui;
    z3[0] = tr - vi;
    z3[1] = ti + vr;
}

static void first_stage(int32_t *z, const int32_t *end) {
    for (; z < end; z += 8) {
        combine(z[0] >> 2, z[1] >> 2, z[2] >> 2, z[3] >> 2, z[4] >> 2, z[5] >> 2, z[6] >> 2, z[7] >> 2, z, 2);
    }
}

/* Each block of 4 * apart / 2 points: four transforms become one. The sub-sequences 0, 2, 1, 3 lie `apart` words from one
 * another. */
ALWAYS_INLINE void blocks(int32_t *z, const int32_t *end, const int32_t *twiddles, uint32_t apart) {
    for (; z < end; z += 4u * apart) {
        const int32_t *w = twiddles;
        for (int32_t *p = z; p < z + apart; p += 2, w += 6) {
            const int32_t *p1 = p + apart, *p2 = p1 + apart, *p3 = p2 + apart;
            const int32_t cr = kws_high_word(p1[0], w[2]) - kws_high_word(p1[1], w[3]);
            const int32_t ci = kws_high_word(p1[0], w[3]) + kws_high_word(p1[1], w[2]);
            const int32_t br = kws_high_word(p2[0], w[0]) - kws_high_word(p2[1], w[1]);
            const int32_t bi = kws_high_word(p2[0], w[1]) + kws_high_word(p2[1], w[0]);
            const int32_t dr = kws_high_word(p3[0], w[4]) - kws_high_word(p3[1], w[5]);
            const int32_t di = kws_high_word(p3[0], w[5]) + kws_high_word(p3[1], w[4]);
            combine(p[0] >> 2, p[1] >> 2, cr, ci, br, bi, dr, di, p, apart);
        }
    }
}

const int32_t *kws_frontend_wide(int32_t *z, const int32_t *end, uint32_t bytes, const int32_t *twiddles) {
    switch (bytes) { /* constants let compilers order points in vectors */
    case 8: first_stage(z, end); return twiddles;
    case 16: blocks(z, end, twiddles, 4); break;
    case 32: blocks(z, end, twiddles, 8); break;
    case 64: blocks(z, end, twiddles, 16); break;
    case 128: blocks(z, end, twiddles, 32); break;
    case 256: blocks(z, end, twiddles, 64); break;
    case 512: blocks(z, end, twiddles, 128); break;
    default: blocks(z, end, twiddles, bytes / 4u); break;
    }
    return twiddles + 6u * bytes / 8u;
}

#endif
