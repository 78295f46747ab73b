/* The vector table: where the core finds its stack, its start and who serves an interrupt. */
#include "nrf52840_port.h"

#ifdef KWS_SERIAL_USB
#include "kws_usb.h"
#endif

#define INTERRUPTS 48u /* the last one of this chip is 47 */

__attribute__((section(".vectors"), used)) KWS_VECTORS(INTERRUPTS) = {
    &kws_ld_stack_top,
    {
        KWS_EXCEPTION_HANDLERS(kws_fault_handler),
        [KWS_AT(NRF_IRQ_TIMER0)] = nrf_timer0_handler,
        [KWS_AT(NRF_IRQ_PDM)] = nrf_pdm_handler,
#ifdef KWS_SERIAL_USB
        [KWS_AT(NRF_IRQ_USBD)] = kws_usb_irq,
        [KWS_AT(NRF_IRQ_POWER_CLOCK)] = kws_usb_irq, /* a cable comes or goes */
#else
        [KWS_AT(NRF_IRQ_UARTE0)] = nrf_uarte0_handler,
#endif
    },
};
