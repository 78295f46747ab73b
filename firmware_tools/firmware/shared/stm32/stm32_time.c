/* Microseconds and the alarm.
 *
 * TIM2 has 32 bits, which pass in 71 minutes; its interrupt at the end keeps the upper half. The alarm is SysTick, which
 * comes again and again until the alarm is set anew: one that comes too early, or just before the core goes to sleep,
 * does no harm.
 */
#include "kws_port.h"
#include "kws_stm32.h"

#ifndef KWS_TIMER_HZ
#define KWS_TIMER_HZ stm32_clock.timer_hz /* an emulator's timer may run at a rate of its own */
#endif

static uint64_t passed_us; /* whole turns of the timer */
static uint64_t alarm_us;
static int alarm_set;

void stm32_time_init(void)
{
    KWS_REG(STM32_RCC_TIM2ENR) |= STM32_RCC_TIM2EN;
    (void)KWS_REG(STM32_RCC_TIM2ENR); /* a peripheral answers some cycles after its clock is on */
    KWS_REG(STM32_TIM2_PSC) = KWS_TIMER_HZ / 1000000u - 1u;
    KWS_REG(STM32_TIM2_ARR) = 0xFFFFFFFFu;
    KWS_REG(STM32_TIM2_CR1) = STM32_TIM2_URS; /* the update that loads the prescaler is no end of a turn */
    KWS_REG(STM32_TIM2_EGR) = STM32_TIM2_UG;
    KWS_REG(STM32_TIM2_SR) = 0;
    KWS_REG(STM32_TIM2_DIER) = STM32_TIM2_UIE;
    KWS_REG(STM32_TIM2_CR1) = STM32_TIM2_URS | STM32_TIM2_CEN;
    kws_irq_enable(STM32_IRQ_TIM2);
}

uint32_t stm32_time_low_us(void)
{
    return KWS_REG(STM32_TIM2_CNT);
}

/* With interrupts off. */
static uint64_t now(void)
{
    uint32_t low_us = stm32_time_low_us();
    if (KWS_REG(STM32_TIM2_SR) & STM32_TIM2_UIF) {
        KWS_REG(STM32_TIM2_SR) = 0;
        passed_us += 1ull << 32;
        low_us = stm32_time_low_us();
    }
    return passed_us + low_us;
}

void stm32_tim2_handler(void)
{
    (void)now();
}

uint64_t kws_port_time_us(void)
{
    kws_irq_off();
    const uint64_t now_us = now();
    kws_irq_on();
    return now_us;
}

void kws_port_alarm_us(uint32_t delay_us)
{
    const uint32_t cycles_us = stm32_clock.core_hz / 1000000u;
    const uint32_t most_us = KWS_SYSTICK_MOST / cycles_us;
    alarm_set = delay_us != 0;
    alarm_us = kws_port_time_us() + delay_us;
    kws_systick_every((delay_us < most_us ? delay_us : most_us) * cycles_us);
}

int stm32_alarm_due(void)
{
    return alarm_set && now() >= alarm_us;
}
