/* A Stockham FFT of radix 4 (and one pass of radix 2 where it is needed), and convolution by overlap-save.
 *
 * Real and imaginary parts lie apart, and each pass reads and writes stretches that a compiler turns into vectors. */
#include "kws_augment.h"

#include <string.h>

/* ---- FFT ---------------------------------------------------------------------------------------------------- */

typedef struct {
    float *re;
    float *im;
} pair;

typedef struct {
    float c1, s1, c2, s2, c3, s3; /* cosine and sine of an angle, of twice and of three times it */
} twiddle;

static inline twiddle twiddle_at(const float *w, size_t quarter) {
    const twiddle at = {w[0], w[quarter], w[2 * quarter], w[3 * quarter], w[4 * quarter], w[5 * quarter]};
    return at;
}

/* One butterfly of radix 4: inputs a quarter apart, results `stride` apart. */
static inline void butterfly(const float *restrict re, const float *restrict im, size_t quarter, float *restrict out_re,
                             float *restrict out_im, size_t stride, twiddle w) {
    const float ar = re[0], br = re[quarter], cr = re[2 * quarter], dr = re[3 * quarter];
    const float ai = im[0], bi = im[quarter], ci = im[2 * quarter], di = im[3 * quarter];
    const float sr = ar + cr, si = ai + ci, tr = ar - cr, ti = ai - ci;
    const float ur = br + dr, ui = bi + di, vr = bi - di, vi = dr - br; /* v = -i (b - d) */
    const float xr = tr + vr, xi = ti + vi, yr = sr - ur, yi = si - ui, zr = tr - vr, zi = ti - vi;
    out_re[0] = sr + ur;
    out_im[0] = si + ui;
    out_re[stride] = xr * w.c1 + xi * w.s1; /* times exp(-i angle) */
    out_im[stride] = xi * w.c1 - xr * w.s1;
    out_re[2 * stride] = yr * w.c2 + yi * w.s2;
    out_im[2 * stride] = yi * w.c2 - yr * w.s2;
    out_re[3 * stride] = zr * w.c3 + zi * w.s3;
    out_im[3 * stride] = zi * w.c3 - zr * w.s3;
}

/* The passes are not inlined: `restrict` of parameters is what lets the compiler make vectors of them. */
#define KWS_PASS __attribute__((noinline)) static void

/* The first pass: neighbours have twiddles of their own. */
KWS_PASS pass_first(const float *restrict re, const float *restrict im, size_t quarter, float *restrict out_re,
                    float *restrict out_im, const float *restrict w) {
    for (size_t p = 0; p < quarter; p++) {
        butterfly(re + p, im + p, quarter, out_re + 4 * p, out_im + 4 * p, 1, twiddle_at(w + p, quarter));
    }
}

/* The second: four neighbours share theirs. */
KWS_PASS pass_second(const float *restrict re, const float *restrict im, size_t quarter, float *restrict out_re,
                     float *restrict out_im, const float *restrict w) {
    for (size_t p = 0; p < quarter; p += 4) {
        const twiddle shared = twiddle_at(w + p, quarter);
        for (size_t q = p; q < p + 4; q++) {
            butterfly(re + q, im + q, quarter, out_re + 3 * p + q, out_im + 3 * p + q, 4, shared);
        }
    }
}

/* One group of a later pass: `stride` neighbours that share their twiddles. */
KWS_PASS group(const float *restrict re, const float *restrict im, size_t quarter, float *restrict out_re,
               float *restrict out_im, size_t stride, const float *restrict w) {
    const twiddle shared = twiddle_at(w, quarter);
    for (size_t q = 0; q < stride; q++) {
        butterfly(re + q, im + q, quarter, out_re + q, out_im + q, stride, shared);
    }
}

static void pass_radix4(pair from, pair to, size_t size, size_t stride, const float *w) {
    const size_t quarter = size / 4;
    if (stride == 1) {
        pass_first(from.re, from.im, quarter, to.re, to.im, w);
    } else if (stride == 4) {
        pass_second(from.re, from.im, quarter, to.re, to.im, w);
    } else {
        for (size_t at = 0; at < quarter; at += stride) {
            group(from.re + at, from.im + at, quarter, to.re + 4 * at, to.im + 4 * at, stride, w + at);
        }
    }
}

static void pass_radix2(pair from, pair to, size_t size) {
    const size_t half = size / 2;
    for (size_t q = 0; q < half; q++) {
        to.re[q] = from.re[q] + from.re[half + q];
        to.im[q] = from.im[q] + from.im[half + q];
        to.re[half + q] = from.re[q] - from.re[half + q];
        to.im[half + q] = from.im[q] - from.im[half + q];
    }
}

/* Transform what is in `from`, using `to`; returns the one of them that holds the result. */
static pair transform(pair from, pair to, size_t size, const float *twiddles) {
    size_t stride = 1;
    for (; 4 * stride <= size; stride *= 4) {
        pass_radix4(from, to, size, stride, twiddles);
        const pair swap = from;
        from = to;
        to = swap;
    }
    if (stride < size) {
        pass_radix2(from, to, size);
        return to;
    }
    return from;
}

void kws_fft(float *re, float *im, size_t size, const float *twiddles, float *work) {
    const pair from = {re, im}, to = {work, work + size};
    const pair result = transform(from, to, size, twiddles);
    if (result.re != re) {
        memcpy(re, result.re, size * sizeof *re);
        memcpy(im, result.im, size * sizeof *im);
    }
}

/* ---- convolution -------------------------------------------------------------------------------------------- */

/* `size` samples from place `start` on, which may lie before the first or after the last: zeros there. */
static void load(const float *in, size_t samples, int64_t start, float *block, size_t size) {
    const int64_t first = start < 0 ? -start : 0;
    const int64_t end = (int64_t)samples - start < (int64_t)size ? (int64_t)samples - start : (int64_t)size;
    if (end <= first) {
        memset(block, 0, size * sizeof *block);
        return;
    }
    memset(block, 0, (size_t)first * sizeof *block);
    memcpy(block + first, in + start + first, (size_t)(end - first) * sizeof *block);
    memset(block + end, 0, (size - (size_t)end) * sizeof *block);
}

/* Times the spectrum of a real kernel, of which the upper half is the lower one mirrored and conjugated. */
static void multiply(float *restrict re, float *restrict im, const float *restrict spectrum, size_t size) {
    const size_t half = size / 2;
    const float *restrict by_re = spectrum, *restrict by_im = spectrum + half + 1;
    for (size_t k = 0; k <= half; k++) {
        const float real = re[k] * by_re[k] - im[k] * by_im[k];
        im[k] = re[k] * by_im[k] + im[k] * by_re[k];
        re[k] = real;
    }
    for (size_t k = half + 1; k < size; k++) {
        const float real = re[k] * by_re[size - k] + im[k] * by_im[size - k];
        im[k] = im[k] * by_re[size - k] - re[k] * by_im[size - k];
        re[k] = real;
    }
}

static void store(const float *block, float *out, size_t samples, size_t start, size_t count) {
    if (start < samples) {
        memcpy(out + start, block, (samples - start < count ? samples - start : count) * sizeof *out);
    }
}

void kws_convolve(const float *in, float *out, size_t samples, const float *spectrum, size_t size, size_t taps,
                  size_t lead, const float *twiddles, float *work) {
    const size_t whole = size - taps + 1; /* samples of a block that no wrapping spoils */
    const pair near = {work, work + size}, far = {work + 2 * size, work + 3 * size};
    for (size_t start = 0; start < samples; start += 2 * whole) {
        const int64_t from = (int64_t)(start + lead) - (int64_t)(taps - 1);
        load(in, samples, from, near.re, size);
        load(in, samples, from + (int64_t)whole, near.im, size);
        const pair there = transform(near, far, size, twiddles);
        const pair rest = there.re == near.re ? far : near;
        multiply(there.re, there.im, spectrum, size);
        const pair turned = {there.im, there.re}, back = transform(turned, rest, size, twiddles); /* the inverse */
        store(back.im + taps - 1, out, samples, start, whole);
        store(back.re + taps - 1, out, samples, start + whole, whole);
    }
}
