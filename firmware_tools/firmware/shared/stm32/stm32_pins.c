/* Pins that belong to a peripheral. */
#include "kws_stm32.h"

void stm32_pin_alternate(uint32_t pin, uint32_t function)
{
    const uint32_t port = pin / 16u, number = pin % 16u;
    const uint32_t at = port * (STM32_GPIOB_MODER - STM32_GPIOA_MODER);
    const uint32_t two = 2u * number, four = 4u * (number % 8u);
    const uint32_t functions = at + (number < 8u ? STM32_GPIOA_AFRL : STM32_GPIOA_AFRH);
    KWS_REG(STM32_RCC_GPIOENR) |= STM32_RCC_GPIOAEN << port;
    (void)KWS_REG(STM32_RCC_GPIOENR);
    KWS_REG(functions) = (KWS_REG(functions) & ~(0xFu << four)) | function << four;
    KWS_REG(at + STM32_GPIOA_OSPEEDR) |= 2u << two;                                       /* high speed */
    KWS_REG(at + STM32_GPIOA_PUPDR) &= ~(3u << two);                                      /* no pull */
    KWS_REG(at + STM32_GPIOA_MODER) = (KWS_REG(at + STM32_GPIOA_MODER) & ~(3u << two)) | 2u << two; /* alternate */
}
