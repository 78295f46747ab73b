/* The vector table: where the core finds its stack, its start and who serves an interrupt. */
#include "kws_stm32.h"

extern uint32_t kws_ld_stack_top; /* laid down by linker.ld; only its address means anything */

#define EXCEPTIONS 15u /* before the first interrupt, with the reset */
#define INTERRUPTS 48u /* more than the last one that is used; the chips have up to 97 */

/* The place of an interrupt after the stack pointer. */
#define AT(interrupt) (EXCEPTIONS + (interrupt))

static void systick_handler(void)
{
}

__attribute__((section(".vectors"), used)) const struct {
    uint32_t *stack_top;
    kws_vector handlers[EXCEPTIONS + INTERRUPTS];
} kws_vectors = {
    &kws_ld_stack_top,
    {
        kws_reset_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler,
        kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler,
        kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, systick_handler,
        [AT(STM32_IRQ_MIC_DMA)] = stm32_mic_handler,
        [AT(STM32_IRQ_TIM2)] = stm32_tim2_handler,
        [AT(STM32_IRQ_USART1)] = stm32_usart_handler,
        [AT(STM32_IRQ_USART2)] = stm32_usart_handler,
    },
};
