/* Recorder: the microphone's samples, numbered, over the serial line.
 *
 * Every AUDIO frame says the number of its first sample, counting those that were lost, and never spans a loss; END
 * says how many there were. A loss can therefore always be seen, and its place is known to the sample. Instead of the
 * microphone a ramp or a tone can be sent, which the host knows sample for sample.
 */
#include "kws_adpcm.h"
#include "kws_app.h"
#include "kws_link.h"
#include "kws_port.h"

#ifndef KWS_SAMPLE_RATE_HZ
#define KWS_SAMPLE_RATE_HZ 16000u
#endif

#define PCM_SAMPLES 256u   /* of a block: 16 ms */
#define ADPCM_SAMPLES 512u /* 32 ms: fewer headers on a slow line */
#define GENERATED_US 2000u /* how often generated samples are looked after */

typedef struct recorder {
    kws_link link;
    kws_status status;
    uint8_t codec;
    uint8_t source;
    uint32_t wanted;     /* samples, with those that are lost; 0 = until STOP */
    uint32_t lost_told;  /* samples lost, as told with the last AUDIO frame */
    uint32_t busy;       /* core cycles spent on coding, framing and sending */
    uint32_t events;     /* AUDIO frames sent */
    uint64_t started_us; /* of a generated signal */
    uint64_t heard_us;   /* when the newest sample was fetched */
    kws_adpcm adpcm;
    size_t filled;
    int16_t block[ADPCM_SAMPLES];
    uint8_t coded[ADPCM_SAMPLES / 2u];
} recorder;

static recorder app;

static const kws_hello hello = {
    .app = "recorder",
    .build = "",
    .sample_rate_hz = KWS_SAMPLE_RATE_HZ,
    .codecs = 1u << KWS_CODEC_PCM16 | 1u << KWS_CODEC_ADPCM,
};

/* ---- sending --------------------------------------------------------------------------------------------------- */

static void put_adpcm(kws_wire_tx *tx)
{
    kws_wire_put_u16(tx, (uint16_t)app.adpcm.predictor);
    kws_wire_put_u8(tx, app.adpcm.index);
    kws_wire_put_u8(tx, app.filled % 2u);
    kws_adpcm_encode(&app.adpcm, app.block, app.filled, app.coded);
    kws_wire_put_bytes(tx, app.coded, (app.filled + 1u) / 2u);
}

static void send_block(void)
{
    if (app.filled == 0) {
        return;
    }
    const uint32_t begun = kws_port_cycles();
    kws_wire_tx *tx = &app.link.tx;
    kws_link_event(&app.link, KWS_EVENT_AUDIO);
    kws_wire_put_u16(tx, app.status.take);
    kws_wire_put_u8(tx, app.codec);
    kws_wire_put_u8(tx, app.status.lost != app.lost_told ? KWS_AUDIO_LOST : 0u);
    kws_wire_put_u64(tx, app.status.position - app.filled);
    kws_wire_put_u64(tx, app.heard_us);
    kws_wire_put_u32(tx, app.status.lost);
    if (app.codec == KWS_CODEC_ADPCM) {
        put_adpcm(tx);
    } else {
        kws_wire_put_samples(tx, app.block, app.filled);
    }
    kws_link_send(&app.link);
    app.lost_told = app.status.lost;
    app.filled = 0;
    app.events++;
    app.busy += kws_port_cycles() - begun;
}

static void send_end(void)
{
    kws_wire_tx *tx = &app.link.tx;
    kws_link_event(&app.link, KWS_EVENT_END);
    kws_wire_put_u16(tx, app.status.take);
    kws_wire_put_u64(tx, app.status.position);
    kws_wire_put_u32(tx, app.status.lost);
    kws_wire_put_u64(tx, app.heard_us);
    kws_wire_put_u32(tx, app.busy);
    kws_wire_put_u32(tx, app.events);
    kws_link_send(&app.link);
}

static void finish(void)
{
    kws_port_mic_stop();
    send_block();
    app.status.state = KWS_STATE_IDLE;
    send_end();
}

/* ---- samples --------------------------------------------------------------------------------------------------- */

static int16_t generated(uint64_t number)
{
    static const int16_t tone[16] = {0, 6270, 11585, 15137, 16384, 15137, 11585, 6270,
                                     0, -6270, -11585, -15137, -16384, -15137, -11585, -6270};
    return app.source == KWS_SOURCE_TONE ? tone[number % 16u] : (int16_t)(uint16_t)number;
}

/* As many samples as time has passed for. */
static size_t generate(int16_t *samples, size_t max)
{
    const uint64_t due = (kws_port_time_us() - app.started_us) * KWS_SAMPLE_RATE_HZ / 1000000u;
    const uint64_t late = due > app.status.position ? due - app.status.position : 0;
    const size_t count = late < max ? (size_t)late : max;
    for (size_t i = 0; i < count; i++) {
        samples[i] = generated(app.status.position + i);
    }
    return count;
}

/* Samples were lost: what came before goes out as a block of its own, so that no block spans the loss. */
static void step_over_loss(void)
{
    const uint32_t lost = kws_port_mic_overruns();
    if (lost != app.status.lost) {
        send_block();
        app.status.position += lost - app.status.lost;
        app.status.lost = lost;
    }
}

/* Fetch what there is, send each block that is full. Returns how many samples there were. */
static size_t record(void)
{
    const size_t block = app.codec == KWS_CODEC_ADPCM ? ADPCM_SAMPLES : PCM_SAMPLES;
    kws_status *status = &app.status;
    size_t room = block - app.filled;
    if (app.source == KWS_SOURCE_MICROPHONE) {
        step_over_loss();
        room = block - app.filled;
    }
    if (app.wanted != 0 && app.wanted < status->position + room) {
        room = status->position < app.wanted ? (size_t)(app.wanted - status->position) : 0;
    }
    int16_t *to = app.block + app.filled;
    const size_t count = app.source == KWS_SOURCE_MICROPHONE ? kws_port_mic_read(to, room) : generate(to, room);
    if (count != 0) {
        app.heard_us = kws_port_time_us();
    }
    app.filled += count;
    status->position += count;
    if (app.wanted != 0 && status->position >= app.wanted) {
        finish();
    } else if (app.filled == block) {
        send_block();
    }
    return count;
}

/* ---- commands -------------------------------------------------------------------------------------------------- */

static int begin(const uint8_t *order)
{
    app.wanted = kws_wire_get_u32(order);
    app.codec = order[4];
    app.source = order[5];
    app.status.take = kws_wire_get_u16(order + 6);
    app.status.position = 0;
    app.status.lost = 0;
    app.lost_told = 0;
    app.busy = 0;
    app.events = 0;
    app.filled = 0;
    app.adpcm.predictor = 0;
    app.adpcm.index = 0;
    app.started_us = kws_port_time_us();
    app.heard_us = app.started_us;
    return app.source == KWS_SOURCE_MICROPHONE ? kws_port_mic_start(KWS_SAMPLE_RATE_HZ) : KWS_OK;
}

/* A take that runs already, or has been, is acknowledged again: its first ACK was lost on the line. */
static void start(const kws_wire_frame *command)
{
    const uint8_t *order = command->payload;
    if (command->len != 8 || order[4] > KWS_CODEC_ADPCM || order[5] >= KWS_SOURCES) {
        kws_link_nak(&app.link, command, KWS_ERR_ARG, 0);
        return;
    }
    const uint16_t take = kws_wire_get_u16(order + 6);
    const int known = take != 0 && take == app.status.take;
    if (app.status.state != KWS_STATE_IDLE && !known) {
        kws_link_nak(&app.link, command, KWS_ERR_BUSY, app.status.take);
        return;
    }
    if (!known) {
        const int error = begin(order);
        if (error < 0) {
            kws_link_nak(&app.link, command, error, KWS_SAMPLE_RATE_HZ);
            return;
        }
        app.status.state = KWS_STATE_RECORDING;
    }
    kws_link_ack(&app.link, command, kws_wire_get_u32(order));
}

static void obey(const kws_wire_frame *command)
{
    switch (command->type) {
    case KWS_CMD_HELLO:
        kws_link_hello(&app.link, command, &hello);
        break;
    case KWS_CMD_STATUS:
        kws_link_status(&app.link, command, &app.status);
        break;
    case KWS_CMD_RECORD:
        start(command);
        break;
    case KWS_CMD_STOP:
        if (app.status.state == KWS_STATE_RECORDING) {
            finish();
        } else {
            send_end(); /* once more: the first one may have been lost on the line */
        }
        kws_link_ack(&app.link, command, (uint32_t)app.status.position);
        break;
    default:
        kws_link_nak(&app.link, command, KWS_ERR_COMMAND, command->type);
        break;
    }
}

void kws_recorder_begin(void)
{
    kws_port_init();
    kws_link_init(&app.link);
}

void kws_recorder_turn(void)
{
    kws_wire_frame command;
    const int commanded = kws_link_poll(&app.link, &command);
    if (commanded) {
        obey(&command);
    }
    const int recording = app.status.state == KWS_STATE_RECORDING;
    const size_t heard = recording ? record() : 0;
    kws_link_beat(&app.link, &app.status);
    if (!commanded && heard == 0) {
        const int generates = recording && app.source != KWS_SOURCE_MICROPHONE;
        kws_link_idle(&app.link, generates ? GENERATED_US : 0);
    }
}

#ifndef KWS_NO_MAIN
int main(void)
{
    kws_recorder_begin();
    for (;;) {
        kws_recorder_turn();
    }
}
#endif
