/* Between the USB stack and a driver of a controller: what the driver does, and what it reports.
 *
 * A driver is one file of a port. It provides kws_usb_irq (kws_usb.h) and the kws_usb_driver_... functions, and calls
 * the kws_usb_on_... ones, from kws_usb_irq only. The stack calls the driver from there too, or from the main loop with
 * the interrupt masked: a driver is never entered twice.
 */
#ifndef KWS_USB_DRIVER_H
#define KWS_USB_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KWS_USB_PACKET 64u    /* most bytes in a packet of endpoint 0 and of the data endpoints */
#define KWS_USB_EP_NOTIFY 1u  /* number of the endpoint for notifications: IN, interrupt; nothing is ever sent */
#define KWS_USB_EP_DATA 2u    /* number of both data endpoints: OUT and IN, bulk */
#define KWS_USB_IN 0x80u      /* or-ed to an endpoint's number: towards the host */
#define KWS_USB_SERIAL_MAX 32u /* characters of a serial number */

/* ---- what a driver provides ------------------------------------------------------------------------------------ */

/* Start the controller's clock, connect to the bus, let the interrupt through. Must not wait for the host. */
void kws_usb_driver_init(void);

/* Keep kws_usb_irq from running, and let it run again. */
void kws_usb_driver_mask(void);
void kws_usb_driver_unmask(void);

/* Answer to this address from now on (the status stage of SET_ADDRESS is over). */
void kws_usb_driver_address(uint8_t address);

/* Open the three endpoints with DATA0 and nothing armed, or close them. */
void kws_usb_driver_configure(bool on);

/* Endpoint 0, in the order of a transfer. A data stage begins with DATA1. */
void kws_usb_driver_control_in(const uint8_t *bytes, size_t len); /* a packet of the data stage; then on_control_in */
void kws_usb_driver_control_out(void);                            /* take one packet of it; then on_control_out */
void kws_usb_driver_status_in(void);                              /* send the empty packet; then on_control_in */
void kws_usb_driver_status_out(void);                             /* take the host's empty packet; nothing follows */
void kws_usb_driver_control_stall(void);                          /* refuse; ends with the next SETUP */

/* Take one packet of the data endpoint; then on_out. */
void kws_usb_driver_arm_out(void);

/* Send one packet, 0 to 64 bytes; they stay as they are until on_in follows. */
void kws_usb_driver_start_in(const uint8_t *bytes, size_t len);

/* Answer STALL on an endpoint (number, with KWS_USB_IN), or be open again: with DATA0 and nothing armed. */
void kws_usb_driver_halt(uint8_t endpoint, bool halted);

/* The chip's own number as hexadecimal text without NUL; returns its length, at most KWS_USB_SERIAL_MAX. */
size_t kws_usb_driver_serial(char *text);

/* Leave this firmware for the boot loader that writes another one. */
void kws_usb_driver_boot_loader(void);

/* ---- what it reports ------------------------------------------------------------------------------------------- */

void kws_usb_on_reset(void); /* the bus was reset: address 0, no endpoint but 0 */
void kws_usb_on_suspend(bool suspended);
void kws_usb_on_setup(const uint8_t setup[8]); /* ends whatever endpoint 0 was at */
void kws_usb_on_control_in(void);              /* the host has taken a packet of endpoint 0 */
void kws_usb_on_control_out(const uint8_t *bytes, size_t len);
void kws_usb_on_out(const uint8_t *bytes, size_t len);
void kws_usb_on_in(void); /* the host has taken the packet of the data endpoint */

#endif
