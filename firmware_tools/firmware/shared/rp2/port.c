/* kws_port.h for boards with an RP2040 or RP2350: time, sleep, and what the image says of itself. The registers are in
 * kws_rp2.h, the serial line in uart.c or the USB stack, the microphone in mic.c, cycles in the port's chip.c.
 */
#include "kws_port.h"

#include "kws_rp2.h"

#define ALARM_APP 0u  /* kws_port_alarm_us */
#define ALARM_LOOK 1u /* looks after what gives no interrupt of its own: samples, and a USB line */
#define LOOK_US 2000u /* 32 samples at 16 kHz */
#define LEAST_US 20u  /* an alarm nearer than this might pass before it is set, and would then come 71 minutes later */

static volatile int alarm_due;

void kws_port_init(void)
{
    kws_clocks_init();
    REG(TIMER_INTE) = 1u << ALARM_APP | 1u << ALARM_LOOK;
    kws_irq_enable(TIMER_IRQ_0 + ALARM_APP);
    kws_irq_enable(TIMER_IRQ_0 + ALARM_LOOK);
    kws_irq_enable(DMA_IRQ_0);
    kws_serial_init();
}

/* ---- time ------------------------------------------------------------------------------------------------------ */

uint32_t kws_port_clock_hz(void)
{
    return kws_clocks_hz();
}

uint64_t kws_port_time_us(void)
{
    uint32_t high = REG(TIMER_RAWH);
    for (;;) {
        const uint32_t low = REG(TIMER_RAWL), after = REG(TIMER_RAWH);
        if (after == high)
            return (uint64_t)high << 32 | low;
        high = after;
    }
}

static void set_alarm(uint32_t alarm, uint32_t delay_us)
{
    kws_irq_off();
    REG(TIMER_ALARM(alarm)) = REG(TIMER_RAWL) + (delay_us < LEAST_US ? LEAST_US : delay_us);
    kws_irq_on();
}

void kws_port_alarm_us(uint32_t delay_us)
{
    REG(TIMER_ARMED) = 1u << ALARM_APP; /* takes it back */
    REG(TIMER_INTR) = 1u << ALARM_APP;
    alarm_due = 0;
    if (delay_us != 0)
        set_alarm(ALARM_APP, delay_us);
}

void kws_timer_interrupt(void)
{
    const uint32_t rung = REG(TIMER_INTR);
    REG(TIMER_INTR) = rung;
    if (rung & 1u << ALARM_APP)
        alarm_due = 1;
}

/* ---- sleep ----------------------------------------------------------------------------------------------------- */

void kws_port_idle(void)
{
    if (kws_mic_running() || KWS_SERIAL_USB)
        set_alarm(ALARM_LOOK, LOOK_US);
    kws_irq_off();
    if (!alarm_due && !kws_serial_waiting() && !kws_mic_waiting())
        kws_wait_for_interrupt();
    kws_irq_on();
}

/* ---- the image, and what is special ------------------------------------------------------------------------------ */

/* Silicon says that it is; whatever else runs this has a time of its own. */
uint32_t kws_port_traits(void)
{
    return REG(SYSINFO_PLATFORM) & SYSINFO_PLATFORM_ASIC ? 0 : KWS_TRAIT_VIRTUAL_TIME;
}
