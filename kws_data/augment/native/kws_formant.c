/* Formants moved while the pitch stays: each short-time spectrum is divided by its envelope, a linear prediction, and
 * multiplied by the envelope read off at other frequencies. */
#include "kws_augment.h"

#include <math.h>
#include <string.h>

enum { HALF = KWS_WARP_FRAME / 2, BINS = HALF + 1 };
static const float LOWEST_GAIN = 0.1f, HIGHEST_GAIN = 10.0f;

static double lagged(const float *frame, size_t lag) {
    double partial[KWS_LANES] = {0};
    size_t at = 0;
    for (; at + lag + KWS_LANES <= KWS_WARP_FRAME; at += KWS_LANES) {
        for (size_t lane = 0; lane < KWS_LANES; lane++) {
            partial[lane] += (double)frame[at + lane] * frame[at + lag + lane];
        }
    }
    double sum = 0.0;
    for (size_t lane = 0; lane < KWS_LANES; lane++) {
        sum += partial[lane];
    }
    for (; at + lag < KWS_WARP_FRAME; at++) {
        sum += (double)frame[at] * frame[at + lag];
    }
    return sum;
}

/* Levinson and Durbin: predictor[0] = 1, .. predictor[KWS_WARP_ORDER]. */
static void predict(const double *correlation, double *predictor) {
    double error = correlation[0];
    memset(predictor, 0, (KWS_WARP_ORDER + 1) * sizeof *predictor);
    predictor[0] = 1.0;
    for (size_t order = 1; order <= KWS_WARP_ORDER; order++) {
        double sum = 0.0;
        for (size_t i = 0; i < order; i++) {
            sum += predictor[i] * correlation[order - i];
        }
        const double reflection = -sum / error;
        double next[KWS_WARP_ORDER + 1];
        for (size_t i = 0; i <= order; i++) {
            next[i] = predictor[i] + reflection * predictor[order - i];
        }
        memcpy(predictor, next, (order + 1) * sizeof *predictor);
        error *= 1.0 - reflection * reflection;
    }
}

/* Inverse of the envelope's power: |A|^2 at each frequency; 0 when the frame is silent. */
static int inverse_envelope(const float *frame, const double *lag_window, float *power, const float *twiddles,
                            float *work) {
    double correlation[KWS_WARP_ORDER + 1], predictor[KWS_WARP_ORDER + 1];
    for (size_t lag = 0; lag <= KWS_WARP_ORDER; lag++) {
        correlation[lag] = lagged(frame, lag) * lag_window[lag];
    }
    if (correlation[0] < 1.0) {
        return 0;
    }
    predict(correlation, predictor);
    float *re = work, *im = work + KWS_WARP_FRAME;
    memset(re, 0, 2 * KWS_WARP_FRAME * sizeof *re);
    for (size_t i = 0; i <= KWS_WARP_ORDER; i++) {
        re[i] = (float)predictor[i];
    }
    kws_fft(re, im, KWS_WARP_FRAME, twiddles, work + 2 * KWS_WARP_FRAME);
    for (size_t bin = 0; bin < BINS; bin++) {
        power[bin] = re[bin] * re[bin] + im[bin] * im[bin];
    }
    return 1;
}

/* The gain that moves what the envelope has at places[bin] to each bin. */
static void moving_gain(const float *power, const float *places, float *gain) {
    for (size_t bin = 0; bin < BINS; bin++) {
        const size_t below = (size_t)places[bin] < HALF ? (size_t)places[bin] : HALF - 1;
        const float share = places[bin] - (float)below;
        const float there = power[below] + share * (power[below + 1] - power[below]);
        const float wanted = sqrtf(power[bin] / (there > 1e-9f ? there : 1e-9f));
        gain[bin] = wanted < LOWEST_GAIN ? LOWEST_GAIN : wanted > HIGHEST_GAIN ? HIGHEST_GAIN : wanted;
    }
}

static void warp_frame(float *frame, const float *places, const double *lag_window, const float *twiddles,
                       float *work) {
    float power[BINS], gain[BINS];
    if (!inverse_envelope(frame, lag_window, power, twiddles, work)) {
        return;
    }
    moving_gain(power, places, gain);
    float *re = work, *im = work + KWS_WARP_FRAME, *rest = work + 2 * KWS_WARP_FRAME;
    memcpy(re, frame, KWS_WARP_FRAME * sizeof *re);
    memset(im, 0, KWS_WARP_FRAME * sizeof *im);
    kws_fft(re, im, KWS_WARP_FRAME, twiddles, rest);
    for (size_t bin = 0; bin < KWS_WARP_FRAME; bin++) {
        const float factor = gain[bin < BINS ? bin : KWS_WARP_FRAME - bin] / KWS_WARP_FRAME;
        re[bin] *= factor;
        im[bin] *= factor;
    }
    kws_fft(im, re, KWS_WARP_FRAME, twiddles, rest);
    memcpy(frame, re, KWS_WARP_FRAME * sizeof *re);
}

void kws_warp(const int16_t *in, float *out, size_t samples, const float *places, const float *window,
              const double *lag_window, const float *twiddles, float *work) {
    float *frame = work + 4 * KWS_WARP_FRAME;
    memset(out, 0, samples * sizeof *out);
    for (size_t start = 0; start < samples + HALF; start += HALF) { /* the frame starts HALF earlier */
        for (size_t i = 0; i < KWS_WARP_FRAME; i++) {
            const size_t at = start + i;
            frame[i] = at >= HALF && at - HALF < samples ? window[i] * in[at - HALF] : 0.0f;
        }
        warp_frame(frame, places, lag_window, twiddles, work);
        for (size_t i = 0; i < KWS_WARP_FRAME; i++) {
            const size_t at = start + i;
            if (at >= HALF && at - HALF < samples) {
                out[at - HALF] += window[i] * frame[i];
            }
        }
    }
}
