/* Pins of both ports. */
#include "nrf52840_port.h"

void nrf_pin_configure(uint32_t pin, uint32_t configuration)
{
    const uint32_t first = pin < 32u ? NRF_P0_PIN_CNF : NRF_P1_PIN_CNF;
    KWS_REG(first + NRF_PIN_CNF_STEP * (pin % 32u)) = configuration;
}

void nrf_pin_write(uint32_t pin, uint32_t high)
{
    const uint32_t set = pin < 32u ? NRF_P0_OUTSET : NRF_P1_OUTSET;
    const uint32_t clear = pin < 32u ? NRF_P0_OUTCLR : NRF_P1_OUTCLR;
    KWS_REG(high ? set : clear) = 1u << pin % 32u;
}
