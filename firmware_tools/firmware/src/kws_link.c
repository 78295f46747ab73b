/* Commands in, replies out. See kws_link.h. */
#include "kws_link.h"

#include "kws_port.h"

void kws_link_init(kws_link *link)
{
    kws_wire_rx_init(&link->rx, link->rx_bytes, sizeof link->rx_bytes);
    link->sequence = 0;
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

void kws_link_hello(kws_link *link, const kws_wire_frame *command, const kws_hello *hello)
{
    kws_wire_tx *tx = &link->tx;
    kws_link_reply(link, KWS_REPLY_HELLO, command);
    kws_wire_put_u32(tx, hello->sample_rate_hz);
    kws_wire_put_u32(tx, kws_port_clock_hz());
    kws_wire_put_u16(tx, KWS_WIRE_MAX_PAYLOAD);
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
