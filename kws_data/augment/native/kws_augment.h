/* The hot loops of the augmentation chain, over batches of clips.
 *
 * Rules that all of them keep: the caller owns every buffer; a row's result depends on that row alone; integers, or
 * IEEE float and double in a fixed order (compiled with -ffp-contract=off and without -ffast-math), so that the bytes
 * depend neither on the processor nor on how the compiler vectorises.
 */
#ifndef KWS_AUGMENT_H
#define KWS_AUGMENT_H

#include <stddef.h>
#include <stdint.h>

enum { KWS_LANES = 8 }; /* partial sums of a reduction: fixed, so that its order is */

/* ---- kws_voice.c -------------------------------------------------------------------------------------------- */

enum { KWS_HOP_MAX = 768, KWS_TAPS = 16, KWS_PHASES = 512 };

/* int16 words of work that kws_stretch needs. */
size_t kws_stretch_work(size_t samples, size_t hop);

/* Waveform-similarity overlap-add: out [length] says what in [samples] says, `step` / 65536 times as fast, about the
 * middle of both. `hop` is a multiple of 8, 64 to KWS_HOP_MAX; `fade` [hop] rises from 0 to 32768. */
void kws_stretch(const int16_t *in, size_t samples, int16_t *out, size_t length, int64_t step, size_t hop,
                 const int32_t *fade, int16_t *work);

/* Band-limited interpolation: out[n] = in at (n - count/2) * step / 2^32 + length/2. `in` has KWS_TAPS zeros before and
 * after its `length` samples; `kernel` is [KWS_PHASES][KWS_TAPS] of 1/16384. */
void kws_resample(const int16_t *in, size_t length, int16_t *out, size_t count, int64_t step, const int16_t *kernel);

/* ---- kws_fft.c ---------------------------------------------------------------------------------------------- */

/* Complex FFT of a power of two, natural order, unscaled. `twiddles` is [6][size / 4]: cosine and sine of 2 pi p / size,
 * of twice and of three times it. The result is in re, im; work is [2 * size]. */
void kws_fft(float *re, float *im, size_t size, const float *twiddles, float *work);

/* out[n] = sum over k of kernel[k] * in[n + lead - k]: overlap-save, two blocks to a transform. `spectrum` is
 * [2][size / 2 + 1], the transform of the kernel of `taps` <= size coefficients, over size; work is [4 * size]. */
void kws_convolve(const float *in, float *out, size_t samples, const float *spectrum, size_t size, size_t taps,
                  size_t lead, const float *twiddles, float *work);

/* ---- kws_level.c -------------------------------------------------------------------------------------------- */

/* Sum of squares. */
double kws_energy(const float *in, size_t samples);

/* Row by row: out = in + other * sqrt(energy of in / energy of other) * ratio[row], where other is what `sound` has from
 * starts[row] on; without energy, out = in. */
void kws_mix(const float *in, const int16_t *sound, const int64_t *starts, float *out, size_t count, size_t samples,
             const double *ratio);

/* Row by row, `out` gets the energy that `like` has. */
void kws_match(const float *like, float *out, size_t count, size_t samples);

/* Row by row: times factor[row], to the nearest integer, clipped at full scale as a converter does. */
void kws_quantise(const float *in, int16_t *out, size_t count, size_t samples, const float *factor);

/* ---- kws_filter.c ------------------------------------------------------------------------------------------- */

/* Second-order sections one after the other (direct form II transposed), as if each row had always had the level that
 * it starts with: `sections` is [count][order][5], b0 b1 b2 a1 a2 of each; samples > 0. */
void kws_filter(const float *in, float *out, size_t count, size_t samples, const double *sections, size_t order);

/* ---- kws_formant.c ------------------------------------------------------------------------------------------ */

enum { KWS_WARP_FRAME = 512, KWS_WARP_ORDER = 18 };

/* The spectral envelope at bin k becomes that at places[k] (KWS_WARP_FRAME / 2 + 1 of them), overlap-add of frames of
 * KWS_WARP_FRAME samples half over each other. `window` is used before and after; `lag_window` is [KWS_WARP_ORDER + 1];
 * work is [5 * KWS_WARP_FRAME]. */
void kws_warp(const int16_t *in, float *out, size_t samples, const float *places, const float *window,
              const double *lag_window, const float *twiddles, float *work);

#endif
