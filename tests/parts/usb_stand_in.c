/* A USB controller for tests: the host's side are functions that tests/parts/usb_host.py calls, one a transaction.
 *
 * Answers are those of the bus: a length of what was sent, 0 and more; NAK; STALL. What a driver must never be asked
 * is counted in `misuse`.
 */
#include <string.h>

#include "kws_port.h"
#include "kws_usb.h"
#include "kws_usb_driver.h"

#define NAK (-1)
#define STALL (-2)
#define ENDPOINTS 3

int misuse, boots, masked, addresses[8], address_count, configures;
char serial_text[KWS_USB_SERIAL_MAX + 1];
char board_text[64];
uint64_t time_us, step_us;
static void (*during_poll)(void);

static struct {
    uint8_t bytes[KWS_USB_PACKET];
    int len; /* NAK: nothing is ready */
} control_in, data_in;
static int control_takes, status_takes, control_stalled, data_takes, configured, halted[ENDPOINTS][2];

/* ---- the driver ------------------------------------------------------------------------------------------------ */

void kws_usb_driver_init(void)
{
    control_in.len = data_in.len = NAK;
    control_takes = status_takes = control_stalled = data_takes = configured = 0;
    misuse = boots = masked = address_count = configures = 0;
    memset(halted, 0, sizeof halted);
}

void kws_usb_driver_mask(void)
{
    misuse += masked++ != 0;
}

void kws_usb_driver_unmask(void)
{
    misuse += --masked != 0;
}

void kws_usb_driver_address(uint8_t address)
{
    addresses[address_count++ % 8] = address;
}

void kws_usb_driver_configure(bool on)
{
    configures++;
    configured = on;
    data_takes = 0;
    data_in.len = NAK;
    memset(halted, 0, sizeof halted);
}

void kws_usb_driver_control_in(const uint8_t *bytes, size_t len)
{
    misuse += control_in.len != NAK || len > KWS_USB_PACKET;
    memcpy(control_in.bytes, bytes, len);
    control_in.len = (int)len;
}

void kws_usb_driver_control_out(void)
{
    control_takes = 1;
}

void kws_usb_driver_status_in(void)
{
    misuse += control_in.len != NAK;
    control_in.len = 0;
}

void kws_usb_driver_status_out(void)
{
    status_takes = 1;
}

void kws_usb_driver_control_stall(void)
{
    misuse += control_in.len != NAK || control_takes || status_takes;
    control_stalled = 1;
}

void kws_usb_driver_arm_out(void)
{
    misuse += data_takes || !configured || halted[KWS_USB_EP_DATA][0];
    data_takes = 1;
}

void kws_usb_driver_start_in(const uint8_t *bytes, size_t len)
{
    misuse += data_in.len != NAK || !configured || halted[KWS_USB_EP_DATA][1] || len > KWS_USB_PACKET;
    memcpy(data_in.bytes, bytes, len);
    data_in.len = (int)len;
}

void kws_usb_driver_halt(uint8_t endpoint, bool halt)
{
    const int number = endpoint & 0x7F, in = endpoint >> 7;
    misuse += number == 0 || number >= ENDPOINTS;
    halted[number][in] = halt;
    if (number == KWS_USB_EP_DATA && in)
        data_in.len = NAK;
    if (number == KWS_USB_EP_DATA && !in)
        data_takes = 0;
}

size_t kws_usb_driver_serial(char *text)
{
    const size_t len = strlen(serial_text);
    memcpy(text, serial_text, len);
    return len;
}

void kws_usb_driver_boot_loader(void)
{
    boots++;
}

void kws_usb_irq(void)
{
    if (during_poll) {
        void (*host)(void) = during_poll;
        during_poll = 0; /* what the host does is an interrupt too: not entered twice */
        host();
        during_poll = host;
    }
}

/* ---- the port -------------------------------------------------------------------------------------------------- */

uint64_t kws_port_time_us(void)
{
    return time_us += step_us;
}

const char *kws_port_board_name(void)
{
    return board_text;
}

/* ---- the host -------------------------------------------------------------------------------------------------- */

/* What the host does whenever the board waits. */
void host_while_waiting(void (*act)(void))
{
    during_poll = act;
}

void host_reset(void)
{
    control_in.len = data_in.len = NAK;
    control_takes = status_takes = control_stalled = data_takes = configured = 0;
    kws_usb_on_reset();
}

void host_setup(const uint8_t *setup)
{
    control_in.len = NAK;
    control_takes = status_takes = control_stalled = 0;
    kws_usb_on_setup(setup);
}

int host_control_in(uint8_t *bytes)
{
    const int len = control_in.len;
    if (control_stalled)
        return STALL;
    if (len == NAK)
        return NAK;
    memcpy(bytes, control_in.bytes, (size_t)len);
    control_in.len = NAK;
    kws_usb_on_control_in();
    return len;
}

int host_control_out(const uint8_t *bytes, int len)
{
    if (control_stalled)
        return STALL;
    if (!control_takes && !(status_takes && len == 0))
        return NAK;
    control_takes = status_takes = 0;
    kws_usb_on_control_out(bytes, (size_t)len);
    return len;
}

int host_in(uint8_t *bytes)
{
    const int len = data_in.len;
    if (halted[KWS_USB_EP_DATA][1])
        return STALL;
    if (!configured || len == NAK)
        return NAK;
    memcpy(bytes, data_in.bytes, (size_t)len);
    data_in.len = NAK;
    kws_usb_on_in();
    return len;
}

int host_out(const uint8_t *bytes, int len)
{
    if (halted[KWS_USB_EP_DATA][0])
        return STALL;
    if (!configured || !data_takes)
        return NAK;
    data_takes = 0;
    kws_usb_on_out(bytes, (size_t)len);
    return len;
}

/* ---- an app ---------------------------------------------------------------------------------------------------- */

/* Send back what came, until nothing is there; returns how many bytes. */
size_t app_echo(void)
{
    uint8_t bytes[256];
    size_t all = 0, len;
    do {
        int byte;
        for (len = 0; len < sizeof bytes && (byte = kws_usb_read()) >= 0; len++)
            bytes[len] = (uint8_t)byte;
        kws_usb_write(bytes, len);
        all += len;
    } while (len > 0);
    return all;
}
