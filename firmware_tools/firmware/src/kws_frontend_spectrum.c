/* From samples to the powers of a spectrum. See kws_frontend_parts.h.
 *
 * Scales. A sample is 16 bit. Windowed samples carry 15 more bits (full scale 2^30). Each FFT stage divides by its radix,
 * so nothing overflows and the spectrum is X / fft_size at full scale 2^30; powers are its squares in 64 bit.
 * 30 bits below full scale lie far under the quantisation noise of the samples, so there is no block exponent.
 *
 * One quarter of a cosine serves all twiddles (and the window, where it is as long as the transform).
 */
#include "kws_frontend_loops.h"

#define ONE_HALF ((int32_t)1 << 30)

static inline uint32_t shift_of(const kws_frontend_tables *t) { return (uint32_t)__builtin_clz(t->fft_size / 2u) - 2u; }

/* The word of sample number `at`. */
static inline uint32_t word_of(uint32_t at, uint32_t shift) { return kws_reversed((at >> 1) << shift) / 4u + (at & 1u); }

void kws_frontend_window(const kws_frontend_tables *t, int32_t *work, uint32_t from, const int16_t *samples,
                         uint32_t count) {
    const uint32_t shift = shift_of(t), step = 1u + (t->window_samples & 1u); /* of a sample, in cosines: the window */
    const uint32_t whole = t->window_samples * step, half = whole / 2u;       /* has `whole` */
    while (count != 0) {
        const uint32_t at = from * step;
        const int second = at >= half;
        const uint32_t folded = second ? whole - at : at;
        const int middle = second ? 4u * folded > whole : 4u * folded >= whole, back = middle != second;
        const uint32_t index = middle ? half - folded : folded;
        const uint32_t *cosine = t->window + index;
        uint32_t stretch = back ? index : half - whole / 4u - index;
        stretch = (stretch < count ? stretch : count) & ~3u;
        if ((from & 3u) != 0 || stretch == 0 || step != 1u) {
            const int32_t swing = kws_cosine_q30(*cosine), weight = ONE_HALF + (middle ? swing : -swing);
            work[word_of(from, shift)] = kws_scale_sample(weight, *samples);
            stretch = 1;
        } else {
            const kws_places places = {(from / 2u) << shift, 2u * t->fft_size, 2u << shift};
            kws_frontend_window_pairs(work, samples, samples + stretch, places, cosine, back, middle);
        }
        from += stretch;
        samples += stretch;
        count -= stretch;
    }
}

/* Zeros after the window's last sample, and for its first, whose weight is zero. */
static void fill_up(const kws_frontend_tables *t, int32_t *work) {
    KWS_ROLLED
    for (uint32_t at = t->window_samples, shift = shift_of(t); at < t->fft_size; at++) {
        work[word_of(at, shift)] = 0;
    }
    work[0] = 0;
}

KWS_APART static void radix2_stage(int32_t *z, const int32_t *end) {
    KWS_ROLLED
    for (; z < end; z += 4) {
        const int32_t ar = z[0] >> 1, ai = z[1] >> 1, br = z[2] >> 1, bi = z[3] >> 1;
        z[0] = ar + br;
        z[1] = ai + bi;
        z[2] = ar - br;
        z[3] = ai - bi;
    }
}

/* Complex transform in place, of fft_size / 2 numbers in bit-reversed order, divided by their count. */
static void transform(const kws_frontend_tables *t, int32_t *z) {
    const uint32_t all = 4u * t->fft_size;
    const int32_t *end = z + t->fft_size;
    uint32_t bytes = 8;
    if ((t->fft_size & 0x55555555u) != 0) { /* half of it is no power of four */
        radix2_stage(z, end);
        bytes = 16;
    }
    for (; bytes < all; bytes *= 4u) {
        kws_frontend_plain(z, end, bytes);
        kws_frontend_turned(z, end, bytes, 4u * t->fft_size / (bytes / 2u), t->cosine, t->fft_size);
    }
}

/* X[k] = (Z[k] + Z*[M-k]) / 2 - i W^k (Z[k] - Z*[M-k]) / 2, and X[M-k] from the same two, where M is fft_size / 2. */
void kws_frontend_powers(const kws_frontend_tables *t, int32_t *work) {
    fill_up(t, work);
    transform(t, work);
    kws_frontend_split(work, t->cosine, t->fft_size);
}
