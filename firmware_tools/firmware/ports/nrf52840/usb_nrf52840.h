/* Between the two files of the nRF52840's USB driver. */
#ifndef USB_NRF52840_H
#define USB_NRF52840_H

#include <stdbool.h>

#define NVIC_PEND 0xE000E200u /* one bit an interrupt, 32 a word; ARMv7-M B3.4 */

/* Off, then on again as far as a cable is there. */
void nrf_usb_power_init(void);

/* Follow the power of the bus; whether the controller is connected. */
bool nrf_usb_powered(void);

#endif
