/* Commands in, replies out. See kws_link.h. */
#include "kws_link.h"

#include "kws_port.h"
#include "kws_small.h"

KWS_SMALL_BEGIN

void kws_link_init(kws_link *link)
{
    kws_wire_rx_init(&link->rx, link->rx_bytes, sizeof link->rx_bytes);
    link->sequence = 0;
    link->beat_us = 0;
    link->next_beat_us = 0;
}

int kws_link_poll(kws_link *link, kws_wire_frame *command)
{
    for (;;) {
        const int byte = kws_port_uart_read();
        if (byte < 0) {
            return 0;
        }
        if (kws_wire_push(&link->rx, (uint8_t)byte, command) == 1) {
            return 1;
        }
    }
}

void kws_link_event(kws_link *link, uint8_t type)
{
    kws_wire_begin(&link->tx, link->tx_bytes, sizeof link->tx_bytes, type, link->sequence);
}

void kws_link_reply(kws_link *link, uint8_t type, const kws_wire_frame *command)
{
    kws_link_event(link, type);
    kws_wire_put_u8(&link->tx, command->type);
    kws_wire_put_u16(&link->tx, command->sequence);
}

static void to_uart(void *context, const uint8_t *bytes, size_t len)
{
    (void)context;
    kws_port_uart_write(bytes, len);
}

void kws_link_send(kws_link *link)
{
    if (kws_wire_send(&link->tx, to_uart, 0) == KWS_OK) {
        link->sequence++;
    }
}

void kws_link_ack(kws_link *link, const kws_wire_frame *command, uint32_t value)
{
    kws_link_reply(link, KWS_REPLY_ACK, command);
    kws_wire_put_u32(&link->tx, value);
    kws_link_send(link);
}

void kws_link_nak(kws_link *link, const kws_wire_frame *command, int error, uint32_t value)
{
    kws_link_reply(link, KWS_REPLY_NAK, command);
    kws_wire_put_u8(&link->tx, (uint8_t)error);
    kws_wire_put_u32(&link->tx, value);
    kws_link_send(link);
}

/* Identity of the firmware: CRC-32 over the flashed image, worked out once. */
static uint32_t image_crc(void)
{
    static uint32_t crc;
    static uint8_t known;
    if (!known) {
        size_t len = 0;
        const uint8_t *image = kws_port_image(&len);
        crc = len != 0 ? kws_crc32(0, image, len) : 0;
        known = 1;
    }
    return crc;
}

void kws_link_hello(kws_link *link, const kws_wire_frame *command, const kws_hello *hello)
{
    kws_wire_tx *tx = &link->tx;
    const uint32_t crc = image_crc();
    kws_link_reply(link, KWS_REPLY_HELLO, command);
    kws_wire_put_u8(tx, KWS_PROTOCOL);
    kws_wire_put_u8(tx, (uint8_t)kws_port_traits());
    kws_wire_put_u32(tx, hello->sample_rate_hz);
    kws_wire_put_u32(tx, kws_port_clock_hz());
    kws_wire_put_u32(tx, kws_port_baud());
    kws_wire_put_u32(tx, crc);
    kws_wire_put_u16(tx, KWS_WIRE_MAX_PAYLOAD);
    kws_wire_put_u8(tx, hello->codecs);
    kws_wire_put_u16(tx, (uint16_t)kws_port_mic_gain_cdb());
    kws_wire_put_u32(tx, hello->clip_samples);
    kws_wire_put_u16(tx, hello->clip_frames);
    kws_wire_put_u16(tx, hello->features);
    kws_wire_put_u16(tx, hello->stride_frames);
    kws_wire_put_u8(tx, (uint8_t)hello->threshold);
    kws_wire_put_u8(tx, hello->labels);
    kws_wire_put_text(tx, hello->app);
    kws_wire_put_text(tx, kws_port_board_name());
    kws_wire_put_text(tx, hello->build);
    for (size_t i = 0; i < hello->labels; i++) {
        kws_wire_put_text(tx, hello->label_names[i]);
    }
    kws_link_send(link);
}

/* ---- heart-beat ------------------------------------------------------------------------------------------------ */

static void put_status(kws_wire_tx *tx, const kws_status *status, uint64_t now_us)
{
    kws_wire_put_u64(tx, now_us);
    kws_wire_put_u8(tx, status->state);
    kws_wire_put_u16(tx, status->take);
    kws_wire_put_u64(tx, status->position);
    kws_wire_put_u32(tx, status->lost);
}

void kws_link_status(kws_link *link, const kws_wire_frame *command, const kws_status *status)
{
    if (command->len != 2) {
        kws_link_nak(link, command, KWS_ERR_ARG, 0);
        return;
    }
    const uint64_t now_us = kws_port_time_us();
    link->beat_us = 1000u * (uint32_t)kws_wire_get_u16(command->payload);
    link->next_beat_us = now_us + link->beat_us;
    kws_link_reply(link, KWS_REPLY_STATUS, command);
    put_status(&link->tx, status, now_us);
    kws_link_send(link);
}

void kws_link_beat(kws_link *link, const kws_status *status)
{
    if (link->beat_us == 0) {
        return;
    }
    const uint64_t now_us = kws_port_time_us();
    if (now_us < link->next_beat_us) {
        return;
    }
    link->next_beat_us = now_us + link->beat_us;
    kws_link_event(link, KWS_EVENT_BEAT);
    put_status(&link->tx, status, now_us);
    kws_link_send(link);
}

void kws_link_idle(kws_link *link, uint32_t most_us)
{
    if (link->beat_us != 0) {
        const uint64_t now_us = kws_port_time_us();
        const uint32_t left = now_us < link->next_beat_us ? (uint32_t)(link->next_beat_us - now_us) : 1u;
        most_us = most_us == 0 || left < most_us ? left : most_us;
    }
    kws_port_alarm_us(most_us);
    kws_port_idle();
}

void kws_link_serve(kws_link *link, const kws_hello *hello, uint8_t type, void (*answer)(const kws_wire_frame *command))
{
    const kws_status idle = {.state = KWS_STATE_IDLE};
    for (;;) {
        kws_wire_frame command;
        if (!kws_link_poll(link, &command)) {
            kws_link_idle(link, 0);
        } else if (command.type == KWS_CMD_HELLO) {
            kws_link_hello(link, &command, hello);
        } else if (command.type == KWS_CMD_STATUS) {
            kws_link_status(link, &command, &idle);
        } else if (command.type == type) {
            answer(&command);
        } else {
            kws_link_nak(link, &command, KWS_ERR_COMMAND, command.type);
        }
    }
}

KWS_SMALL_END
