/* Spotter: features, model and decision on the board, for clips sent by the host and for a stream.
 *
 * A clip's samples go through the front end as they come; its window of frames is kept until the next clip, so that
 * the host can fetch the features (a streaming model keeps no window: then there are none to fetch). While listening,
 * the window slides by a frame at a time and the model runs every KWS_APP_STRIDE_FRAMES frames. All cycles are counted around the work itself, without the serial line.
 *
 * RESULT: label i16 (-1 = none), frames u16, front-end cycles of all frames u32, of the slowest frame u32,
 *         inference (with the last frame's columns) u32, decision u32, latency after the last sample u32, labels u8, int8 scores
 */
#include "kws_app.h"
#include "kws_app_config.h"
#include "kws_bundle.h"
#include "kws_frontend_tables.h"
#include "kws_link.h"
#include "kws_listener.h"
#include "kws_model.h"
#include "kws_port.h"
#include "kws_small.h"

KWS_SMALL_BEGIN

#define BLOCK_SAMPLES 128u

enum mode { IDLE, CLIP, LISTEN_MICROPHONE, LISTEN_HOST };

static kws_link serial_line;
static kws_listener listener;

static struct {
    enum mode mode;
    uint8_t want_scores;
    uint32_t frame_cycles;        /* front end, the frame that is being made */
    uint32_t last_frame_cycles;
    uint32_t slowest_frame_cycles;
    uint32_t all_frames_cycles;
    uint32_t columns_cycles;      /* columns of a streaming model for the last frame */
    uint32_t slowest_spot_cycles; /* last frame, inference and decision */
    uint32_t events;              /* SCORES and DETECTION frames sent */
} app;

static const kws_hello hello = {
    .app = "spotter",
    .build = kws_app_bundle_hash,
    .sample_rate_hz = KWS_FRONTEND_SAMPLE_RATE_HZ,
    .clip_samples = KWS_APP_CLIP_SAMPLES,
    .clip_frames = KWS_APP_CLIP_FRAMES,
    .features = KWS_FRONTEND_FEATURES,
    .stride_frames = KWS_APP_STRIDE_FRAMES,
    .threshold = KWS_APP_THRESHOLD,
    .labels = KWS_APP_LABELS,
    .label_names = kws_app_labels,
};

/* ---- features and inference --------------------------------------------------------------------------------- */

static void begin(enum mode mode)
{
    kws_listener_reset(&listener);
    app.mode = mode;
    app.frame_cycles = 0;
    app.last_frame_cycles = 0;
    app.slowest_frame_cycles = 0;
    app.all_frames_cycles = 0;
    app.columns_cycles = 0;
    app.slowest_spot_cycles = 0;
    app.events = 0;
}

/* Where the stream is: samples heard, and those that the microphone lost. */
static uint64_t position(void)
{
    return app.mode == LISTEN_MICROPHONE ? listener.heard + kws_port_mic_overruns() : listener.heard;
}

static void send_scores(uint32_t cycles)
{
    kws_link_event(&serial_line, KWS_EVENT_SCORES);
    kws_wire_put_u64(&serial_line.tx, position());
    kws_wire_put_u32(&serial_line.tx, cycles);
    kws_wire_put_bytes(&serial_line.tx, (const uint8_t *)kws_bundle.scores, KWS_APP_LABELS);
    kws_link_send(&serial_line);
    app.events++;
}

static void send_detection(const kws_detection *detection, uint32_t cycles)
{
    kws_link_event(&serial_line, KWS_EVENT_DETECTION);
    kws_wire_put_u64(&serial_line.tx, detection->sample);
    kws_wire_put_u32(&serial_line.tx, cycles);
    kws_wire_put_u8(&serial_line.tx, detection->label);
    kws_wire_put_u8(&serial_line.tx, (uint8_t)detection->score);
    kws_link_send(&serial_line);
    app.events++;
}

/* The window ends with the sample just heard: run the model, let the detector decide. */
static void spot(void)
{
    kws_detection detection;
    const uint32_t begun = kws_port_cycles();
    const int detected = kws_listener_decide(&listener, position(), &detection);
    const uint32_t cycles = app.last_frame_cycles + app.columns_cycles + (kws_port_cycles() - begun);
    if (cycles > app.slowest_spot_cycles) {
        app.slowest_spot_cycles = cycles;
    }
    if (app.want_scores) {
        send_scores(cycles);
    }
    if (detected == 1) {
        send_detection(&detection, cycles);
    }
}

/* Keep the frame: a move in the window, or the columns of a streaming model, which are part of its inference. */
static void keep_frame(void)
{
    const uint32_t begun = kws_port_cycles();
    kws_listener_keep(&listener);
    const uint32_t cycles = kws_port_cycles() - begun;
    if (kws_bundle.window != NULL) {
        app.frame_cycles += cycles;
    } else {
        app.columns_cycles = cycles;
    }
}

static void frame_made(void)
{
    keep_frame();
    app.last_frame_cycles = app.frame_cycles;
    app.all_frames_cycles += app.frame_cycles;
    if (app.frame_cycles > app.slowest_frame_cycles) {
        app.slowest_frame_cycles = app.frame_cycles;
    }
    app.frame_cycles = 0;
    if (app.mode != CLIP && kws_listener_due(&listener)) {
        spot();
    }
}

static void hear(const int16_t *samples, size_t count)
{
    while (count != 0) {
        size_t used = 0;
        const uint32_t begun = kws_port_cycles();
        const int made = kws_listener_take(&listener, samples, count, &used);
        app.frame_cycles += kws_port_cycles() - begun;
        samples += used;
        count -= used;
        if (made == 1) {
            frame_made();
        } else if (made < 0 || used == 0) {
            return;
        }
    }
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static void begin_clip(const kws_wire_frame *command)
{
    if (command->len != 4 || kws_wire_get_u32(command->payload) != KWS_APP_CLIP_SAMPLES) {
        kws_link_nak(&serial_line, command, KWS_ERR_ARG, KWS_APP_CLIP_SAMPLES);
        return;
    }
    begin(CLIP);
    kws_link_ack(&serial_line, command, 0);
}

static void hear_bytes(const uint8_t *bytes, size_t count)
{
    int16_t block[BLOCK_SAMPLES];
    while (count != 0) {
        const size_t part = count < BLOCK_SAMPLES ? count : BLOCK_SAMPLES;
        for (size_t i = 0; i < part; i++) {
            block[i] = (int16_t)kws_wire_get_u16(bytes + 2 * i);
        }
        hear(block, part);
        bytes += 2 * part;
        count -= part;
    }
}

/* Samples from the host. Those heard already (their ACK was lost) are acknowledged again and not heard twice. */
static void take_samples(const kws_wire_frame *command, enum mode mode)
{
    if (app.mode != mode) {
        kws_link_nak(&serial_line, command, KWS_ERR_BUSY, 0);
        return;
    }
    const uint32_t expected = (uint32_t)listener.heard;
    if (command->len < 4 || command->len % 2 != 0) {
        kws_link_nak(&serial_line, command, KWS_ERR_ARG, expected);
        return;
    }
    const uint32_t offset = kws_wire_get_u32(command->payload);
    const uint32_t count = (uint32_t)(command->len - 4) / 2u;
    if (mode == CLIP && offset == expected && count > KWS_APP_CLIP_SAMPLES - expected) {
        kws_link_nak(&serial_line, command, KWS_ERR_SPACE, expected);
        return;
    }
    if (offset == expected) {
        hear_bytes(command->payload + 4, count);
    } else if (offset + count != expected) {
        kws_link_nak(&serial_line, command, KWS_ERR_LOST, expected);
        return;
    }
    kws_link_ack(&serial_line, command, offset + count);
}

static void end_clip(const kws_wire_frame *command)
{
    if (app.mode != CLIP || listener.heard != KWS_APP_CLIP_SAMPLES) {
        kws_link_nak(&serial_line, command, KWS_ERR_BUSY, (uint32_t)listener.heard);
        return;
    }
    const uint32_t begun = kws_port_cycles();
    kws_listener_score(&listener);
    const uint32_t inferred = kws_port_cycles();
    const int label = kws_decide_clip(kws_bundle.scores, KWS_APP_LABELS, KWS_APP_THRESHOLD);
    const uint32_t decided = kws_port_cycles();
    kws_wire_tx *tx = &serial_line.tx;
    kws_link_reply(&serial_line, KWS_REPLY_RESULT, command);
    kws_wire_put_u16(tx, (uint16_t)label);
    kws_wire_put_u16(tx, (uint16_t)listener.frames);
    kws_wire_put_u32(tx, app.all_frames_cycles);
    kws_wire_put_u32(tx, app.slowest_frame_cycles);
    kws_wire_put_u32(tx, app.columns_cycles + (inferred - begun));
    kws_wire_put_u32(tx, decided - inferred);
    kws_wire_put_u32(tx, app.last_frame_cycles + app.columns_cycles + (decided - begun));
    kws_wire_put_u8(tx, KWS_APP_LABELS);
    kws_wire_put_bytes(tx, (const uint8_t *)kws_bundle.scores, KWS_APP_LABELS);
    kws_link_send(&serial_line);
}

static void send_features(const kws_wire_frame *command)
{
    if (kws_bundle.window == NULL) {
        kws_link_nak(&serial_line, command, KWS_ERR_COMMAND, command->type);
        return;
    }
    const uint32_t room = (KWS_WIRE_MAX_PAYLOAD - 11u) / KWS_FRONTEND_FEATURES;
    const uint32_t total = listener.frames < KWS_APP_CLIP_FRAMES ? listener.frames : KWS_APP_CLIP_FRAMES;
    const uint32_t first = command->len == 4 ? kws_wire_get_u32(command->payload) : UINT32_MAX;
    if (first > total) {
        kws_link_nak(&serial_line, command, KWS_ERR_ARG, total);
        return;
    }
    const uint32_t count = total - first < room ? total - first : room;
    kws_wire_tx *tx = &serial_line.tx;
    kws_link_reply(&serial_line, KWS_REPLY_FEATURES, command);
    kws_wire_put_u16(tx, (uint16_t)first);
    kws_wire_put_u16(tx, (uint16_t)count);
    kws_wire_put_u16(tx, (uint16_t)total);
    kws_wire_put_u16(tx, KWS_FRONTEND_FEATURES);
    kws_wire_put_bytes(tx, (const uint8_t *)kws_bundle.window + first * KWS_FRONTEND_FEATURES, count * KWS_FRONTEND_FEATURES);
    kws_link_send(&serial_line);
}

static void stop(void)
{
    if (app.mode == LISTEN_MICROPHONE || app.mode == LISTEN_HOST) {
        uint32_t lost = 0;
        if (app.mode == LISTEN_MICROPHONE) {
            kws_port_mic_stop();
            lost = kws_port_mic_overruns();
        }
        kws_link_event(&serial_line, KWS_EVENT_END);
        kws_wire_put_u64(&serial_line.tx, listener.heard);
        kws_wire_put_u32(&serial_line.tx, lost);
        kws_wire_put_u32(&serial_line.tx, app.slowest_spot_cycles);
        kws_wire_put_u32(&serial_line.tx, app.events);
        kws_link_send(&serial_line);
    }
    app.mode = IDLE;
}

static void start_listening(const kws_wire_frame *command)
{
    if (command->len != 2 || command->payload[0] > KWS_LISTEN_HOST) {
        kws_link_nak(&serial_line, command, KWS_ERR_ARG, 0);
        return;
    }
    const int microphone = command->payload[0] == KWS_LISTEN_MICROPHONE;
    begin(microphone ? LISTEN_MICROPHONE : LISTEN_HOST);
    app.want_scores = command->payload[1] & KWS_LISTEN_SCORES;
    const int error = microphone ? kws_port_mic_start(KWS_FRONTEND_SAMPLE_RATE_HZ) : KWS_OK;
    if (error < 0) {
        app.mode = IDLE;
        kws_link_nak(&serial_line, command, error, KWS_FRONTEND_SAMPLE_RATE_HZ);
        return;
    }
    kws_link_ack(&serial_line, command, 0);
}

static kws_status status(void)
{
    const int listens = app.mode == LISTEN_MICROPHONE || app.mode == LISTEN_HOST;
    return (kws_status){
        .state = listens ? KWS_STATE_LISTENING : KWS_STATE_IDLE,
        .lost = app.mode == LISTEN_MICROPHONE ? kws_port_mic_overruns() : 0,
        .position = position(),
    };
}

static void tell_status(const kws_wire_frame *command)
{
    const kws_status now = status();
    kws_link_status(&serial_line, command, &now);
}

static void obey(const kws_wire_frame *command)
{
    const int asks = command->type == KWS_CMD_HELLO || command->type == KWS_CMD_STATUS;
    if (app.mode == LISTEN_MICROPHONE && !asks) {
        stop(); /* any other command ends the stream; the microphone must not run on unheard */
    }
    switch (command->type) {
    case KWS_CMD_HELLO:
        kws_link_hello(&serial_line, command, &hello);
        break;
    case KWS_CMD_STATUS:
        tell_status(command);
        break;
    case KWS_CMD_CLIP_BEGIN:
        begin_clip(command);
        break;
    case KWS_CMD_CLIP_DATA:
        take_samples(command, CLIP);
        break;
    case KWS_CMD_CLIP_END:
        end_clip(command);
        break;
    case KWS_CMD_FEATURES:
        send_features(command);
        break;
    case KWS_CMD_LISTEN:
        start_listening(command);
        break;
    case KWS_CMD_STREAM_DATA:
        take_samples(command, LISTEN_HOST);
        break;
    case KWS_CMD_STOP:
        stop();
        kws_link_ack(&serial_line, command, (uint32_t)listener.heard);
        break;
    default:
        kws_link_nak(&serial_line, command, KWS_ERR_COMMAND, command->type);
        break;
    }
}

static size_t listen_to_microphone(void)
{
    int16_t block[BLOCK_SAMPLES];
    const size_t count = kws_port_mic_read(block, BLOCK_SAMPLES);
    hear(block, count);
    return count;
}

void kws_spotter_begin(void)
{
    kws_port_init();
    kws_link_init(&serial_line);
    (void)kws_listener_init(&listener, &kws_bundle);
    begin(IDLE);
}

void kws_spotter_turn(void)
{
    kws_wire_frame command;
    const int commanded = kws_link_poll(&serial_line, &command);
    if (commanded) {
        obey(&command);
    }
    const size_t heard = app.mode == LISTEN_MICROPHONE ? listen_to_microphone() : 0;
    const kws_status now = status();
    kws_link_beat(&serial_line, &now);
    if (!commanded && heard == 0) {
        kws_link_idle(&serial_line, 0);
    }
}

#ifndef KWS_NO_MAIN
int main(void)
{
    kws_spotter_begin();
    for (;;) {
        kws_spotter_turn();
    }
}
#endif

KWS_SMALL_END
