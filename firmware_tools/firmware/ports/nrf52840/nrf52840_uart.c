/* UARTE0 by DMA: nothing is lost while the core computes.
 *
 * Received bytes go into a ring of pieces; when one is full the controller goes on to the next by itself, and the
 * interrupt at its start names the one after that. How many bytes came is counted by a timer, since the controller
 * tells it at the end of a piece only. A byte wakes the core when it sleeps, and only then makes an interrupt.
 */
#include "nrf52840_port.h"

#ifdef KWS_SERIAL_UART

#if KWS_BAUD == 115200u
#define BAUDRATE NRF_UARTE_115200
#elif KWS_BAUD == 230400u
#define BAUDRATE NRF_UARTE_230400
#elif KWS_BAUD == 460800u
#define BAUDRATE NRF_UARTE_460800
#elif KWS_BAUD == 921600u
#define BAUDRATE NRF_UARTE_921600
#elif KWS_BAUD == 1000000u
#define BAUDRATE NRF_UARTE_1M
#else
#error "baud of an nRF52840 is 115200, 230400, 460800, 921600 or 1000000"
#endif

#define PIECES 4u
#define PIECE_BYTES 512u
#define RING_BYTES (PIECES * PIECE_BYTES)
#define TX_BYTES 256u
#define RX_CHANNEL 0u /* of PPI */

static uint8_t ring[RING_BYTES];
static uint8_t outgoing[TX_BYTES]; /* DMA reads RAM only, not flash */
static uint32_t taken;             /* bytes, of those received */
static uint32_t pieces_begun;
static uint8_t sending;

static void name_next_piece(void)
{
    pieces_begun++;
    KWS_REG(NRF_UARTE0_RXD_PTR) = (uint32_t)(uintptr_t)&ring[pieces_begun % PIECES * PIECE_BYTES];
}

void nrf_uart_init(void)
{
    KWS_REG(NRF_UARTE0_ENABLE) = 0;
    nrf_pin_write(KWS_SERIAL_TX_PIN, 1);
    nrf_pin_configure(KWS_SERIAL_TX_PIN, NRF_PIN_OUTPUT | NRF_PIN_NO_INPUT);
    nrf_pin_configure(KWS_SERIAL_RX_PIN, NRF_PIN_PULL_UP);
    KWS_REG(NRF_UARTE0_PSEL_TXD) = KWS_SERIAL_TX_PIN;
    KWS_REG(NRF_UARTE0_PSEL_RXD) = KWS_SERIAL_RX_PIN;
    KWS_REG(NRF_UARTE0_CONFIG) = 0; /* no parity, one stop bit, no RTS and CTS */
    KWS_REG(NRF_UARTE0_BAUDRATE) = BAUDRATE;
    KWS_REG(NRF_UARTE0_SHORTS) = NRF_UARTE_ENDRX_STARTRX;
    KWS_REG(NRF_UARTE0_INTENCLR) = 0xFFFFFFFFu;
    KWS_REG(NRF_UARTE0_ENABLE) = NRF_UARTE_ENABLED;
    KWS_REG(NRF_UARTE0_EVENTS_RXSTARTED) = 0;
    KWS_REG(NRF_UARTE0_RXD_PTR) = (uint32_t)(uintptr_t)ring;
    KWS_REG(NRF_UARTE0_RXD_MAXCNT) = PIECE_BYTES;
    nrf_counter_start(NRF_TIMER1, RX_CHANNEL, NRF_UARTE0_EVENTS_RXDRDY);
    KWS_REG(NRF_UARTE0_INTENSET) = NRF_UARTE_INT_RXSTARTED;
    kws_irq_enable(NRF_IRQ_UARTE0);
    KWS_REG(NRF_UARTE0_TASKS_STARTRX) = 1;
}

void nrf_uarte0_handler(void)
{
    if (KWS_REG(NRF_UARTE0_EVENTS_RXSTARTED) != 0) {
        KWS_REG(NRF_UARTE0_EVENTS_RXSTARTED) = 0;
        name_next_piece();
    }
    KWS_REG(NRF_UARTE0_EVENTS_RXDRDY) = 0;
    KWS_REG(NRF_UARTE0_INTENCLR) = NRF_UARTE_INT_RXDRDY | NRF_UARTE_INT_ENDTX; /* they have ended the sleep */
}

int nrf_uart_read(void)
{
    if (nrf_counter(NRF_TIMER1) == taken) {
        return -1;
    }
    return *(volatile uint8_t *)&ring[taken++ % RING_BYTES];
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

static void wait_until_sent(void)
{
    while (sending && KWS_REG(NRF_UARTE0_EVENTS_ENDTX) == 0) {
        kws_irq_off();
        KWS_REG(NRF_UARTE0_INTENSET) = NRF_UARTE_INT_ENDTX;
        kws_wait_for_interrupt();
        kws_irq_on();
    }
    sending = 0;
}

void nrf_uart_write(const uint8_t *bytes, uint32_t len)
{
    while (len != 0) {
        const uint32_t part = len < TX_BYTES ? len : TX_BYTES;
        wait_until_sent();
        for (uint32_t i = 0; i < part; i++) {
            outgoing[i] = bytes[i];
        }
        KWS_REG(NRF_UARTE0_EVENTS_ENDTX) = 0;
        KWS_REG(NRF_UARTE0_TXD_PTR) = (uint32_t)(uintptr_t)outgoing;
        KWS_REG(NRF_UARTE0_TXD_MAXCNT) = part;
        __asm volatile("dsb" ::: "memory"); /* the bytes are in memory before DMA looks for them */
        KWS_REG(NRF_UARTE0_TASKS_STARTTX) = 1;
        sending = 1;
        bytes += part;
        len -= part;
    }
}

/* ---- sleeping ---------------------------------------------------------------------------------------------------- */

/* With interrupts off. Returns whether there is no reason to sleep. */
int nrf_uart_before_sleep(void)
{
    KWS_REG(NRF_UARTE0_EVENTS_RXDRDY) = 0;
    KWS_REG(NRF_UARTE0_INTENSET) = NRF_UARTE_INT_RXDRDY;
    return nrf_counter(NRF_TIMER1) != taken;
}

void nrf_uart_after_sleep(void)
{
    KWS_REG(NRF_UARTE0_INTENCLR) = NRF_UARTE_INT_RXDRDY;
}

#endif
