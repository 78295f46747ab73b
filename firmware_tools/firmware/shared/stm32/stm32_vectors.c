/* The vector table: where the core finds its stack, its start and who serves an interrupt. */
#include "kws_stm32.h"

#define INTERRUPTS 48u /* more than the last one that is used; the chips have up to 97 */

static void systick_handler(void)
{
}

__attribute__((section(".vectors"), used)) KWS_VECTORS(INTERRUPTS) = {
    &kws_ld_stack_top,
    {
        KWS_EXCEPTION_HANDLERS(systick_handler),
        [KWS_AT(STM32_IRQ_MIC_DMA)] = stm32_mic_handler,
        [KWS_AT(STM32_IRQ_TIM2)] = stm32_tim2_handler,
        [KWS_AT(STM32_IRQ_USART1)] = stm32_usart_handler,
        [KWS_AT(STM32_IRQ_USART2)] = stm32_usart_handler,
    },
};
