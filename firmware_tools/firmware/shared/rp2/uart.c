/* The serial line of a board that has it on UART0: what comes goes into a ring by interrupt, what goes, by DMA. */
#include "kws_port.h"

#include "kws_rp2.h"

#if !KWS_SERIAL_USB

#if KWS_SERIAL_TX_PIN != 0 && KWS_SERIAL_TX_PIN != 12 && KWS_SERIAL_TX_PIN != 16 && KWS_SERIAL_TX_PIN != 28
#error "UART0 sends on GPIO 0, 12, 16 or 28: write one of them as tx_pin into the board file"
#endif

#define RING_BYTES 4096u /* several frames of the largest kind: the host sends the next before the last is answered */

static uint8_t ring[RING_BYTES];
static volatile uint32_t received; /* bytes so far; only the interrupt writes it */
static uint32_t taken;
static volatile int sending;

void kws_serial_init(void)
{
    /* 4.2.7.1: the divider in 64ths, rounded */
    const uint32_t divider = (kws_clocks_hz() * 8u / KWS_BAUD + 1u) / 2u;
    kws_unreset(RESET_UART0);
    REG(UART0_IBRD) = divider >> 6;
    REG(UART0_FBRD) = divider & 63u;
    REG(UART0_LCR_H) = UART_LCR_8N1_FIFO;
    REG(UART0_IFLS) = UART_IFLS_LEAST;
    REG(UART0_DMACR) = UART_DMACR_TX;
    REG(UART0_CR) = UART_CR_ON;
    kws_pin(KWS_SERIAL_TX_PIN, FUNCTION_UART, PAD_DRIVE_4MA | PAD_INPUT);
    kws_pin(KWS_SERIAL_TX_PIN + 1, FUNCTION_UART, PAD_SCHMITT | PAD_PULL_UP | PAD_INPUT);
    REG(UART0_IMSC) = UART_INT_RX | UART_INT_RX_TIMEOUT;
    REG_SET(DMA_INTE0) = 1u << DMA_UART;
    kws_irq_enable(UART0_IRQ);
}

void kws_uart_interrupt(void)
{
    REG(UART0_ICR) = UART_INT_RX | UART_INT_RX_TIMEOUT;
    while (!(REG(UART0_FR) & UART_FR_RXFE)) {
        const uint8_t byte = (uint8_t)REG(UART0_DR);
        if (received - taken < RING_BYTES)
            ring[received++ % RING_BYTES] = byte;
    }
}

int kws_serial_waiting(void)
{
    return received != taken;
}

uint32_t kws_port_baud(void)
{
    return KWS_BAUD;
}

int kws_port_uart_read(void)
{
    if (received == taken)
        return -1;
    return ring[taken++ % RING_BYTES];
}

void kws_uart_dma_done(void)
{
    sending = 0;
}

void kws_port_uart_write(const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return;
    sending = 1;
    REG(DMA_READ_ADDR(DMA_UART)) = (uint32_t)(uintptr_t)bytes;
    REG(DMA_WRITE_ADDR(DMA_UART)) = UART0_DR;
    REG(DMA_TRANS_COUNT(DMA_UART)) = len;
    __asm volatile("" ::: "memory"); /* the bytes are in memory before the DMA looks for them */
    REG(DMA_CTRL_TRIG(DMA_UART)) =
        DMA_EN | DMA_SIZE(0u) | DMA_INCR_READ | DMA_CHAIN_TO(DMA_UART) | DMA_TREQ(DREQ_UART0_TX);
    while (sending) {
        kws_irq_off();
        if (sending)
            kws_wait_for_interrupt();
        kws_irq_on();
    }
}
#endif
