/* Levels: energy, mixing at a ratio, and the way back to 16 bits. */
#include "kws_augment.h"

#include <math.h>
#include <string.h>

double kws_energy(const float *in, size_t samples) {
    double partial[KWS_LANES] = {0};
    size_t at = 0;
    for (; at + KWS_LANES <= samples; at += KWS_LANES) {
        for (size_t lane = 0; lane < KWS_LANES; lane++) {
            partial[lane] += (double)in[at + lane] * in[at + lane];
        }
    }
    double sum = 0.0;
    for (size_t lane = 0; lane < KWS_LANES; lane++) {
        sum += partial[lane];
    }
    for (; at < samples; at++) {
        sum += (double)in[at] * in[at];
    }
    return sum;
}

static int64_t energy_of_integers(const int16_t *in, size_t samples) {
    int64_t sum = 0;
    for (size_t at = 0; at < samples; at++) {
        sum += (int32_t)in[at] * in[at];
    }
    return sum;
}

/* What to multiply `other` with; 0 when either has no energy. */
static float mixing_factor(const float *in, const int16_t *other, size_t samples, double ratio) {
    if (ratio <= 0.0) {
        return 0.0f;
    }
    const double energy = kws_energy(in, samples), other_energy = (double)energy_of_integers(other, samples);
    return energy > 0.0 && other_energy > 0.0 ? (float)(sqrt(energy / other_energy) * ratio) : 0.0f;
}

void kws_mix(const float *in, const int16_t *sound, const int64_t *starts, float *out, size_t count, size_t samples,
             const double *ratio) {
    for (size_t row = 0; row < count; row++, in += samples, out += samples) {
        const int16_t *other = sound + starts[row];
        const float factor = mixing_factor(in, other, samples, ratio[row]);
        for (size_t at = 0; at < samples; at++) {
            out[at] = in[at] + (float)other[at] * factor;
        }
    }
}

void kws_match(const float *like, float *out, size_t count, size_t samples) {
    for (size_t row = 0; row < count; row++, like += samples, out += samples) {
        const double energy = kws_energy(out, samples);
        if (energy > 0.0) {
            const float factor = (float)sqrt(kws_energy(like, samples) / energy);
            for (size_t at = 0; at < samples; at++) {
                out[at] *= factor;
            }
        }
    }
}

void kws_quantise(const float *in, int16_t *out, size_t count, size_t samples, const float *factor) {
    for (size_t row = 0; row < count; row++, in += samples, out += samples) {
        for (size_t at = 0; at < samples; at++) {
            const float nearest = rintf(in[at] * factor[row]);
            out[at] = (int16_t)(nearest > 32767.0f ? 32767.0f : nearest < -32768.0f ? -32768.0f : nearest);
        }
    }
}
