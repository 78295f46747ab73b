/* kws_port.h for STM32: what is neither time, line nor microphone. */
#include "kws_port.h"

#include "kws_stm32.h"

static int cycles_count;

void kws_port_init(void)
{
    stm32_clocks_init();
    stm32_time_init();
    stm32_usart_init();
    kws_cycles_start();
    const uint32_t begun = KWS_REG(KWS_DWT_CYCCNT);
    cycles_count = KWS_REG(KWS_DWT_CYCCNT) != begun;
}

/* Where the counter stands still, as on emulators, the cycles of whole microseconds. */
uint32_t kws_port_cycles(void)
{
    return cycles_count ? KWS_REG(KWS_DWT_CYCCNT) : stm32_time_low_us() * (stm32_clock.core_hz / 1000000u);
}

uint32_t kws_port_clock_hz(void)
{
    return stm32_clock.core_hz;
}

/* Interrupts are off from the look to the sleep, so that what comes in between ends the sleep at once. */
void kws_port_idle(void)
{
    kws_irq_off();
    if (!stm32_usart_waiting() && !stm32_mic_waiting() && !stm32_alarm_due()) {
        kws_wait_for_interrupt();
    }
    kws_irq_on();
}

uint32_t kws_port_traits(void)
{
    return 0;
}
