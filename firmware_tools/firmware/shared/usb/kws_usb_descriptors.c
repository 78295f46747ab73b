/* What the board says of itself: USB 2.0 chapter 9, CDC 1.2 and its PSTN subclass 1.2 (abstract control model). */
#include "kws_port.h"
#include "kws_usb_driver.h"
#include "kws_usb_internal.h"

#if KWS_SERIAL_USB

#if !defined(KWS_SERIAL_VID) || !defined(KWS_SERIAL_PID)
#error "KWS_SERIAL_VID and KWS_SERIAL_PID come from the board file: serial: {kind: usb, vid: ..., pid: ...}"
#endif

#define WORD(value) (uint8_t)((value) & 0xFFu), (uint8_t)((value) >> 8)

enum { DEVICE = 1, CONFIGURATION = 2, STRING = 3, INTERFACE = 4, ENDPOINT = 5, ASSOCIATION = 11, CDC = 0x24 };
enum { MANUFACTURER = 1, PRODUCT = 2, SERIAL_NUMBER = 3 };

#define BULK 2u
#define INTERRUPT 3u
#define MILLIAMPERE_100 50u /* in steps of 2 mA: core and microphone; no radio is on */
#define CONFIGURATION_BYTES 75u
#define ENGLISH 0x0409u
#define TEXT_MAX 126u /* characters of a string: its length is one byte, two bytes are its head */

static const uint8_t device[] = {
    18, DEVICE, WORD(0x0200), 0xEF, 2, 1, /* class: see the interface associations */
    KWS_USB_PACKET, WORD(KWS_SERIAL_VID), WORD(KWS_SERIAL_PID), WORD(0x0100), MANUFACTURER, PRODUCT, SERIAL_NUMBER, 1,
};

static const uint8_t configuration[CONFIGURATION_BYTES] = {
    9, CONFIGURATION, WORD(CONFIGURATION_BYTES), KWS_USB_INTERFACES, 1, 0, 0x80, MILLIAMPERE_100,
    8, ASSOCIATION, KWS_USB_INTERFACE_CONTROL, KWS_USB_INTERFACES, 2, 2, 0, 0,
    9, INTERFACE, KWS_USB_INTERFACE_CONTROL, 0, 1, 2, 2, 0, 0, /* communications, abstract control model */
    5, CDC, 0, WORD(0x0110),
    5, CDC, 1, 0, KWS_USB_INTERFACE_DATA, /* no call management */
    4, CDC, 2, 6,                         /* knows line coding, line state, break */
    5, CDC, 6, KWS_USB_INTERFACE_CONTROL, KWS_USB_INTERFACE_DATA,
    7, ENDPOINT, KWS_USB_IN | KWS_USB_EP_NOTIFY, INTERRUPT, WORD(8), 16,
    9, INTERFACE, KWS_USB_INTERFACE_DATA, 0, 2, 10, 0, 0, 0,
    7, ENDPOINT, KWS_USB_EP_DATA, BULK, WORD(KWS_USB_PACKET), 0,
    7, ENDPOINT, KWS_USB_IN | KWS_USB_EP_DATA, BULK, WORD(KWS_USB_PACKET), 0,
};

static uint8_t string[2 + 2 * TEXT_MAX];

/* ---- strings --------------------------------------------------------------------------------------------------- */

static size_t put_text(size_t at, const char *text, size_t len)
{
    for (size_t i = 0; i < len && at + 2 <= sizeof string; i++) {
        string[at++] = (uint8_t)text[i];
        string[at++] = 0;
    }
    return at;
}

static size_t length(const char *text)
{
    size_t len = 0;
    while (text[len] != '\0')
        len++;
    return len;
}

static size_t make_string(uint8_t index)
{
    static const char maker[] = "kws", product[] = "kws on ";
    char serial[KWS_USB_SERIAL_MAX];
    const char *board = kws_port_board_name();
    size_t at = 2;
    switch (index) {
    case 0:
        string[at++] = ENGLISH & 0xFFu;
        string[at++] = ENGLISH >> 8;
        break;
    case MANUFACTURER:
        at = put_text(at, maker, sizeof maker - 1);
        break;
    case PRODUCT:
        at = put_text(at, product, sizeof product - 1);
        at = put_text(at, board, length(board));
        break;
    case SERIAL_NUMBER:
        at = put_text(at, serial, kws_usb_driver_serial(serial));
        break;
    default:
        return 0;
    }
    string[0] = (uint8_t)at;
    string[1] = STRING;
    return at;
}

/* ---- all of them ----------------------------------------------------------------------------------------------- */

size_t kws_usb_descriptor(uint8_t type, uint8_t index, uint16_t language, const uint8_t **bytes)
{
    if (type == DEVICE && index == 0) {
        *bytes = device;
        return sizeof device;
    }
    if (type == CONFIGURATION && index == 0) {
        *bytes = configuration;
        return sizeof configuration;
    }
    if (type == STRING && (index == 0 || language == ENGLISH)) {
        *bytes = string;
        return make_string(index);
    }
    return 0;
}

#endif
