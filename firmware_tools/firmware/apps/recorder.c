/* Recorder: the microphone's samples, numbered, over the serial line.
 *
 * Every AUDIO frame says the index of its first sample, counting those that were lost, so that a gap can always be
 * seen; END says how many there were. Samples are never held back: the host sees what the microphone gave.
 */
#include "kws_link.h"
#include "kws_port.h"

#ifndef KWS_SAMPLE_RATE_HZ
#define KWS_SAMPLE_RATE_HZ 16000u
#endif

#define BLOCK_SAMPLES 256u

typedef struct recorder {
    kws_link link;
    uint8_t running;
    uint32_t wanted;    /* samples, with those that are lost; 0 = until STOP */
    uint64_t sent;      /* samples sent */
    uint32_t lost;      /* samples lost, as told with the last frame */
    uint32_t busy;      /* core cycles spent on framing and sending */
    uint32_t events;    /* AUDIO frames sent */
    size_t filled;
    int16_t block[BLOCK_SAMPLES];
} recorder;

static recorder app;

static const kws_hello hello = {
    .app = "recorder",
    .build = "",
    .sample_rate_hz = KWS_SAMPLE_RATE_HZ,
};

static void send_block(void)
{
    const uint32_t begun = kws_port_cycles();
    const uint32_t lost = kws_port_mic_overruns();
    kws_wire_tx *tx = &app.link.tx;
    kws_link_event(&app.link, KWS_EVENT_AUDIO);
    kws_wire_put_u64(tx, app.sent + lost);
    kws_wire_put_u8(tx, lost != app.lost ? KWS_AUDIO_LOST : 0u);
    kws_wire_put_samples(tx, app.block, app.filled);
    kws_link_send(&app.link);
    app.sent += app.filled;
    app.lost = lost;
    app.filled = 0;
    app.events++;
    app.busy += kws_port_cycles() - begun;
}

static void finish(void)
{
    kws_port_mic_stop();
    if (app.filled != 0) {
        send_block();
    }
    app.running = 0;
    kws_wire_tx *tx = &app.link.tx;
    kws_link_event(&app.link, KWS_EVENT_END);
    kws_wire_put_u64(tx, app.sent);
    kws_wire_put_u32(tx, kws_port_mic_overruns());
    kws_wire_put_u32(tx, app.busy);
    kws_wire_put_u32(tx, app.events);
    kws_link_send(&app.link);
}

static void start(const kws_wire_frame *command)
{
    if (command->len != 4) {
        kws_link_nak(&app.link, command, KWS_ERR_ARG, 0);
        return;
    }
    if (app.running) {
        kws_link_nak(&app.link, command, KWS_ERR_BUSY, 0);
        return;
    }
    app.wanted = kws_wire_get_u32(command->payload);
    app.sent = 0;
    app.lost = 0;
    app.busy = 0;
    app.events = 0;
    app.filled = 0;
    const int error = kws_port_mic_start(KWS_SAMPLE_RATE_HZ);
    if (error < 0) {
        kws_link_nak(&app.link, command, error, KWS_SAMPLE_RATE_HZ);
        return;
    }
    app.running = 1;
    kws_link_ack(&app.link, command, app.wanted);
}

static void obey(const kws_wire_frame *command)
{
    switch (command->type) {
    case KWS_CMD_HELLO:
        kws_link_hello(&app.link, command, &hello);
        break;
    case KWS_CMD_RECORD:
        start(command);
        break;
    case KWS_CMD_STOP:
        if (app.running) {
            finish();
        }
        kws_link_ack(&app.link, command, (uint32_t)app.sent);
        break;
    default:
        kws_link_nak(&app.link, command, KWS_ERR_COMMAND, command->type);
        break;
    }
}

/* Fetch what the microphone has, send each block that is full. Returns how many samples there were. */
static size_t record(void)
{
    const uint64_t position = app.sent + app.lost + app.filled;
    size_t room = BLOCK_SAMPLES - app.filled;
    if (app.wanted != 0 && app.wanted < position + room) {
        room = position < app.wanted ? (size_t)(app.wanted - position) : 0;
    }
    const size_t count = kws_port_mic_read(app.block + app.filled, room);
    app.filled += count;
    if (app.wanted != 0 && position + count >= app.wanted) {
        finish();
    } else if (app.filled == BLOCK_SAMPLES) {
        send_block();
    }
    return count;
}

int main(void)
{
    kws_port_init();
    kws_link_init(&app.link);
    for (;;) {
        kws_wire_frame command;
        const int commanded = kws_link_poll(&app.link, &command);
        if (commanded) {
            obey(&command);
        }
        const size_t heard = app.running ? record() : 0;
        if (!commanded && heard == 0) {
            kws_port_idle();
        }
    }
}
