/* A detector that listens: samples in, detections out. Front end, model and decision in one, without hardware.
 *
 *     kws_listener listener;
 *     kws_listener_init(&listener, &kws_bundle);
 *     ...
 *     while (count != 0) {                                      (whenever the microphone has samples)
 *         kws_detection found;
 *         size_t used;
 *         if (kws_listener_hear(&listener, samples, count, &used, &found) == 1)
 *             printf("%s\n", kws_bundle.label_names[found.label]);
 *         samples += used, count -= used;
 *     }
 *
 * The window slides by a frame at a time, and the model runs every stride_frames frames: on the window, or, where it
 * streams, by a few columns a frame and a few sums at the end; the scores are the same. The spotter app and the packages
 * for other frameworks run this same code. Not for two threads at once; nothing is allocated, nothing blocks.
 */
#ifndef KWS_LISTENER_H
#define KWS_LISTENER_H

#include <stddef.h>
#include <stdint.h>

#include "kws_detector.h"
#include "kws_frontend.h"
#include "kws_gate.h"

#ifdef __cplusplus
extern "C" {
#endif

struct kws_listener;

/* What a listener is made of; kws_bundle.c has that of a bundle. All memory belongs to the caller. */
typedef struct kws_listener_parts {
    uint32_t sample_rate_hz; /* of the samples */
    uint16_t window_frames;  /* that the model sees at once */
    uint16_t stride_frames;  /* from one inference to the next */
    const kws_frontend_tables *tables;
    void (*invoke)(const int8_t *window, int8_t *scores); /* one inference; NULL where the model streams */
    void (*stream_reset)(void *stream);                   /* a stream begins; NULL where the model does not stream */
    void (*stream_push)(void *stream, const int8_t *frame);    /* one frame more */
    void (*stream_scores)(void *stream, int8_t *scores);       /* of the window that ends with it */
    /* A gate of energy before the model; gate_keep is NULL where there is none, and the others are unused. */
    void (*gate_reset)(kws_gate *gate, const kws_gate_config *config);
    void (*gate_hear)(kws_gate *gate, const int16_t *samples, size_t count);
    void (*gate_keep)(struct kws_listener *listener);
    kws_gate_config gate_config;
    kws_detector_config decision;
    const char *const *label_names; /* one a label, UTF-8 */

    kws_frontend *frontend;
    int32_t *work; /* work_words: see kws_frontend.h */
    size_t work_words;
    int16_t *history; /* history_samples: see kws_frontend.h */
    size_t history_samples;
    int8_t *frame;  /* tables->features bytes: the newest frame */
    int8_t *window; /* window_frames * tables->features bytes, word-aligned; NULL where the model streams */
    void *stream;   /* what a streaming model keeps, word-aligned; NULL for others */
    kws_gate *gate;  /* NULL without a gate */
    int8_t *preroll; /* gate_config.preroll_frames * tables->features bytes; NULL without a gate */
    int8_t *scores;  /* one a label: what the model said last */
    kws_detector *detector;
    int16_t *sums; /* one a label */
    int8_t *ring;  /* ring_bytes: see kws_detector.h */
    size_t ring_bytes;
} kws_listener_parts;

typedef struct kws_listener {
    const kws_listener_parts *parts;
    uint64_t heard;       /* samples since the last reset */
    uint64_t lost;        /* samples since then that never came, see kws_listener_lost */
    uint32_t frames;      /* that the model was shown since then; the window ends with the last of them */
    uint32_t until;       /* frames until the model is to run */
    uint8_t shown;        /* whether the last frame was shown to the model */
} kws_listener;

/* parts must outlive the listener. Returns KWS_OK, KWS_ERR_ARG or KWS_ERR_SPACE (of front end or detector). */
int kws_listener_init(kws_listener *listener, const kws_listener_parts *parts);

/* Forget all that was heard: the stream begins with the next sample. */
void kws_listener_reset(kws_listener *listener);

/* Hear samples until a keyword is detected or none is left. *used is set to the number taken; call again with the rest.
 * Returns 1 (*found was written), 0 (all samples taken, nothing detected), or a negative kws_err. */
int kws_listener_hear(kws_listener *listener, const int16_t *samples, size_t count, size_t *used,
                      kws_detection *found);

/* The microphone lost so many samples before those that come next: positions go on behind them. */
void kws_listener_lost(kws_listener *listener, uint32_t samples);

/* ---- the steps of kws_listener_hear, for those who measure them ------------------------------------------------- */

/* Take samples until a frame is complete or none is left, as kws_frontend_push. 1: there is a frame to be kept. */
int kws_listener_take(kws_listener *listener, const int16_t *samples, size_t count, size_t *used);

/* The window now ends with the frame that was taken; a streaming model computes its columns. A gate that is closed
 * keeps the frame from the model. */
void kws_listener_keep(kws_listener *listener);

/* Show the model a frame. A decision that is due after it and is not made is left out. */
void kws_listener_show(kws_listener *listener, const int8_t *frame);

/* kws_listener_keep behind a gate, as parts->gate_keep: a function of its own, so that images without a gate lack it. */
void kws_gate_keep(kws_listener *listener);

/* Whether the model is to run on the window as it is now. */
int kws_listener_due(const kws_listener *listener);

/* Run the model on the window as it is: its scores are in parts->scores. */
void kws_listener_score(const kws_listener *listener);

/* The same, and decide, `sample` samples after the stream's begin. Returns 1 (*found was written) or 0. */
int kws_listener_decide(kws_listener *listener, uint64_t sample, kws_detection *found);

#ifdef __cplusplus
}
#endif

#endif
