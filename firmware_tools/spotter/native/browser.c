/* The spotter in a browser: what WebAssembly exports of the listener, which is the board's own C.
 *
 * The caller writes samples to kws_try_samples() and calls kws_try_hear() until all are taken; it returns at each frame,
 * so that features, scores and sums can be read where they lie. The thresholds are a copy that may be changed: with
 * kws_try_again() and kws_try_decide() the detector decides anew on scores that were kept. Nothing is imported.
 */
#include <stddef.h>
#include <stdint.h>

#include "kws_app_config.h"
#include "kws_bundle.h"
#include "kws_frontend_tables.h"
#include "kws_listener.h"

#define EXPORT(name) __attribute__((export_name(#name), used)) name

/* What kws_try_hear and kws_try_decide tell. */
enum { FRAME = 1, DECIDED = 2, DETECTED = 4 };

static kws_listener_parts parts;
static kws_listener listener;
static kws_detection found;
static int16_t thresholds[KWS_APP_LABELS];
static int16_t samples[KWS_APP_CLIP_SAMPLES];
static size_t taken;

/* The listener begins, with the bundle's thresholds. 0, or a negative kws_err. */
int32_t EXPORT(kws_try_init)(void)
{
    for (size_t i = 0; i < KWS_APP_LABELS; i++) {
        thresholds[i] = kws_app_stream_thresholds[i];
    }
    parts = kws_bundle;
    parts.decision.thresholds = thresholds;
    return kws_listener_init(&listener, &parts);
}

/* The stream begins with the next sample; thresholds stay. */
void EXPORT(kws_try_reset)(void)
{
    kws_listener_reset(&listener);
}

/* ---- a stream ------------------------------------------------------------------------------------------------- */

/* Hear samples[from .. to) up to the next frame: bits FRAME, DECIDED, DETECTED; 0 when there is none; or a kws_err. */
int32_t EXPORT(kws_try_hear)(uint32_t from, uint32_t to)
{
    taken = 0;
    if (to > KWS_APP_CLIP_SAMPLES || from > to) {
        return KWS_ERR_ARG;
    }
    const int made = kws_listener_take(&listener, samples + from, to - from, &taken);
    if (made != 1) {
        return made;
    }
    kws_listener_keep(&listener);
    if (!kws_listener_due(&listener)) {
        return FRAME;
    }
    const int detected = kws_listener_decide(&listener, listener.heard, &found);
    return FRAME | DECIDED | (detected == 1 ? DETECTED : 0);
}

/* The detector forgets, the stream goes on: kept scores are decided on again, from the first. */
void EXPORT(kws_try_again)(void)
{
    (void)kws_detector_init(parts.detector, &parts.decision, parts.sums, parts.ring, parts.ring_bytes);
}

/* One kept score vector, which the caller wrote to kws_try_scores(). DECIDED, or with DETECTED. */
int32_t EXPORT(kws_try_decide)(double sample)
{
    const int detected = kws_detector_push(parts.detector, parts.scores, (uint64_t)sample, &found);
    return DECIDED | (detected == 1 ? DETECTED : 0);
}

/* ---- a clip --------------------------------------------------------------------------------------------------- */

/* Score the clip in samples, as a board scores one from the host; ends the stream. Its label, -1 for none, or -100. */
int32_t EXPORT(kws_try_clip)(void)
{
    size_t used;
    kws_listener_reset(&listener);
    for (size_t at = 0; at < KWS_APP_CLIP_SAMPLES; at += used) {
        const int made = kws_listener_take(&listener, samples + at, KWS_APP_CLIP_SAMPLES - at, &used);
        if (made == 1) {
            kws_listener_keep(&listener);
        } else if (made < 0 || used == 0) {
            return -100;
        }
    }
    kws_listener_score(&listener);
    return kws_decide_clip(parts.scores, KWS_APP_LABELS, KWS_APP_THRESHOLD);
}

/* ---- where things lie, and facts ------------------------------------------------------------------------------ */

int16_t *EXPORT(kws_try_samples)(void) { return samples; }
int8_t *EXPORT(kws_try_frame)(void) { return parts.frame; }
int8_t *EXPORT(kws_try_scores)(void) { return parts.scores; }
int16_t *EXPORT(kws_try_sums)(void) { return parts.sums; }
int16_t *EXPORT(kws_try_thresholds)(void) { return thresholds; }
const int16_t *EXPORT(kws_try_shipped)(void) { return kws_app_stream_thresholds; }
const char *EXPORT(kws_try_label)(uint32_t label) { return kws_app_labels[label % KWS_APP_LABELS]; }
const char *EXPORT(kws_try_hash)(void) { return kws_app_bundle_hash; }

/* Samples that the last call of kws_try_hear took. */
uint32_t EXPORT(kws_try_taken)(void) { return (uint32_t)taken; }
double EXPORT(kws_try_found_sample)(void) { return (double)found.sample; }
uint32_t EXPORT(kws_try_found_label)(void) { return found.label; }
int32_t EXPORT(kws_try_found_score)(void) { return found.score; }

uint32_t EXPORT(kws_try_rate)(void) { return KWS_FRONTEND_SAMPLE_RATE_HZ; }
uint32_t EXPORT(kws_try_hop)(void) { return (uint32_t)parts.tables->hop_samples; }
uint32_t EXPORT(kws_try_features)(void) { return KWS_FRONTEND_FEATURES; }
uint32_t EXPORT(kws_try_labels)(void) { return KWS_APP_LABELS; }
uint32_t EXPORT(kws_try_clip_samples)(void) { return KWS_APP_CLIP_SAMPLES; }
uint32_t EXPORT(kws_try_stride)(void) { return KWS_APP_STRIDE_FRAMES; }
uint32_t EXPORT(kws_try_average)(void) { return KWS_APP_AVERAGE; }
int32_t EXPORT(kws_try_threshold)(void) { return KWS_APP_THRESHOLD; }
