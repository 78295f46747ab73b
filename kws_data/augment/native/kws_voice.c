/* Tempo and pitch: waveform-similarity overlap-add (Verhelst and Roelands, 1993) and band-limited interpolation (Smith,
 * 1984), in integers.
 *
 * WSOLA takes frames of 2 * hop samples `step` times as far apart as it puts them down. Each is moved by up to half a
 * hop to where it continues the last one best: the highest normalised correlation with what followed there. It is
 * looked for in a signal of an eighth of the rate first, then around the best. */
#include "kws_augment.h"

#include <string.h>

enum { DECIMATION = 8, FINE = DECIMATION - 1, PEAK_BITS = 10, HOP_16_KHZ = 256 };
enum { PLACES_MAX = KWS_HOP_MAX / DECIMATION + 1 };

#define KWS_INLINE static inline __attribute__((always_inline))

/* ---- similarity --------------------------------------------------------------------------------------------- */

KWS_INLINE int32_t dot(const int16_t *a, const int16_t *b, size_t count) {
    int32_t sum = 0; /* |a|, |b| < 1024 and count <= 2 * KWS_HOP_MAX: below 2^31 */
    for (size_t i = 0; i < count; i++) {
        sum += (int32_t)a[i] * b[i];
    }
    return sum;
}

/* Place of the frame of `count` samples among from, from + 1, .. that is most like `target`; the middle one when none
 * is. */
KWS_INLINE size_t most_similar(const int16_t *target, const int16_t *from, size_t places, size_t count) {
    int32_t likeness[PLACES_MAX], energy[PLACES_MAX];
    energy[0] = dot(from, from, count);
    for (size_t place = 0; place < places; place++) {
        likeness[place] = dot(target, from + place, count);
    }
    for (size_t place = 1; place < places; place++) {
        const int32_t gone = from[place - 1], come = from[place - 1 + count];
        energy[place] = energy[place - 1] + come * come - gone * gone;
    }
    double score[PLACES_MAX]; /* the square of the correlation, with its sign; the target's energy is the same for all */
    for (size_t place = 0; place < places; place++) {
        const double size = likeness[place] < 0 ? -(double)likeness[place] : likeness[place];
        score[place] = size * likeness[place] / (energy[place] > 1 ? energy[place] : 1);
    }
    size_t best = places / 2;
    double highest = 0.0;
    for (size_t place = 0; place < places; place++) {
        best = score[place] > highest ? place : best;
        highest = score[place] > highest ? score[place] : highest;
    }
    return best;
}

/* ---- stretch ------------------------------------------------------------------------------------------------ */

static size_t margin_of(size_t hop) {
    return 6 * hop; /* zeros on either side: a frame, its search and what follows it stay inside */
}

size_t kws_stretch_work(size_t samples, size_t hop) {
    const size_t padded = samples + 2 * margin_of(hop);
    return 2 * padded + padded / DECIMATION + 2;
}

/* Copy with as many bits as a correlation can take, whatever the clip's level. */
static void level(const int16_t *padded, int16_t *levelled, size_t count) {
    int32_t peak = 1;
    for (size_t i = 0; i < count; i++) {
        const int32_t size = padded[i] < 0 ? -(int32_t)padded[i] : padded[i];
        peak = size > peak ? size : peak;
    }
    const int32_t factor = (((1 << PEAK_BITS) - 1) << 15) / peak;
    for (size_t i = 0; i < count; i++) {
        levelled[i] = (int16_t)((padded[i] * factor) >> 15);
    }
}

static void decimate(const int16_t *fine, int16_t *coarse, size_t count) {
    for (size_t i = 0; i < count / DECIMATION; i++) {
        int32_t sum = 0;
        for (size_t k = 0; k < DECIMATION; k++) {
            sum += fine[DECIMATION * i + k];
        }
        coarse[i] = (int16_t)(sum / DECIMATION);
    }
}

/* Start of the frame, near `ideal`, that continues best what starts at `follow`. */
KWS_INLINE size_t search_with(const int16_t *levelled, const int16_t *coarse, size_t follow, size_t ideal, size_t hop) {
    const size_t reach = hop / 2;
    size_t at = (ideal - reach) / DECIMATION;
    at += most_similar(coarse + follow / DECIMATION, coarse + at, 2 * reach / DECIMATION + 1, 2 * hop / DECIMATION);
    const size_t from = at * DECIMATION + follow % DECIMATION - FINE;
    return from + most_similar(levelled + follow, levelled + from, 2 * FINE + 1, hop);
}

/* The usual hop gets loops of known length: twice as fast. */
static size_t search(const int16_t *levelled, const int16_t *coarse, size_t follow, size_t ideal, size_t hop) {
    return hop == HOP_16_KHZ ? search_with(levelled, coarse, follow, ideal, HOP_16_KHZ)
                             : search_with(levelled, coarse, follow, ideal, hop);
}

static void crossfade(const int16_t *old, const int16_t *new, const int32_t *fade, int16_t *out, size_t count) {
    for (size_t i = 0; i < count; i++) {
        out[i] = (int16_t)((old[i] * (32768 - fade[i]) + new[i] * fade[i] + 16384) >> 15);
    }
}

void kws_stretch(const int16_t *in, size_t samples, int16_t *out, size_t length, int64_t step, size_t hop,
                 const int32_t *fade, int16_t *work) {
    const size_t margin = margin_of(hop), padded_count = samples + 2 * margin;
    int16_t *padded = work, *levelled = padded + padded_count, *coarse = levelled + padded_count;
    memset(padded, 0, padded_count * sizeof *padded);
    memcpy(padded + margin, in, samples * sizeof *in);
    level(padded, levelled, padded_count);
    decimate(levelled, coarse, padded_count);

    const int64_t lowest = 2 * (int64_t)hop, highest = (int64_t)padded_count - 4 * (int64_t)hop;
    size_t last = 0;
    for (size_t put = 0; put < length + hop; put += hop) {
        const int64_t from_middle = 2 * (int64_t)put - (int64_t)length;
        int64_t ideal = (from_middle * step + (1 << 16)) >> 17;
        ideal += (int64_t)(samples / 2 + margin) - (int64_t)hop;
        ideal = ideal < lowest ? lowest : ideal > highest ? highest : ideal;
        size_t start = (size_t)ideal;
        if (put > 0) {
            start = search(levelled, coarse, last + hop, start, hop);
            const size_t count = length - (put - hop) < hop ? length - (put - hop) : hop;
            crossfade(padded + last + hop, padded + start, fade, out + put - hop, count);
        }
        last = start;
    }
}

/* ---- interpolation ------------------------------------------------------------------------------------------ */

void kws_resample(const int16_t *in, size_t length, int16_t *out, size_t count, int64_t step, const int16_t *kernel) {
    const int64_t half = (int64_t)1 << 31 >> 9; /* to the nearest phase */
    for (size_t n = 0; n < count; n++) {
        const int64_t from_middle = 2 * (int64_t)n - (int64_t)count;
        const int64_t place = ((from_middle * step) >> 1) + ((int64_t)length << 31) + half;
        int64_t whole = place >> 32;
        const size_t phase = (size_t)(place >> 23) & (KWS_PHASES - 1);
        if (whole < -KWS_TAPS / 2 || whole >= (int64_t)length + KWS_TAPS / 2) {
            out[n] = 0;
            continue;
        }
        const int16_t *at = in + whole - (KWS_TAPS / 2 - 1);
        const int16_t *weights = kernel + phase * KWS_TAPS;
        int32_t sum = 1 << 13;
        for (size_t tap = 0; tap < KWS_TAPS; tap++) {
            sum += (int32_t)at[tap] * weights[tap];
        }
        sum >>= 14;
        out[n] = (int16_t)(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
    }
}
