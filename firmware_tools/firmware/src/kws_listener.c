/* A detector that listens. See kws_listener.h. */
#include "kws_listener.h"
#include "kws_small.h"

KWS_SMALL_BEGIN

int kws_listener_init(kws_listener *listener, const kws_listener_parts *parts)
{
    listener->parts = parts;
    if (parts->window_frames == 0 || parts->stride_frames == 0) {
        return KWS_ERR_ARG;
    }
    const int error = kws_frontend_init(parts->frontend, parts->tables, parts->work, parts->work_words, parts->history,
                                        parts->history_samples);
    if (error < 0) {
        return error;
    }
    kws_listener_reset(listener);
    return kws_detector_init(parts->detector, &parts->decision, parts->sums, parts->ring, parts->ring_bytes);
}

void kws_listener_reset(kws_listener *listener)
{
    const kws_listener_parts *parts = listener->parts;
    kws_frontend_reset(parts->frontend);
    (void)kws_detector_init(parts->detector, &parts->decision, parts->sums, parts->ring, parts->ring_bytes);
    listener->heard = 0;
    listener->lost = 0;
    listener->frames = 0;
    listener->until = parts->window_frames;
    listener->shown = 0;
    if (parts->gate_keep != NULL) {
        parts->gate_reset(parts->gate, &parts->gate_config);
    }
    if (parts->stream_reset != NULL) {
        parts->stream_reset(parts->stream);
    }
}

void kws_listener_lost(kws_listener *listener, uint32_t samples)
{
    listener->lost += samples;
}

/* Put a frame at the window's end; when the window is full, its oldest frame goes. */
static void slide(const kws_listener *listener, const int8_t *frame)
{
    const size_t features = listener->parts->tables->features;
    const size_t frames = listener->parts->window_frames;
    int8_t *window = listener->parts->window;
    size_t row = listener->frames;
    if (row >= frames) {
        const size_t kept = (frames - 1u) * features;
        for (size_t i = 0; i < kept; i++) {
            window[i] = window[i + features];
        }
        row = frames - 1u;
    }
    int8_t *to = window + row * features;
    for (size_t i = 0; i < features; i++) {
        to[i] = frame[i];
    }
}

void kws_listener_show(kws_listener *listener, const int8_t *frame)
{
    const kws_listener_parts *parts = listener->parts;
    if (parts->stream_push != NULL) {
        parts->stream_push(parts->stream, frame);
    } else {
        slide(listener, frame);
    }
    listener->frames++;
    if (listener->until == 0) {
        listener->until = parts->stride_frames;
    }
    listener->until--;
    listener->shown = 1;
}

void kws_listener_keep(kws_listener *listener)
{
    const kws_listener_parts *parts = listener->parts;
    if (parts->gate_keep != NULL) {
        parts->gate_keep(listener);
    } else {
        kws_listener_show(listener, parts->frame);
    }
}

int kws_listener_take(kws_listener *listener, const int16_t *samples, size_t count, size_t *used)
{
    const int made = kws_frontend_push(listener->parts->frontend, samples, count, used, listener->parts->frame);
    listener->heard += *used;
    if (listener->parts->gate_keep != NULL) {
        listener->parts->gate_hear(listener->parts->gate, samples, *used);
    }
    return made;
}

int kws_listener_due(const kws_listener *listener)
{
    return listener->until == 0 && listener->shown;
}

void kws_listener_score(const kws_listener *listener)
{
    const kws_listener_parts *parts = listener->parts;
    if (parts->stream_scores != NULL) {
        parts->stream_scores(parts->stream, parts->scores);
    } else {
        parts->invoke(parts->window, parts->scores);
    }
}

int kws_listener_decide(kws_listener *listener, uint64_t sample, kws_detection *found)
{
    const kws_listener_parts *parts = listener->parts;
    kws_listener_score(listener);
    return kws_detector_push(parts->detector, parts->scores, sample, found);
}

int kws_listener_hear(kws_listener *listener, const int16_t *samples, size_t count, size_t *used,
                      kws_detection *found)
{
    *used = 0;
    while (*used < count) {
        size_t taken = 0;
        const int made = kws_listener_take(listener, samples + *used, count - *used, &taken);
        *used += taken;
        if (made < 0) {
            return made;
        }
        if (made == 1) {
            kws_listener_keep(listener);
            if (kws_listener_due(listener) &&
                kws_listener_decide(listener, listener->heard + listener->lost, found) == 1) {
                return 1;
            }
        }
    }
    return 0;
}

KWS_SMALL_END
