/* What endpoint 0 is asked: requests of USB 2.0 section 9.4 and of CDC PSTN 1.2 section 6.3. What is not known, or not
 * right, is refused.
 *
 * Runs in the interrupt only.
 */
#include "kws_usb_driver.h"
#include "kws_usb_internal.h"

#if KWS_SERIAL_USB

#define REQUEST(type, code) ((uint16_t)((type) << 8 | (code)))

/* bmRequestType: direction, kind, recipient. */
#define DEVICE_OUT 0x00u
#define INTERFACE_OUT 0x01u
#define ENDPOINT_OUT 0x02u
#define DEVICE_IN 0x80u
#define INTERFACE_IN 0x81u
#define ENDPOINT_IN 0x82u
#define CLASS_OUT 0x21u
#define CLASS_IN 0xA1u
#define CLASS_DEVICE_OUT 0x20u /* wrong, but what rp2040js sends: taken as CLASS_OUT */

enum {
    GET_STATUS = 0,
    CLEAR_FEATURE = 1,
    SET_FEATURE = 3,
    SET_ADDRESS = 5,
    GET_DESCRIPTOR = 6,
    GET_CONFIGURATION = 8,
    SET_CONFIGURATION = 9,
    GET_INTERFACE = 10,
    SET_INTERFACE = 11,
    SET_LINE_CODING = 0x20,
    GET_LINE_CODING = 0x21,
    SET_CONTROL_LINE_STATE = 0x22,
    SEND_BREAK = 0x23,
};

#define ENDPOINT_HALT 0u
#define ADDRESS_MAX 127u
#define DTR 1u
#define TOUCH_BAUD 1200u
#define LINE_CODING_BYTES 7u

static const uint8_t line_coding_at_first[LINE_CODING_BYTES] = {0x00, 0xC2, 0x01, 0x00, 0, 0, 8}; /* 115200 8N1 */

static bool address_due, boot_due; /* when the host knows that its request was taken */
static uint8_t new_address, configured;
static uint8_t halted; /* a bit for each of the endpoints below */
static bool dtr;
static uint8_t line_coding[LINE_CODING_BYTES];
static uint8_t reply[2];

void kws_usb_requests_reset(void)
{
    address_due = boot_due = dtr = false;
    configured = halted = 0;
    for (size_t i = 0; i < LINE_CODING_BYTES; i++)
        line_coding[i] = line_coding_at_first[i];
}

static bool send_word(const kws_usb_setup *setup, uint16_t word, size_t len)
{
    reply[0] = (uint8_t)(word & 0xFFu);
    reply[1] = (uint8_t)(word >> 8);
    return kws_usb_send(setup, reply, len);
}

/* ---- endpoints ------------------------------------------------------------------------------------------------- */

static const uint8_t endpoints[] = {
    KWS_USB_IN | KWS_USB_EP_NOTIFY,
    KWS_USB_EP_DATA,
    KWS_USB_IN | KWS_USB_EP_DATA,
};

/* A bit of `halted`; 0 when there is no such endpoint now. */
static uint8_t endpoint_bit(uint16_t address)
{
    for (size_t i = 0; configured && i < sizeof endpoints; i++)
        if (endpoints[i] == address)
            return (uint8_t)(1u << i);
    return 0;
}

static bool endpoint_status(const kws_usb_setup *setup)
{
    const uint8_t bit = endpoint_bit(setup->index);
    const bool zero = setup->index == 0 || setup->index == KWS_USB_IN;
    return (bit != 0 || zero) && send_word(setup, (halted & bit) != 0, 2);
}

static bool endpoint_halt(const kws_usb_setup *setup, bool halt)
{
    const uint8_t bit = endpoint_bit(setup->index);
    if (setup->value != ENDPOINT_HALT || setup->length != 0 || bit == 0)
        return false;
    halted = (uint8_t)(halt ? halted | bit : halted & ~bit);
    kws_usb_data_halt((uint8_t)setup->index, halt);
    return kws_usb_done();
}

/* ---- requests -------------------------------------------------------------------------------------------------- */

static bool get_descriptor(const kws_usb_setup *setup)
{
    const uint8_t *bytes = 0;
    const size_t len =
        kws_usb_descriptor((uint8_t)(setup->value >> 8), (uint8_t)(setup->value & 0xFFu), setup->index, &bytes);
    return len != 0 && kws_usb_send(setup, bytes, len);
}

static bool set_address(const kws_usb_setup *setup)
{
    if (setup->value > ADDRESS_MAX || setup->index != 0 || setup->length != 0)
        return false;
    new_address = (uint8_t)setup->value;
    address_due = true;
    return kws_usb_done();
}

static void set_dtr(bool now)
{
    if (now != dtr)
        kws_usb_data_dtr(now);
    dtr = now;
}

static bool set_configuration(const kws_usb_setup *setup)
{
    if (setup->value > 1 || setup->index != 0 || setup->length != 0)
        return false;
    configured = (uint8_t)setup->value;
    halted = 0;
    set_dtr(false);
    if (configured)
        kws_usb_data_open();
    else
        kws_usb_data_close();
    return kws_usb_done();
}

static bool set_interface(const kws_usb_setup *setup)
{
    if (!configured || setup->value != 0 || setup->index >= KWS_USB_INTERFACES || setup->length != 0)
        return false;
    halted = 0;
    kws_usb_data_open();
    return kws_usb_done();
}

static uint32_t baud(void)
{
    return line_coding[0] | (uint32_t)line_coding[1] << 8 | (uint32_t)line_coding[2] << 16 |
           (uint32_t)line_coding[3] << 24;
}

/* The 1200-baud touch: opened at 1200, then closed, asks for the boot loader (of Arduino's making; no real use of the
 * line has that rate). Left when the host knows that its request was taken. */
static bool set_line_state(const kws_usb_setup *setup)
{
    if (setup->length != 0)
        return false;
    const bool now = (setup->value & DTR) != 0;
    boot_due = dtr && !now && baud() == TOUCH_BAUD;
    set_dtr(now);
    return kws_usb_done();
}

static bool set_line_coding(const kws_usb_setup *setup)
{
    if (setup->length != LINE_CODING_BYTES)
        return false;
    return kws_usb_take();
}

static bool of_class(const kws_usb_setup *setup)
{
    if (!configured || setup->index != KWS_USB_INTERFACE_CONTROL)
        return false;
    switch (setup->request) {
    case REQUEST(CLASS_OUT, SET_LINE_CODING):
        return set_line_coding(setup);
    case REQUEST(CLASS_IN, GET_LINE_CODING):
        return kws_usb_send(setup, line_coding, LINE_CODING_BYTES);
    case REQUEST(CLASS_OUT, SET_CONTROL_LINE_STATE):
    case REQUEST(CLASS_DEVICE_OUT, SET_CONTROL_LINE_STATE):
        return set_line_state(setup);
    case REQUEST(CLASS_OUT, SEND_BREAK): /* nothing to break here, but hosts ask */
        return setup->length == 0 && kws_usb_done();
    default:
        return false;
    }
}

bool kws_usb_answer(const kws_usb_setup *setup)
{
    address_due = boot_due = false; /* a new request overtook them */
    switch (setup->request) {
    case REQUEST(DEVICE_IN, GET_STATUS): /* powered by the bus, wakes no host */
        return setup->index == 0 && send_word(setup, 0, 2);
    case REQUEST(INTERFACE_IN, GET_STATUS):
        return configured && setup->index < KWS_USB_INTERFACES && send_word(setup, 0, 2);
    case REQUEST(ENDPOINT_IN, GET_STATUS):
        return endpoint_status(setup);
    case REQUEST(ENDPOINT_OUT, CLEAR_FEATURE):
        return endpoint_halt(setup, false);
    case REQUEST(ENDPOINT_OUT, SET_FEATURE):
        return endpoint_halt(setup, true);
    case REQUEST(DEVICE_OUT, SET_ADDRESS):
        return set_address(setup);
    case REQUEST(DEVICE_IN, GET_DESCRIPTOR):
        return get_descriptor(setup);
    case REQUEST(DEVICE_IN, GET_CONFIGURATION):
        return send_word(setup, configured, 1);
    case REQUEST(DEVICE_OUT, SET_CONFIGURATION):
        return set_configuration(setup);
    case REQUEST(INTERFACE_IN, GET_INTERFACE):
        return configured && setup->index < KWS_USB_INTERFACES && send_word(setup, 0, 1);
    case REQUEST(INTERFACE_OUT, SET_INTERFACE):
        return set_interface(setup);
    default:
        return of_class(setup);
    }
}

bool kws_usb_take_data(const uint8_t *bytes, size_t len)
{
    if (len != LINE_CODING_BYTES) /* no other request has data for the device */
        return false;
    for (size_t i = 0; i < LINE_CODING_BYTES; i++)
        line_coding[i] = bytes[i];
    return kws_usb_done();
}

void kws_usb_answered(void)
{
    if (address_due)
        kws_usb_driver_address(new_address);
    if (boot_due)
        kws_usb_driver_boot_loader();
    address_due = boot_due = false;
}

#endif
