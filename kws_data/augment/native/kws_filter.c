/* Recursive filters as second-order sections. */
#include "kws_augment.h"

#include <string.h>

static void section(float *signal, size_t samples, const double c[5]) {
    const double steady = (c[0] + c[1] + c[2]) / (1.0 + c[3] + c[4]) * signal[0];
    double second = c[2] * signal[0] - c[4] * steady;
    double first = c[1] * signal[0] - c[3] * steady + second;
    for (size_t at = 0; at < samples; at++) {
        const double in = signal[at], out = c[0] * in + first;
        first = c[1] * in - c[3] * out + second;
        second = c[2] * in - c[4] * out;
        signal[at] = (float)out;
    }
}

void kws_filter(const float *in, float *out, size_t count, size_t samples, const double *sections, size_t order) {
    for (size_t row = 0; row < count; row++) {
        memcpy(out + row * samples, in + row * samples, samples * sizeof *out);
        for (size_t stage = 0; stage < order; stage++) {
            section(out + row * samples, samples, sections + (row * order + stage) * 5);
        }
    }
}
