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

/* `count` butterflies of radix 4 side by side: inputs a quarter apart, results `stride` apart, twiddles w and those
 * `step` after them. Not inlined: `restrict` of parameters is what lets the compiler make vectors. */
__attribute__((noinline)) static void butterflies(const float *restrict re, const float *restrict im, size_t quarter,
                                                  float *restrict out_re, float *restrict out_im, size_t stride,
                                                  const float *restrict w, size_t count) {
    const float c1 = w[0], s1 = w[quarter], c2 = w[2 * quarter], s2 = w[3 * quarter];
    const float c3 = w[4 * quarter], s3 = w[5 * quarter];
    for (size_t q = 0; q < count; q++) {
        const float ar = re[q], br = re[quarter + q], cr = re[2 * quarter + q], dr = re[3 * quarter + q];
        const float ai = im[q], bi = im[quarter + q], ci = im[2 * quarter + q], di = im[3 * quarter + q];
        const float sr = ar + cr, si = ai + ci, tr = ar - cr, ti = ai - ci;
        const float ur = br + dr, ui = bi + di, vr = bi - di, vi = dr - br; /* v = -i (b - d) */
        const float xr = tr + vr, xi = ti + vi, yr = sr - ur, yi = si - ui, zr = tr - vr, zi = ti - vi;
        out_re[q] = sr + ur;
        out_im[q] = si + ui;
        out_re[stride + q] = xr * c1 + xi * s1; /* times exp(-i angle) */
        out_im[stride + q] = xi * c1 - xr * s1;
        out_re[2 * stride + q] = yr * c2 + yi * s2;
        out_im[2 * stride + q] = yi * c2 - yr * s2;
        out_re[3 * stride + q] = zr * c3 + zi * s3;
        out_im[3 * stride + q] = zi * c3 - zr * s3;
    }
}

static void pass_radix4(pair from, pair to, size_t size, size_t stride, const float *twiddles) {
    for (size_t at = 0; at < size / 4; at += stride) {
        butterflies(from.re + at, from.im + at, size / 4, to.re + 4 * at, to.im + 4 * at, stride, twiddles + at, stride);
    }
}

/* The first pass: a stride of one, and twiddles that differ between neighbours. */
static void pass_first(pair from, pair to, size_t size, const float *restrict w) {
    const size_t quarter = size / 4;
    const float *restrict re = from.re, *restrict im = from.im;
    float *restrict out_re = to.re, *restrict out_im = to.im;
    for (size_t p = 0; p < quarter; p++) {
        const float ar = re[p], br = re[quarter + p], cr = re[2 * quarter + p], dr = re[3 * quarter + p];
        const float ai = im[p], bi = im[quarter + p], ci = im[2 * quarter + p], di = im[3 * quarter + p];
        const float sr = ar + cr, si = ai + ci, tr = ar - cr, ti = ai - ci;
        const float ur = br + dr, ui = bi + di, vr = bi - di, vi = dr - br;
        const float xr = tr + vr, xi = ti + vi, yr = sr - ur, yi = si - ui, zr = tr - vr, zi = ti - vi;
        out_re[4 * p] = sr + ur;
        out_im[4 * p] = si + ui;
        out_re[4 * p + 1] = xr * w[p] + xi * w[quarter + p];
        out_im[4 * p + 1] = xi * w[p] - xr * w[quarter + p];
        out_re[4 * p + 2] = yr * w[2 * quarter + p] + yi * w[3 * quarter + p];
        out_im[4 * p + 2] = yi * w[2 * quarter + p] - yr * w[3 * quarter + p];
        out_re[4 * p + 3] = zr * w[4 * quarter + p] + zi * w[5 * quarter + p];
        out_im[4 * p + 3] = zi * w[4 * quarter + p] - zr * w[5 * quarter + p];
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

void kws_fft(float *re, float *im, size_t size, const float *twiddles, float *work) {
    pair from = {re, im}, to = {work, work + size};
    size_t stride = 1;
    for (; 4 * stride <= size; stride *= 4) {
        if (stride == 1) {
            pass_first(from, to, size, twiddles);
        } else {
            pass_radix4(from, to, size, stride, twiddles);
        }
        const pair swap = from;
        from = to;
        to = swap;
    }
    if (stride < size) {
        pass_radix2(from, to, size);
        from = to;
    }
    if (from.re != re) {
        memcpy(re, from.re, size * sizeof *re);
        memcpy(im, from.im, size * sizeof *im);
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

static void multiply(float *restrict re, float *restrict im, const float *restrict by, size_t size) {
    for (size_t k = 0; k < size; k++) {
        const float real = re[k] * by[k] - im[k] * by[size + k];
        im[k] = re[k] * by[size + k] + im[k] * by[k];
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
    float *re = work, *im = work + size;
    for (size_t start = 0; start < samples; start += 2 * whole) {
        const int64_t from = (int64_t)(start + lead) - (int64_t)(taps - 1);
        load(in, samples, from, re, size);
        load(in, samples, from + (int64_t)whole, im, size);
        kws_fft(re, im, size, twiddles, work + 2 * size);
        multiply(re, im, spectrum, size);
        kws_fft(im, re, size, twiddles, work + 2 * size); /* parts exchanged: the inverse */
        store(re + taps - 1, out, samples, start, whole);
        store(im + taps - 1, out, samples, start + whole, whole);
    }
}
