/* Clock, microseconds, alarm, and counters that need no core.
 *
 * TIMER0 counts microseconds from the 16 MHz clock and goes on while the core sleeps. Its 32 bits pass in 71 minutes; an
 * interrupt twice in that time keeps the upper half. The slow clock (LFCLK) is not started: nothing here runs on it.
 */
#include "nrf52840_port.h"

#include "kws_port.h"

#define PRESCALE_1_MHZ 4u      /* 16 MHz / 2^4 */
#define CRYSTAL_POLLS 200000u  /* a register takes some 10 cycles to read: tens of milliseconds; it needs 0.4 [PS, 5.4] */
#define LEAST_ALARM_US 4u      /* a compare value that is past when it is written would only match after 71 minutes */

/* Compare channels of TIMER0. */
enum { NOW, WRAPPED, HALF_WAY, ALARM };

static uint64_t elapsed_us;
static uint32_t seen_us; /* the lower half of elapsed_us */
static volatile uint8_t alarm_due;

/* Without its crystal the chip runs on, from an oscillator that is off by per cents: kws doctor sees that in the rate
 * of the samples. The event is cleared first: a boot loader may have left it set. */
static void start_crystal(void)
{
    KWS_REG(NRF_CLOCK_EVENTS_HFCLKSTARTED) = 0;
    KWS_REG(NRF_CLOCK_TASKS_HFCLKSTART) = 1;
    for (uint32_t polls = CRYSTAL_POLLS; polls != 0 && KWS_REG(NRF_CLOCK_EVENTS_HFCLKSTARTED) == 0; polls--) {
    }
}

static uint32_t compare_at(uint32_t channel)
{
    return NRF_TIMER0_CC + NRF_TIMER_CC_STEP * channel;
}

static uint32_t event_of(uint32_t channel)
{
    return NRF_TIMER0_EVENTS_COMPARE + NRF_TIMER_CC_STEP * channel;
}

void nrf_time_init(void)
{
    start_crystal();
    KWS_REG(NRF_TIMER0_TASKS_STOP) = 1;
    KWS_REG(NRF_TIMER0_TASKS_CLEAR) = 1;
    KWS_REG(NRF_TIMER0_INTENCLR) = 0xFFFFFFFFu;
    KWS_REG(NRF_TIMER0_MODE) = NRF_TIMER_TIMER;
    KWS_REG(NRF_TIMER0_BITMODE) = NRF_TIMER_32_BIT;
    KWS_REG(NRF_TIMER0_PRESCALER) = PRESCALE_1_MHZ;
    KWS_REG(compare_at(WRAPPED)) = 0;
    KWS_REG(compare_at(HALF_WAY)) = 0x80000000u;
    KWS_REG(NRF_TIMER0_INTENSET) = NRF_TIMER_INT_COMPARE0 << WRAPPED | NRF_TIMER_INT_COMPARE0 << HALF_WAY;
    KWS_REG(NRF_TIMER0_TASKS_START) = 1;
    kws_irq_enable(NRF_IRQ_TIMER0);
}

/* With interrupts off. */
static uint64_t advance(void)
{
    KWS_REG(NRF_TIMER0_TASKS_CAPTURE + NRF_TIMER_CC_STEP * NOW) = 1;
    const uint32_t now_us = KWS_REG(compare_at(NOW));
    elapsed_us += now_us - seen_us;
    seen_us = now_us;
    return elapsed_us;
}

uint64_t kws_port_time_us(void)
{
    kws_irq_off();
    const uint64_t now_us = advance();
    kws_irq_on();
    return now_us;
}

void kws_port_alarm_us(uint32_t delay_us)
{
    kws_irq_off();
    KWS_REG(NRF_TIMER0_INTENCLR) = NRF_TIMER_INT_COMPARE0 << ALARM;
    KWS_REG(event_of(ALARM)) = 0;
    alarm_due = 0;
    if (delay_us != 0) {
        advance();
        KWS_REG(compare_at(ALARM)) = seen_us + (delay_us < LEAST_ALARM_US ? LEAST_ALARM_US : delay_us);
        KWS_REG(NRF_TIMER0_INTENSET) = NRF_TIMER_INT_COMPARE0 << ALARM;
    }
    kws_irq_on();
}

int nrf_alarm_due(void)
{
    return alarm_due;
}

void nrf_timer0_handler(void)
{
    for (uint32_t channel = WRAPPED; channel <= ALARM; channel++) {
        if (KWS_REG(event_of(channel)) != 0 && channel == ALARM) {
            alarm_due = 1;
            KWS_REG(NRF_TIMER0_INTENCLR) = NRF_TIMER_INT_COMPARE0 << ALARM;
        }
        KWS_REG(event_of(channel)) = 0;
    }
    advance();
}

/* ---- counters ---------------------------------------------------------------------------------------------------- */

static uint32_t of(uint32_t timer, uint32_t timer0_register)
{
    return timer0_register - NRF_TIMER0 + timer;
}

void nrf_counter_start(uint32_t timer, uint32_t channel, uint32_t event)
{
    nrf_counter_stop(timer, channel);
    KWS_REG(of(timer, NRF_TIMER0_MODE)) = NRF_TIMER_COUNTER;
    KWS_REG(of(timer, NRF_TIMER0_BITMODE)) = NRF_TIMER_32_BIT;
    KWS_REG(of(timer, NRF_TIMER0_TASKS_CLEAR)) = 1;
    KWS_REG(NRF_PPI_CH_EEP + NRF_PPI_CH_STEP * channel) = event;
    KWS_REG(NRF_PPI_CH_TEP + NRF_PPI_CH_STEP * channel) = of(timer, NRF_TIMER0_TASKS_COUNT);
    KWS_REG(NRF_PPI_CHENSET) = NRF_PPI_CH0 << channel;
    KWS_REG(of(timer, NRF_TIMER0_TASKS_START)) = 1;
}

void nrf_counter_stop(uint32_t timer, uint32_t channel)
{
    KWS_REG(NRF_PPI_CHENCLR) = NRF_PPI_CH0 << channel;
    KWS_REG(of(timer, NRF_TIMER0_TASKS_STOP)) = 1;
}

uint32_t nrf_counter(uint32_t timer)
{
    KWS_REG(of(timer, NRF_TIMER0_TASKS_CAPTURE)) = 1;
    return KWS_REG(of(timer, NRF_TIMER0_CC));
}
