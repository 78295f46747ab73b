/* Between the parts of the USB stack: endpoint 0 (kws_usb_control.c), what it is asked (kws_usb_requests.c), the
 * descriptors, the data (kws_usb.c). */
#ifndef KWS_USB_INTERNAL_H
#define KWS_USB_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KWS_USB_INTERFACES 2u
#define KWS_USB_INTERFACE_CONTROL 0u
#define KWS_USB_INTERFACE_DATA 1u

/* A descriptor and its length; 0 when there is none. Valid until the next call. */
size_t kws_usb_descriptor(uint8_t type, uint8_t index, uint16_t language, const uint8_t **bytes);

/* ---- endpoint 0 ------------------------------------------------------------------------------------------------ */

typedef struct {
    uint16_t request; /* bmRequestType, bRequest */
    uint16_t value, index, length;
} kws_usb_setup;

/* Back to a device that was just connected. */
void kws_usb_control_reset(void);
void kws_usb_requests_reset(void);

/* Begin to answer a request; false: refuse it. */
bool kws_usb_answer(const kws_usb_setup *setup);

/* What the host sent after a request that was answered by kws_usb_take; false: refuse it. */
bool kws_usb_take_data(const uint8_t *bytes, size_t len);

/* The host knows that its request was taken. */
void kws_usb_answered(void);

/* The ways to answer, each true: with nothing, with bytes (at most what was asked for; they stay as they are until the
 * transfer is over), by taking a packet first. */
bool kws_usb_done(void);
bool kws_usb_send(const kws_usb_setup *setup, const uint8_t *bytes, size_t len);
bool kws_usb_take(void);

/* ---- the data -------------------------------------------------------------------------------------------------- */

/* The host chose the configuration, or left it. */
void kws_usb_data_open(void);
void kws_usb_data_close(void);

/* Somebody opened the port, or closed it. */
void kws_usb_data_dtr(bool dtr);

/* An endpoint was halted, or is open again. */
void kws_usb_data_halt(uint8_t endpoint, bool halted);

#endif
