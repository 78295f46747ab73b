/* A serial line over USB, for ports: a CDC-ACM device at full speed, as every operating system knows it without a
 * driver of its own.
 *
 * A port calls kws_usb_init once, when its clocks run, and puts kws_usb_irq into the vector table at the controller's
 * interrupt (the driver's file says which). All other functions are for the main loop only. The line's name to the
 * host is made of KWS_SERIAL_VID and KWS_SERIAL_PID, which come from the board file (serial: {kind: usb, vid:, pid:}).
 */
#ifndef KWS_USB_H
#define KWS_USB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Connect to the bus. Returns at once; the host finds the board within a second or so. */
void kws_usb_init(void);

/* One received byte, or -1 when none is waiting. */
int kws_usb_read(void);

/* Whether one is waiting; may also be asked with interrupts off, before the core sleeps. */
bool kws_usb_waiting(void);

/* Send len bytes; waits until there is room for all of them, but never for ever: bytes are dropped when nobody has
 * opened the port for 20 ms, or when whoever opened it has taken nothing for 1 s. */
void kws_usb_write(const uint8_t *bytes, size_t len);

/* Let the controller do what is due. For loops that wait; kws_usb_read does it too when nothing is there. */
void kws_usb_poll(void);

/* Whether a program on the host has the port open (DTR), and the host is awake. */
bool kws_usb_open(void);

/* The controller's interrupt. */
void kws_usb_irq(void);

#endif
