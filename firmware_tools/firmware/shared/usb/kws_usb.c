/* The data of the serial line: two rings between the main loop and the interrupt. See kws_usb.h.
 *
 * Each end of a ring has one owner: the main loop fills `tx` and empties `rx`, the interrupt does the other two.
 */
#include "kws_usb.h"

#include "kws_port.h"
#include "kws_usb_driver.h"
#include "kws_usb_internal.h"

#if KWS_SERIAL_USB

#define RING_BYTES 1024u /* a power of two, several packets */
#define CLOSED_WAIT_US 20000u
#define DEAF_WAIT_US 1000000u

/* The compiler must not move a byte of a ring past the count that gives it away. */
#define FENCE() __atomic_signal_fence(__ATOMIC_SEQ_CST)

typedef struct {
    uint8_t bytes[RING_BYTES];
    volatile uint32_t head, tail; /* bytes put in and taken out since the start */
} ring;

static ring rx, tx;
static volatile bool open_endpoints, opened, suspended, given_up;
static volatile bool out_waits; /* a packet may come only when there is room for it */
static bool in_busy, in_halted, out_halted, empty_due;
static uint32_t in_len; /* bytes in the packet under way; they leave the ring when the host has them */
static uint32_t in_packet[KWS_USB_PACKET / 4]; /* words, as a controller's DMA wants them */

static uint32_t used(const ring *of)
{
    return of->head - of->tail;
}

static size_t fill(ring *to, const uint8_t *bytes, size_t len)
{
    const size_t room = RING_BYTES - used(to);
    const uint32_t head = to->head;
    if (len > room)
        len = room;
    for (size_t i = 0; i < len; i++)
        to->bytes[(head + i) % RING_BYTES] = bytes[i];
    FENCE();
    to->head = head + (uint32_t)len;
    return len;
}

/* ---- in the interrupt, or with it masked ----------------------------------------------------------------------- */

static void send_next(void)
{
    uint8_t *packet = (uint8_t *)in_packet;
    const uint32_t waiting = used(&tx), tail = tx.tail;
    if (!open_endpoints || in_busy || in_halted || (waiting == 0 && !empty_due))
        return;
    in_len = waiting < KWS_USB_PACKET ? waiting : KWS_USB_PACKET;
    FENCE();
    for (uint32_t i = 0; i < in_len; i++)
        packet[i] = tx.bytes[(tail + i) % RING_BYTES];
    in_busy = true;
    empty_due = in_len == KWS_USB_PACKET; /* a host's read ends with a packet that is not full */
    kws_usb_driver_start_in(packet, in_len);
}

static void receive_next(void)
{
    out_waits = RING_BYTES - used(&rx) < KWS_USB_PACKET;
    if (open_endpoints && !out_halted && !out_waits)
        kws_usb_driver_arm_out();
}

static void forget_tx(void)
{
    tx.tail = tx.head - (in_busy ? in_len : 0);
    empty_due = false;
}

void kws_usb_data_open(void)
{
    open_endpoints = true;
    in_busy = in_halted = out_halted = empty_due = given_up = false;
    in_len = 0;
    kws_usb_driver_configure(true);
    receive_next();
    send_next();
}

void kws_usb_data_close(void)
{
    open_endpoints = opened = in_busy = out_waits = false;
    forget_tx();
    kws_usb_driver_configure(false);
}

void kws_usb_data_dtr(bool dtr)
{
    opened = dtr;
    given_up = false;
    if (!dtr)
        forget_tx(); /* who opens next shall not get the end of an old talk; one packet may be under way */
}

void kws_usb_data_halt(uint8_t endpoint, bool halt)
{
    kws_usb_driver_halt(endpoint, halt);
    if (endpoint == KWS_USB_EP_DATA) {
        out_halted = halt;
        if (!halt)
            receive_next();
    } else if (endpoint == (KWS_USB_IN | KWS_USB_EP_DATA)) {
        in_halted = halt;
        in_busy = false; /* the packet under way is sent again */
        empty_due = false;
        send_next();
    }
}

void kws_usb_on_reset(void)
{
    suspended = false;
    kws_usb_control_reset();
    kws_usb_data_close(); /* what was received stays: the main loop may be at it */
}

void kws_usb_on_suspend(bool now)
{
    suspended = now;
}

void kws_usb_on_out(const uint8_t *bytes, size_t len)
{
    (void)fill(&rx, bytes, len);
    receive_next();
}

void kws_usb_on_in(void)
{
    if (!in_busy)
        return;
    in_busy = given_up = false;
    tx.tail += in_len;
    send_next();
}

/* ---- in the main loop ------------------------------------------------------------------------------------------ */

void kws_usb_init(void)
{
    rx.head = rx.tail = tx.head = tx.tail = 0;
    open_endpoints = opened = suspended = given_up = out_waits = false;
    in_busy = in_halted = out_halted = empty_due = false;
    in_len = 0;
    kws_usb_control_reset();
    kws_usb_driver_init();
}

void kws_usb_poll(void)
{
    kws_usb_driver_mask();
    kws_usb_irq();
    kws_usb_driver_unmask();
}

bool kws_usb_open(void)
{
    return open_endpoints && opened && !suspended;
}

bool kws_usb_waiting(void)
{
    return used(&rx) != 0;
}

int kws_usb_read(void)
{
    if (!kws_usb_waiting())
        kws_usb_poll();
    if (!kws_usb_waiting())
        return -1;
    FENCE();
    const uint8_t byte = rx.bytes[rx.tail % RING_BYTES];
    FENCE();
    rx.tail++;
    if (out_waits && RING_BYTES - used(&rx) >= KWS_USB_PACKET) {
        kws_usb_driver_mask();
        receive_next();
        kws_usb_driver_unmask();
    }
    return byte;
}

/* Some of the bytes into the ring, and on their way; returns how many, 0 also when nobody has opened the port. */
static size_t hand_over(const uint8_t *bytes, size_t len)
{
    const size_t taken = kws_usb_open() ? fill(&tx, bytes, len) : 0;
    if (taken > 0) {
        kws_usb_driver_mask();
        send_next();
        kws_usb_driver_unmask();
    }
    return taken;
}

void kws_usb_write(const uint8_t *bytes, size_t len)
{
    uint64_t since_us = kws_port_time_us();
    while (len > 0) {
        const size_t taken = hand_over(bytes, len);
        bytes += taken;
        len -= taken;
        if (taken > 0) {
            since_us = kws_port_time_us();
            continue;
        }
        const uint32_t most_us = kws_usb_open() ? DEAF_WAIT_US : CLOSED_WAIT_US;
        if (given_up || kws_port_time_us() - since_us > most_us) {
            given_up = true; /* later writes do not wait again: until somebody opens the port, or reads from it */
            return;
        }
        kws_usb_poll();
    }
}

#endif
