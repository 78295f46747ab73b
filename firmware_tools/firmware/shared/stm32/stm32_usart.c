/* The serial line: received bytes go into a ring by interrupt, so none is lost while the core computes. */
#include "kws_port.h"
#include "kws_stm32.h"

#if KWS_SERIAL_NUMBER == 1
#define BASE STM32_USART1_CR1
#define IRQ STM32_IRQ_USART1
#define CLOCK_HZ stm32_clock.apb2_hz
#elif KWS_SERIAL_NUMBER == 2
#define BASE STM32_USART2_CR1
#define IRQ STM32_IRQ_USART2
#define CLOCK_HZ stm32_clock.apb1_hz
#else
#error "serial number of an STM32 board is 1 or 2: USART1 or USART2"
#endif

#define AT(usart1_register) ((usart1_register) - STM32_USART1_CR1 + BASE)
#define FUNCTION 7u /* of the pins: USART1 and USART2 of every family here [data sheets, alternate functions] */
#define RING 2048u

static uint8_t ring[RING];
static volatile uint32_t received, taken;

void stm32_usart_init(void)
{
    stm32_pin_alternate(KWS_SERIAL_TX_PIN, FUNCTION);
    stm32_pin_alternate(KWS_SERIAL_RX_PIN, FUNCTION);
    KWS_REG(STM32_RCC_USART1ENR) |= KWS_SERIAL_NUMBER == 1 ? STM32_RCC_USART1EN : 0u;
    KWS_REG(STM32_RCC_USART2ENR) |= KWS_SERIAL_NUMBER == 2 ? STM32_RCC_USART2EN : 0u;
    (void)KWS_REG(STM32_RCC_USART2ENR);
    KWS_REG(AT(STM32_USART1_CR1)) = 0; /* 8 bits, no parity; CR2 and CR3 are 0 after a reset: one stop bit, no RTS */
    KWS_REG(AT(STM32_USART1_BRR)) = (CLOCK_HZ + KWS_BAUD / 2u) / KWS_BAUD;
    KWS_REG(AT(STM32_USART1_CR1)) = STM32_USART_UE | STM32_USART_TE | STM32_USART_RE | STM32_USART_RXNEIE;
    kws_irq_enable(IRQ);
}

/* A byte for which the ring has no room is dropped: the frame's checksum tells. */
void stm32_usart_handler(void)
{
    while (KWS_REG(AT(STM32_USART1_STATUS)) & (STM32_USART_RXNE | STM32_USART_ORE)) {
        const uint8_t byte = (uint8_t)KWS_REG(AT(STM32_USART1_RECEIVE));
#ifdef STM32_USART1_ICR
        KWS_REG(AT(STM32_USART1_ICR)) = STM32_USART_ORECF; /* elsewhere the read of status and data clears it */
#endif
        if (received - taken < RING) {
            ring[received % RING] = byte;
            received++;
        }
    }
}

int stm32_usart_waiting(void)
{
    return received != taken;
}

uint32_t kws_port_baud(void)
{
    return KWS_BAUD;
}

int kws_port_uart_read(void)
{
    if (!stm32_usart_waiting()) {
        return -1;
    }
    const uint8_t byte = ((volatile uint8_t *)ring)[taken % RING];
    taken++;
    return byte;
}

void kws_port_uart_write(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        while (!(KWS_REG(AT(STM32_USART1_STATUS)) & STM32_USART_TXE)) {
        }
        KWS_REG(AT(STM32_USART1_SEND)) = bytes[i];
    }
}
