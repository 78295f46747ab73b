/* Vector tables and start-up of an RP2040's first core: code, constants and variables copied to RAM, main called. */
#include "kws_rp2.h"
#if KWS_SERIAL_USB
#include "kws_usb.h"
#endif

/* Laid down by linker.ld; only their addresses mean anything. */
extern uint32_t kws_ld_stack_top, kws_ld_data_load, kws_ld_data_start, kws_ld_data_end, kws_ld_bss_start,
    kws_ld_bss_end;

int main(void);
void kws_reset_handler(void);

typedef void (*vector)(void);

/* A fault, or an interrupt that nobody asked for: the board stops, visibly silent. */
static void halt(void)
{
    for (;;) {
        __asm volatile("bkpt 0\n\twfi");
    }
}

#if !KWS_SERIAL_USB
#define kws_usb_irq halt
#define kws_uart_irq kws_uart_interrupt
#else
#define kws_uart_irq halt
#endif

/* In RAM, where an interrupt finds it at once. */
static const struct {
    uint32_t *stack_top;
    vector handlers[15];
    vector interrupts[32];
} vectors __attribute__((aligned(256))) = {
    &kws_ld_stack_top,
    {kws_reset_handler, halt, halt, halt, halt, halt, halt, halt, halt, halt, halt, halt, halt, halt, halt},
    {
        [TIMER_IRQ_0] = kws_timer_interrupt, [TIMER_IRQ_1] = kws_timer_interrupt, [TIMER_IRQ_2] = halt,
        [TIMER_IRQ_3] = halt, [PWM_IRQ] = halt, [USBCTRL_IRQ] = kws_usb_irq, [XIP_IRQ] = halt, [PIO0_IRQ_0] = halt,
        [PIO0_IRQ_1] = halt, [PIO1_IRQ_0] = halt, [PIO1_IRQ_1] = halt, [DMA_IRQ_0] = kws_dma_interrupt,
        [DMA_IRQ_1] = halt, [IO_IRQ_BANK0] = halt, [IO_IRQ_QSPI] = halt, [SIO_IRQ_PROC0] = halt,
        [SIO_IRQ_PROC1] = halt, [CLOCKS_IRQ] = halt, [SPI0_IRQ] = halt, [SPI1_IRQ] = halt, [UART0_IRQ] = kws_uart_irq,
        [UART1_IRQ] = halt, [ADC_IRQ_FIFO] = halt, [I2C0_IRQ] = halt, [I2C1_IRQ] = halt, [RTC_IRQ] = halt,
        [26] = halt, halt, halt, halt, halt, halt,
    },
};

/* What boot2.S finds in flash. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack_top;
    vector reset;
} first = {&kws_ld_stack_top, kws_reset_handler};

/* In flash, as it copies everything else: it calls nothing before that. */
__attribute__((section(".startup"))) void kws_reset_handler(void)
{
    const uint32_t *load = &kws_ld_data_load;
    for (volatile uint32_t *to = &kws_ld_data_start; to < &kws_ld_data_end; to++)
        *to = *load++;
    for (volatile uint32_t *to = &kws_ld_bss_start; to < &kws_ld_bss_end; to++)
        *to = 0;
    REG(SCB_VTOR) = (uint32_t)(uintptr_t)&vectors;
    main();
    halt(); /* main of a board never returns */
}
