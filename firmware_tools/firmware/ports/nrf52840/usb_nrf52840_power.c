/* The nRF52840's USBD when a cable comes and goes; start, number and end of the USB line. Its packets are in
 * usb_nrf52840.c.
 *
 * Errata of the chip that matter here (nRF52840 Errata; the addresses are those of Nordic's own remedies):
 * - 171 "USBD might not reach its active state": a write around ENABLE.
 * - 187 "USB cannot be enabled": likewise.
 */
#include "kws_usb_driver.h"
#include "nrf52840_port.h"
#include "usb_nrf52840.h"
#include "usb_nrf52840_regs.h"

#if KWS_SERIAL_USB

#ifndef KWS_SERIAL_TOUCH
#error "KWS_SERIAL_TOUCH comes from the board file: what its boot loader looks for in GPREGRET"
#endif

#define ERRATUM_KEY 0x4006EC00u
#define ERRATUM_KEY_VALUE 0x00009375u
#define ERRATUM_171 0x4006EC14u
#define ERRATUM_171_ON 0x000000C0u
#define ERRATUM_187 0x4006ED14u
#define ERRATUM_187_ON 0x00000003u

#define STATUS_TURNS 200000u /* some 10 ms: the host fetches the status stage within a frame or two */

static bool enabled, connected;

/* ---- power: a cable comes and goes ------------------------------------------------------------------------------- */

static void unlock(uint32_t place, uint32_t value)
{
    KWS_REG(ERRATUM_KEY) = ERRATUM_KEY_VALUE;
    KWS_REG(place) = value;
    KWS_REG(ERRATUM_KEY) = ERRATUM_KEY_VALUE;
}

static void enable(void)
{
    KWS_REG(NRF_USBD_EVENTCAUSE) = NRF_USBD_CAUSE_READY;
    unlock(ERRATUM_187, ERRATUM_187_ON);
    unlock(ERRATUM_171, ERRATUM_171_ON);
    KWS_REG(NRF_USBD_INTENSET) = NRF_USBD_INT_USBEVENT; /* that it is ready wakes the core */
    KWS_REG(NRF_USBD_ENABLE) = NRF_USBD_ENABLED;
    enabled = true;
}

static void connect(void)
{
    KWS_REG(NRF_USBD_EVENTCAUSE) = NRF_USBD_CAUSE_READY;
    unlock(ERRATUM_171, 0);
    unlock(ERRATUM_187, 0);
    kws_usb_on_reset();
    KWS_REG(NRF_USBD_INTENSET) = NRF_USBD_INT_USBRESET | NRF_USBD_INT_EP0DATADONE | NRF_USBD_INT_USBEVENT |
                                 NRF_USBD_INT_EP0SETUP | NRF_USBD_INT_EPDATA;
    KWS_REG(NRF_USBD_USBPULLUP) = NRF_USBD_CONNECTED;
    connected = true;
}

static void disconnect(void)
{
    KWS_REG(NRF_USBD_INTENCLR) = 0xFFFFFFFFu;
    KWS_REG(NRF_USBD_USBPULLUP) = 0;
    KWS_REG(NRF_USBD_ENABLE) = 0;
    enabled = connected = false;
}

/* [USBD: USB power-up sequence] without a wait: the next look finds what is ready. */
bool nrf_usb_powered(void)
{
    const uint32_t power = KWS_REG(NRF_POWER_USBREGSTATUS);
    KWS_REG(NRF_POWER_EVENTS_USBDETECTED) = 0;
    KWS_REG(NRF_POWER_EVENTS_USBREMOVED) = 0;
    KWS_REG(NRF_POWER_EVENTS_USBPWRRDY) = 0;
    if (!(power & NRF_POWER_VBUS)) {
        if (enabled) {
            disconnect();
            kws_usb_on_reset();
        }
        return false;
    }
    if (!enabled)
        enable();
    if (!connected)
        KWS_REG(NRF_USBD_EVENTS_USBEVENT) = 0;
    if (!connected && (power & NRF_POWER_READY) && (KWS_REG(NRF_USBD_EVENTCAUSE) & NRF_USBD_CAUSE_READY))
        connect();
    return connected;
}

/* ---- start, number, end ------------------------------------------------------------------------------------------ */

void nrf_usb_power_init(void)
{
    disconnect(); /* what the boot loader may have left on */
    KWS_REG(NRF_POWER_INTENSET) = NRF_POWER_INT_USBDETECTED | NRF_POWER_INT_USBREMOVED | NRF_POWER_INT_USBPWRRDY;
    (void)nrf_usb_powered();
}

/* As the boot loaders write it: the upper word first. */
size_t kws_usb_driver_serial(char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (uint32_t i = 0; i < 16; i++) {
        const uint32_t word = KWS_REG(NRF_FICR_DEVICEID + (i < 8 ? 4u : 0u));
        text[i] = digits[word >> (28 - 4 * (i % 8)) & 0xFu];
    }
    return 16;
}

void kws_usb_driver_boot_loader(void)
{
    for (volatile uint32_t turn = 0; turn < STATUS_TURNS; turn++) {
    }
    disconnect();
    KWS_REG(NRF_POWER_GPREGRET) = KWS_SERIAL_TOUCH;
    kws_system_reset();
}

#endif
