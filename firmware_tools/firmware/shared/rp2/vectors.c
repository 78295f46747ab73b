/* The vector table of an RP2040's first core, or of an RP2350's; where it lies: rp2_chip.h. */
#include "kws_rp2.h"
#if KWS_SERIAL_USB
#include "kws_usb.h"
#endif

KWS_VECTORS_LIE KWS_VECTORS(INTERRUPTS) = {
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
