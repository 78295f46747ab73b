/* Vector tables of an RP2040's first core: what boot2.S finds in flash, and all of them in RAM. */
#include "kws_rp2.h"
#if KWS_SERIAL_USB
#include "kws_usb.h"
#endif

/* In RAM, as all constants are, where an interrupt finds it at once. */
__attribute__((aligned(256))) KWS_VECTORS(INTERRUPTS) = {
    &kws_ld_stack_top,
    {
        KWS_EXCEPTION_HANDLERS(kws_fault_handler),
        [KWS_AT(TIMER_IRQ_0)] = kws_timer_interrupt,
        [KWS_AT(TIMER_IRQ_1)] = kws_timer_interrupt,
        [KWS_AT(DMA_IRQ_0)] = kws_dma_interrupt,
#if KWS_SERIAL_USB
        [KWS_AT(USBCTRL_IRQ)] = kws_usb_irq,
#else
        [KWS_AT(UART0_IRQ)] = kws_uart_interrupt,
#endif
    },
};

__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack_top;
    kws_vector reset;
} first = {&kws_ld_stack_top, kws_reset_handler};
