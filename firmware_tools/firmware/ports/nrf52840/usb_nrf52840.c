/* The nRF52840's USBD for the USB stack (shared/usb).
 *
 * The port has started the crystal, and kws_usb_irq stands at the interrupts of USBD (39) and of POWER (0) in its
 * vectors. EasyDMA reaches RAM only, and serves one endpoint at a time: each packet goes by way of a buffer here, and the
 * few microseconds of a transfer are waited for.
 *
 * Erratum 199 of the chip, "USBD cannot receive tasks during DMA", has its remedy here: a write, at an address that
 * Nordic names, around each transfer. 171 and 187 have theirs in usb_nrf52840_power.c.
 */
#include "kws_usb.h"
#include "kws_usb_driver.h"
#include "nrf52840_port.h"
#include "usb_nrf52840.h"
#include "usb_nrf52840_regs.h"

#if KWS_SERIAL_USB

#define ERRATUM_199 0x40027C1Cu
#define ERRATUM_199_ON 0x00000082u

#define DMA_TURNS 10000u /* many times what 64 bytes take */
#define IO_IN 0x80u      /* of EPSTALL and DTOGGLE: as in an endpoint's address */
#define SET_ADDRESS 5u

static uint32_t in_buffer[KWS_USB_PACKET / 4], out_buffer[KWS_USB_PACKET / 4];
static bool out_armed, out_came, control_receives; /* the next EP0DATADONE brings a packet */
static bool status_given; /* the controller sends the status stage by itself, and says nothing */

/* ---- EasyDMA --------------------------------------------------------------------------------------------------- */

static void transfer(uint32_t task, uint32_t event)
{
    KWS_REG(event) = 0;
    KWS_REG(ERRATUM_199) = ERRATUM_199_ON;
    KWS_REG(task) = 1;
    for (uint32_t turn = 0; turn < DMA_TURNS && KWS_REG(event) == 0; turn++) {
    }
    KWS_REG(event) = 0;
    KWS_REG(ERRATUM_199) = 0;
}

static void give_in(uint32_t number, const uint8_t *bytes, size_t len)
{
    uint8_t *to = (uint8_t *)in_buffer;
    for (size_t i = 0; i < len; i++)
        to[i] = bytes[i];
    KWS_REG(NRF_USBD_EPIN_PTR + NRF_USBD_DMA_STEP * number) = (uint32_t)(uintptr_t)in_buffer;
    KWS_REG(NRF_USBD_EPIN_MAXCNT + NRF_USBD_DMA_STEP * number) = (uint32_t)len;
    transfer(NRF_USBD_TASKS_STARTEPIN + NRF_USBD_EP_STEP * number, NRF_USBD_EVENTS_ENDEPIN + NRF_USBD_EP_STEP * number);
}

/* The packet that an endpoint holds into out_buffer; returns its length. */
static size_t taken(uint32_t number)
{
    const uint32_t step = NRF_USBD_EP_STEP * number, said = KWS_REG(NRF_USBD_SIZE_EPOUT + step);
    const uint32_t len = said < KWS_USB_PACKET ? said : KWS_USB_PACKET;
    KWS_REG(NRF_USBD_EPOUT_PTR + NRF_USBD_DMA_STEP * number) = (uint32_t)(uintptr_t)out_buffer;
    KWS_REG(NRF_USBD_EPOUT_MAXCNT + NRF_USBD_DMA_STEP * number) = len;
    transfer(NRF_USBD_TASKS_STARTEPOUT + step, NRF_USBD_EVENTS_ENDEPOUT + step);
    return len;
}

/* ---- endpoint 0 ------------------------------------------------------------------------------------------------ */

void kws_usb_driver_address(uint8_t address)
{
    (void)address; /* the controller answers SET_ADDRESS itself */
}

void kws_usb_driver_control_in(const uint8_t *bytes, size_t len)
{
    give_in(0, bytes, len);
}

void kws_usb_driver_control_out(void)
{
    control_receives = true;
    KWS_REG(NRF_USBD_TASKS_EP0RCVOUT) = 1;
}

void kws_usb_driver_status_in(void)
{
    status_given = true;
    KWS_REG(NRF_USBD_TASKS_EP0STATUS) = 1;
}

void kws_usb_driver_status_out(void)
{
    KWS_REG(NRF_USBD_TASKS_EP0STATUS) = 1;
}

void kws_usb_driver_control_stall(void)
{
    KWS_REG(NRF_USBD_TASKS_EP0STALL) = 1;
}

static void setup(void)
{
    uint8_t packet[8];
    for (uint32_t i = 0; i < sizeof packet; i++)
        packet[i] = (uint8_t)KWS_REG(NRF_USBD_BMREQUESTTYPE + 4u * i);
    control_receives = status_given = false;
    if (packet[0] != 0 || packet[1] != SET_ADDRESS)
        kws_usb_on_setup(packet);
}

static void control_done(void)
{
    if (control_receives) {
        control_receives = false;
        const size_t len = taken(0);
        kws_usb_on_control_out((const uint8_t *)out_buffer, len);
    } else {
        kws_usb_on_control_in();
    }
}

/* ---- the other endpoints --------------------------------------------------------------------------------------- */

static void open_again(uint32_t endpoint)
{
    KWS_REG(NRF_USBD_EPSTALL) = endpoint;
    KWS_REG(NRF_USBD_DTOGGLE) = endpoint; /* chooses it, then: */
    KWS_REG(NRF_USBD_DTOGGLE) = endpoint | NRF_USBD_DTOGGLE_DATA0;
    if (endpoint == KWS_USB_EP_DATA) {
        out_armed = out_came = false;
        KWS_REG(NRF_USBD_SIZE_EPOUT + NRF_USBD_EP_STEP * KWS_USB_EP_DATA) = 0; /* any write lets a packet come */
    }
}

void kws_usb_driver_configure(bool on)
{
    KWS_REG(NRF_USBD_EPINEN) = NRF_USBD_IN0 | (on ? NRF_USBD_IN1 | NRF_USBD_IN2 : 0);
    KWS_REG(NRF_USBD_EPOUTEN) = NRF_USBD_OUT0 | (on ? NRF_USBD_OUT2 : 0);
    out_armed = out_came = false;
    if (!on)
        return;
    open_again(IO_IN | KWS_USB_EP_NOTIFY);
    open_again(IO_IN | KWS_USB_EP_DATA);
    open_again(KWS_USB_EP_DATA);
}

/* The controller takes one packet by itself, and refuses the next until that is fetched: the interrupt looks for it. */
void kws_usb_driver_arm_out(void)
{
    out_armed = true;
    if (out_came)
        KWS_REG(NVIC_PEND + 4u * (NRF_IRQ_USBD / 32u)) = 1u << NRF_IRQ_USBD % 32u;
}

void kws_usb_driver_start_in(const uint8_t *bytes, size_t len)
{
    give_in(KWS_USB_EP_DATA, bytes, len);
}

void kws_usb_driver_halt(uint8_t endpoint, bool halted)
{
    if (halted)
        KWS_REG(NRF_USBD_EPSTALL) = endpoint | NRF_USBD_EPSTALL_STALL;
    else
        open_again(endpoint);
}

/* ---- interrupt ------------------------------------------------------------------------------------------------- */

static bool take(uint32_t event)
{
    if (KWS_REG(event) == 0)
        return false;
    KWS_REG(event) = 0;
    return true;
}

static void data_done(void)
{
    const uint32_t done = KWS_REG(NRF_USBD_EPDATASTATUS);
    KWS_REG(NRF_USBD_EPDATASTATUS) = done; /* ones clear */
    if (done & NRF_USBD_EPDATA_OUT2)
        out_came = true;
    if (done & NRF_USBD_EPDATA_IN2)
        kws_usb_on_in();
}

static void state_changed(void)
{
    const uint32_t cause = KWS_REG(NRF_USBD_EVENTCAUSE) & (NRF_USBD_CAUSE_SUSPEND | NRF_USBD_CAUSE_RESUME);
    KWS_REG(NRF_USBD_EVENTCAUSE) = cause; /* ones clear */
    if (cause & NRF_USBD_CAUSE_SUSPEND)
        kws_usb_on_suspend(true);
    if (cause & NRF_USBD_CAUSE_RESUME)
        kws_usb_on_suspend(false);
}

static void bring_data(void)
{
    if (!out_armed || !out_came)
        return;
    out_armed = out_came = false;
    const size_t len = taken(KWS_USB_EP_DATA);
    kws_usb_on_out((const uint8_t *)out_buffer, len);
}

/* What is over comes before what begins. */
void kws_usb_irq(void)
{
    if (!nrf_usb_powered())
        return;
    if (take(NRF_USBD_EVENTS_EP0DATADONE))
        control_done();
    if (take(NRF_USBD_EVENTS_EPDATA))
        data_done();
    if (take(NRF_USBD_EVENTS_USBRESET))
        kws_usb_on_reset();
    if (take(NRF_USBD_EVENTS_EP0SETUP))
        setup();
    if (take(NRF_USBD_EVENTS_USBEVENT))
        state_changed();
    bring_data();
    if (status_given) {
        status_given = false;
        kws_usb_on_control_in();
    }
}

static void set_both(uint32_t nvic)
{
    KWS_REG(nvic + 4u * (NRF_IRQ_USBD / 32u)) = 1u << NRF_IRQ_USBD % 32u;
    KWS_REG(nvic) = 1u << NRF_IRQ_POWER_CLOCK;
}

void kws_usb_driver_mask(void)
{
    set_both(KWS_NVIC_DISABLE);
    __asm volatile("dsb\n\tisb" ::: "memory");
}

void kws_usb_driver_unmask(void)
{
    __asm volatile("" ::: "memory");
    set_both(KWS_NVIC_ENABLE);
}

void kws_usb_driver_init(void)
{
    control_receives = status_given = out_armed = out_came = false;
    nrf_usb_power_init();
    kws_usb_driver_unmask();
}

#endif
