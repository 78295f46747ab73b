/* Endpoint 0: the stages of a transfer. What the requests mean is in kws_usb_requests.c.
 *
 * Runs in the interrupt only.
 */
#include "kws_usb_driver.h"
#include "kws_usb_internal.h"

#if KWS_SERIAL_USB

static enum { IDLE, DATA_IN, DATA_OUT, STATUS_IN, STATUS_OUT } stage;
static const uint8_t *data_at;
static size_t data_left;
static bool data_empty_packet; /* an empty one must follow: all were full, and the host asked for more */

void kws_usb_control_reset(void)
{
    stage = IDLE;
    kws_usb_requests_reset();
}

/* ---- for the requests ------------------------------------------------------------------------------------------ */

static void next_packet(void)
{
    const size_t len = data_left < KWS_USB_PACKET ? data_left : KWS_USB_PACKET;
    const uint8_t *at = data_at;
    if (len == 0)
        data_empty_packet = false;
    data_at += len;
    data_left -= len;
    kws_usb_driver_control_in(at, len);
}

bool kws_usb_done(void)
{
    stage = STATUS_IN;
    kws_usb_driver_status_in();
    return true;
}

bool kws_usb_send(const kws_usb_setup *setup, const uint8_t *bytes, size_t len)
{
    if (setup->length == 0)
        return kws_usb_done();
    data_at = bytes;
    data_left = len < setup->length ? len : setup->length;
    data_empty_packet = data_left < setup->length && data_left % KWS_USB_PACKET == 0;
    stage = DATA_IN;
    next_packet();
    return true;
}

bool kws_usb_take(void)
{
    stage = DATA_OUT;
    kws_usb_driver_control_out();
    return true;
}

/* ---- from the driver ------------------------------------------------------------------------------------------- */

void kws_usb_on_control_in(void)
{
    if (stage == DATA_IN) {
        if (data_left > 0 || data_empty_packet) {
            next_packet();
        } else {
            stage = STATUS_OUT;
            kws_usb_driver_status_out();
        }
    } else if (stage == STATUS_IN) {
        stage = IDLE;
        kws_usb_answered();
    }
}

void kws_usb_on_control_out(const uint8_t *bytes, size_t len)
{
    if (stage != DATA_OUT)
        return; /* the host's empty packet, or one that a new SETUP overtook */
    stage = IDLE;
    if (!kws_usb_take_data(bytes, len))
        kws_usb_driver_control_stall();
}

void kws_usb_on_setup(const uint8_t setup[8])
{
    const kws_usb_setup packet = {
        (uint16_t)(setup[0] << 8 | setup[1]),
        (uint16_t)(setup[2] | setup[3] << 8),
        (uint16_t)(setup[4] | setup[5] << 8),
        (uint16_t)(setup[6] | setup[7] << 8),
    };
    stage = IDLE;
    if (!kws_usb_answer(&packet))
        kws_usb_driver_control_stall();
}

#endif
