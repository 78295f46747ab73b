/* Integer MFCC and log-mel front end. See kws_frontend.h for use, kws_frontend_parts.h for the steps of a frame,
 * firmware_tools/frontend/tables.py for the tables. */
#include "kws_frontend_parts.h"

static void finish(const kws_frontend_tables *tables, int32_t *work, int8_t *frame) {
    kws_frontend_powers(tables, work);
    kws_frontend_levels(tables, work);
    kws_frontend_features(tables, work, frame);
}

void kws_frontend_frame(const kws_frontend_tables *tables, int32_t *work, const int16_t *samples, int8_t *frame) {
    kws_frontend_window(tables, work, 0, samples, tables->window_samples);
    finish(tables, work, frame);
}

int kws_frontend_init(kws_frontend *f, const kws_frontend_tables *tables, int32_t *work, size_t work_words,
                      int16_t *history, size_t history_samples) {
    if (f == NULL || tables == NULL || work == NULL || history == NULL) {
        return KWS_ERR_ARG;
    }
    uint32_t size = tables->fft_size;
    if (size < 64u || size > KWS_FRONTEND_MAX_FFT || (size & (size - 1u)) != 0 || tables->window_samples > size ||
        tables->hop_samples == 0 || tables->hop_samples > tables->window_samples ||
        tables->mel_bands > KWS_FRONTEND_MAX_MELS || tables->features > tables->mel_bands ||
        2u * tables->mel_bands >= size) {
        return KWS_ERR_ARG;
    }
    if (work_words < size || history_samples < (size_t)(tables->window_samples - tables->hop_samples)) {
        return KWS_ERR_SPACE;
    }
    f->tables = tables;
    f->work = work;
    f->history = history;
    f->filled = 0;
    return KWS_OK;
}

void kws_frontend_reset(kws_frontend *f) {
    f->filled = 0;
}

/* From the first on; the places may overlap if they lie before the samples. */
KWS_APART static void move(int16_t *to, const int16_t *samples, uint32_t count) {
#if KWS_DSP /* words need not be aligned there */
    KWS_ROLLED
    for (; count > 7u; count -= 8u, to += 8, samples += 8) {
        const uint32_t a = kws_load_word(samples), b = kws_load_word(samples + 2);
        const uint32_t c = kws_load_word(samples + 4), d = kws_load_word(samples + 6);
        kws_store_word(to, a);
        kws_store_word(to + 2, b);
        kws_store_word(to + 4, c);
        kws_store_word(to + 6, d);
    }
#endif
    KWS_ROLLED
    for (; count != 0; count--) {
        *to++ = *samples++;
    }
}

/* Keep those of the samples that the next frame sees again. */
static void remember(const kws_frontend *f, const int16_t *samples, uint32_t count) {
    const uint32_t hop = f->tables->hop_samples, skipped = f->filled < hop ? hop - f->filled : 0;
    if (count > skipped) {
        move(f->history + (f->filled + skipped - hop), samples + skipped, count - skipped);
    }
}

int kws_frontend_push(kws_frontend *f, const int16_t *samples, size_t count, size_t *used, int8_t *frame) {
    if (f == NULL || f->tables == NULL || used == NULL || frame == NULL || (samples == NULL && count > 0)) {
        return KWS_ERR_ARG;
    }
    const kws_frontend_tables *tables = f->tables;
    const uint32_t window = tables->window_samples, again = window - tables->hop_samples;
    const uint32_t missing = window - f->filled;
    const uint32_t taken = count < missing ? (uint32_t)count : missing;
    kws_frontend_window(tables, f->work, f->filled, samples, taken);
    remember(f, samples, taken);
    f->filled = (uint16_t)(f->filled + taken);
    *used = taken;
    if (f->filled < window) {
        return 0;
    }
    finish(tables, f->work, frame);
    kws_frontend_window(tables, f->work, 0, f->history, again);
    if (again > tables->hop_samples) { /* some will be seen a third time */
        move(f->history, f->history + tables->hop_samples, again - tables->hop_samples);
    }
    f->filled = (uint16_t)again;
    return 1;
}
