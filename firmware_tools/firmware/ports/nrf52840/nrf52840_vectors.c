/* The vector table: where the core finds its stack, its start and who serves an interrupt. */
#include "nrf52840_port.h"

#ifdef KWS_SERIAL_USB
#include "kws_usb.h"
#endif

extern uint32_t kws_ld_stack_top; /* laid down by linker.ld; only its address means anything */

#define EXCEPTIONS 15u /* before the first interrupt, with the reset */
#define INTERRUPTS 48u /* the last one of this chip is 47 */

/* The place of an interrupt after the stack pointer. */
#define AT(interrupt) (EXCEPTIONS + (interrupt))

__attribute__((section(".vectors"), used)) const struct {
    uint32_t *stack_top;
    kws_vector handlers[EXCEPTIONS + INTERRUPTS];
} kws_vectors = {
    &kws_ld_stack_top,
    {
        kws_reset_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler,
        kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler,
        kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler,
        [AT(NRF_IRQ_TIMER0)] = nrf_timer0_handler,
        [AT(NRF_IRQ_PDM)] = nrf_pdm_handler,
#ifdef KWS_SERIAL_USB
        [AT(NRF_IRQ_USBD)] = kws_usb_irq,
        [AT(NRF_IRQ_POWER_CLOCK)] = kws_usb_irq, /* a cable comes or goes */
#else
        [AT(NRF_IRQ_UARTE0)] = nrf_uarte0_handler,
#endif
    },
};
