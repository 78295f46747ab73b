/* See kws_bundle.h. The names of the objects are those that the island's bytes are counted by (spotter/island.py). */
#include "kws_bundle.h"

#include "kws_app_config.h"
#include "kws_frontend_tables.h"
#include "kws_model.h"

#if KWS_MODEL_INPUT_BYTES != KWS_APP_CLIP_FRAMES * KWS_FRONTEND_FEATURES || KWS_MODEL_OUTPUT_BYTES != KWS_APP_LABELS
#error "the model does not fit the front end or the labels"
#endif
#if defined(KWS_MODEL_STREAMS) && KWS_APP_STRIDE_FRAMES % KWS_MODEL_HOP_FRAMES != 0
#error "the model streams, but not by the stride of the application"
#endif

static kws_frontend frontend;
static int32_t frontend_work[KWS_FRONTEND_WORK_WORDS];
static int16_t frontend_history[KWS_FRONTEND_HISTORY_SAMPLES];
static kws_detector detector;
static int16_t detector_sums[KWS_APP_LABELS];
static int8_t detector_ring[KWS_APP_AVERAGE * KWS_APP_LABELS];
static int8_t frame[KWS_FRONTEND_FEATURES];
#ifdef KWS_MODEL_STREAMS
static int32_t stream_state[KWS_MODEL_STATE_BYTES / 4];
#else
static int8_t window[KWS_APP_CLIP_FRAMES * KWS_FRONTEND_FEATURES] __attribute__((aligned(4)));
#endif
static int8_t scores[KWS_APP_LABELS];
#ifdef KWS_APP_GATE_PREROLL_FRAMES
static kws_gate gate;
static int8_t preroll[KWS_APP_GATE_PREROLL_FRAMES * KWS_FRONTEND_FEATURES];
#endif

const kws_listener_parts kws_bundle = {
    .sample_rate_hz = KWS_FRONTEND_SAMPLE_RATE_HZ,
    .window_frames = KWS_APP_CLIP_FRAMES,
    .stride_frames = KWS_APP_STRIDE_FRAMES,
    .tables = &kws_frontend_tables_generated,
#ifdef KWS_MODEL_STREAMS
    .stream_reset = kws_model_stream_reset,
    .stream_push = kws_model_push,
    .stream_scores = kws_model_scores,
    .stream = stream_state,
#else
    .invoke = kws_model_invoke,
    .window = window,
#endif
#ifdef KWS_APP_GATE_PREROLL_FRAMES
    .gate_reset = kws_gate_reset,
    .gate_hear = kws_gate_hear,
    .gate_keep = kws_gate_keep,
    .gate_config =
        {
            .open_sixteenths = KWS_APP_GATE_OPEN_SIXTEENTHS,
            .hold_frames = KWS_APP_GATE_HOLD_FRAMES,
            .preroll_frames = KWS_APP_GATE_PREROLL_FRAMES,
            .rise_shift = KWS_APP_GATE_RISE_SHIFT,
        },
    .gate = &gate,
    .preroll = preroll,
#endif
    .decision =
        {
            .labels = KWS_APP_LABELS,
            .average = KWS_APP_AVERAGE,
            .thresholds = kws_app_stream_thresholds,
            .refractory_samples = KWS_APP_REFRACTORY_SAMPLES,
        },
    .label_names = kws_app_labels,
    .frontend = &frontend,
    .work = frontend_work,
    .work_words = KWS_FRONTEND_WORK_WORDS,
    .history = frontend_history,
    .history_samples = KWS_FRONTEND_HISTORY_SAMPLES,
    .frame = frame,
    .scores = scores,
    .detector = &detector,
    .sums = detector_sums,
    .ring = detector_ring,
    .ring_bytes = sizeof detector_ring,
};
