/* The USB controller of the RP2040 and the RP2350 for the USB stack (shared/usb). Sections are those of the RP2040
 * Datasheet. The port has started the 48 MHz clock (clk_usb from PLL_USB), and kws_usb_irq stands among its vectors.
 *
 * Errata that matter here (RP2350 Datasheet, 12.7.2.1, lists the same): RP2040-E2, an endpoint's abort that never ends
 * (versions B0, B1): none is begun. RP2040-E5: B0 and B1 may stay in the reset state behind a hub on which others talk;
 * the remedy, a forced line state by way of GPIO15, is not taken: where such a chip does not show up, plug it in
 * directly. RP2040-E15: the controller may hang when the bus errs during a bulk IN packet at the end of a frame; none is
 * offered in the last fifth of one (TinyUSB: 800 to 998 us, e15_is_critical_frame_period), which costs time alone.
 */
#include "kws_rp2.h"

#if KWS_SERIAL_USB

#include "kws_usb.h"
#include "kws_usb_driver.h"
#include "usb_rp2_regs.h"

#define FRAME_LATE_US 770u /* 800 is the limit, but the interrupt that tells of a frame may come late itself */
#define FRAME_OVER_US 998u /* longer ago: no frames come */

static uint32_t next_data1[KWS_USB_EP_DATA + 1][2]; /* STATE_DATA1 or 0, for each endpoint: IN, OUT */
static uint32_t frame_us; /* when the last frame began */
static bool in_held;      /* the data packet lies ready, for the next frame */
static size_t in_len;

/* ---- packets --------------------------------------------------------------------------------------------------- */

/* 4.1.2.5.1: AVAILABLE comes last, and some cycles of the 48 MHz clock after the rest. */
static void give(uint32_t number, uint32_t out, uint32_t state)
{
    REG(USB_EP_STATE(number, out)) = state | next_data1[number][out];
    __asm volatile(".rept %c0\n\tnop\n\t.endr" : : "i"(USB_SETTLE_NOPS) : "memory");
    REG(USB_EP_STATE(number, out)) = state | next_data1[number][out] | STATE_AVAILABLE;
    next_data1[number][out] ^= STATE_DATA1;
}

static void lay_ready(uint32_t buffer, const uint8_t *bytes, size_t len)
{
    volatile uint8_t *to = (volatile uint8_t *)(uintptr_t)(USB_MEMORY + buffer);
    for (size_t i = 0; i < len; i++)
        to[i] = bytes[i];
}

static size_t taken(uint32_t number, uint32_t buffer, uint8_t bytes[KWS_USB_PACKET])
{
    const volatile uint8_t *from = (const volatile uint8_t *)(uintptr_t)(USB_MEMORY + buffer);
    const size_t said = REG(USB_EP_STATE(number, 1)) & STATE_LENGTH;
    const size_t len = said < KWS_USB_PACKET ? said : KWS_USB_PACKET;
    for (size_t i = 0; i < len; i++)
        bytes[i] = from[i];
    return len;
}

/* ---- endpoint 0 ------------------------------------------------------------------------------------------------ */

void kws_usb_driver_address(uint8_t address)
{
    REG(USB_ADDRESS) = address;
}

void kws_usb_driver_control_in(const uint8_t *bytes, size_t len)
{
    lay_ready(USB_CONTROL_BUFFER, bytes, len);
    give(0, 0, STATE_FULL | (uint32_t)len);
}

void kws_usb_driver_control_out(void)
{
    give(0, 1, KWS_USB_PACKET);
}

void kws_usb_driver_status_in(void)
{
    next_data1[0][0] = STATE_DATA1;
    give(0, 0, STATE_FULL);
}

void kws_usb_driver_status_out(void)
{
    next_data1[0][1] = STATE_DATA1;
    give(0, 1, KWS_USB_PACKET);
}

void kws_usb_driver_control_stall(void)
{
    REG_SET(USB_STALL_ARM) = USB_STALL_ARM_EP0; /* taken back by the controller at the next SETUP */
    REG(USB_EP_STATE(0, 0)) = STATE_STALL;
    REG(USB_EP_STATE(0, 1)) = STATE_STALL;
}

static void setup(void)
{
    uint8_t packet[8];
    const volatile uint8_t *from = (const volatile uint8_t *)(uintptr_t)USB_SETUP;
    for (size_t i = 0; i < sizeof packet; i++)
        packet[i] = from[i];
    REG_CLEAR(USB_SIE_STATUS) = USB_SIE_STATUS_SETUP;
    REG(USB_EP_STATE(0, 0)) = REG(USB_EP_STATE(0, 1)) = 0;
    next_data1[0][0] = next_data1[0][1] = STATE_DATA1;
    kws_usb_on_setup(packet);
}

/* ---- the other endpoints --------------------------------------------------------------------------------------- */

static void set_endpoint(uint32_t number, uint32_t out, uint32_t settings)
{
    REG(USB_EP_STATE(number, out)) = next_data1[number][out] = 0;
    REG(USB_EP_SETTINGS(number, out)) = settings;
}

void kws_usb_driver_configure(bool on)
{
    in_held = false;
    const uint32_t bulk = on ? EP_ENABLE | EP_INTERRUPT | EP_TYPE_BULK : 0;
    const uint32_t notify = on ? EP_ENABLE | EP_INTERRUPT | EP_TYPE_INTERRUPT : 0;
    set_endpoint(KWS_USB_EP_NOTIFY, 0, notify | USB_NOTIFY_BUFFER);
    set_endpoint(KWS_USB_EP_DATA, 0, bulk | USB_IN_BUFFER);
    set_endpoint(KWS_USB_EP_DATA, 1, bulk | USB_OUT_BUFFER);
}

void kws_usb_driver_arm_out(void)
{
    give(KWS_USB_EP_DATA, 1, KWS_USB_PACKET);
}

void kws_usb_driver_start_in(const uint8_t *bytes, size_t len)
{
    lay_ready(USB_IN_BUFFER, bytes, len);
    in_len = len;
    const uint32_t since_us = REG(TIMER_RAWL) - frame_us;
    in_held = since_us >= FRAME_LATE_US && since_us <= FRAME_OVER_US;
    if (!in_held)
        give(KWS_USB_EP_DATA, 0, STATE_FULL | (uint32_t)len);
}

static void frame_begins(void)
{
    (void)REG(USB_SOF_RD);
    frame_us = REG(TIMER_RAWL);
    if (in_held)
        give(KWS_USB_EP_DATA, 0, STATE_FULL | (uint32_t)in_len);
    in_held = false;
}

void kws_usb_driver_halt(uint8_t endpoint, bool halted)
{
    const uint32_t number = endpoint & ~KWS_USB_IN, out = !(endpoint & KWS_USB_IN);
    in_held = in_held && out;
    REG(USB_EP_STATE(number, out)) = halted ? STATE_STALL : 0;
    next_data1[number][out] = 0;
}

/* ---- interrupt ------------------------------------------------------------------------------------------------- */

static void buffers_done(void)
{
    uint8_t packet[KWS_USB_PACKET];
    const uint32_t done = REG(USB_BUFF_STATUS);
    REG_CLEAR(USB_BUFF_STATUS) = done;
    if (done & USB_BUFF(0, 0))
        kws_usb_on_control_in();
    if (done & USB_BUFF(0, 1))
        kws_usb_on_control_out(packet, taken(0, USB_CONTROL_BUFFER, packet));
    if (done & USB_BUFF(KWS_USB_EP_DATA, 0))
        kws_usb_on_in();
    if (done & USB_BUFF(KWS_USB_EP_DATA, 1))
        kws_usb_on_out(packet, taken(KWS_USB_EP_DATA, USB_OUT_BUFFER, packet));
}

static void bus_reset(void)
{
    REG(USB_ADDRESS) = 0;
    REG_CLEAR(USB_BUFF_STATUS) = 0xFFFFFFFFu;
    kws_usb_on_reset();
    REG_CLEAR(USB_SIE_STATUS) = USB_SIE_STATUS_RESET;
}

/* What is over comes before what begins. */
void kws_usb_irq(void)
{
    const uint32_t due = REG(USB_INTS);
    if (due & USB_INT_SOF)
        frame_begins();
    if (due & USB_INT_BUFF_STATUS)
        buffers_done();
    if (due & USB_INT_RESET)
        bus_reset();
    if (due & USB_INT_SETUP)
        setup();
    if (due & USB_INT_SUSPEND) {
        REG_CLEAR(USB_SIE_STATUS) = USB_SIE_STATUS_SUSPENDED;
        kws_usb_on_suspend(true);
    }
    if (due & USB_INT_RESUME) {
        REG_CLEAR(USB_SIE_STATUS) = USB_SIE_STATUS_RESUME;
        kws_usb_on_suspend(false);
    }
}

void kws_usb_driver_mask(void)
{
    KWS_REG(KWS_NVIC_DISABLE) = 1u << USBCTRL_IRQ;
    __asm volatile("dsb\n\tisb" ::: "memory");
}

void kws_usb_driver_unmask(void)
{
    __asm volatile("" ::: "memory");
    kws_irq_enable(USBCTRL_IRQ);
}

/* ---- start and end --------------------------------------------------------------------------------------------- */

void kws_usb_driver_init(void)
{
    REG_SET(RESETS_RESET) = RESET_USBCTRL;
    kws_unreset(RESET_USBCTRL);
    for (uint32_t at = USB_MEMORY; at < USB_MEMORY + USB_CONTROL_BUFFER; at += 4)
        REG(at) = 0;
    REG(USB_MUXING) = USB_MUXING_PHY | USB_MUXING_SOFTCON;
    REG(USB_PWR) = USB_PWR_VBUS_DETECT | USB_PWR_VBUS_OVERRIDE; /* boards do not tell the chip of the bus's power */
    REG(USB_MAIN_CTRL) = USB_MAIN_CTRL_ENABLE | USB_MAIN_CTRL_ISOLATED;
    REG(USB_SIE_CTRL) = USB_SIE_CTRL_EP0_INTERRUPT; /* and the host's pull-downs are off */
    REG(USB_INTE) = USB_INT_ALL;
    if (USB_MAIN_CTRL_ISOLATED != 0) /* until all is set up */
        REG(USB_MAIN_CTRL) = USB_MAIN_CTRL_ENABLE;
    REG_SET(USB_SIE_CTRL) = USB_SIE_CTRL_PULLUP;
    kws_usb_driver_unmask();
}

#endif
