/* The serial line of a board that has it on the controller's own USB: kws_usb.h does the work. */
#include "kws_port.h"
#include "kws_usb.h"

#include "kws_rp2.h"

#if KWS_SERIAL_USB

void kws_serial_init(void)
{
    kws_usb_init();
}

int kws_serial_waiting(void)
{
    return kws_usb_waiting();
}

uint32_t kws_port_baud(void)
{
    return 0;
}

int kws_port_uart_read(void)
{
    return kws_usb_read();
}

void kws_port_uart_write(const uint8_t *bytes, size_t len)
{
    kws_usb_write(bytes, len);
}

void kws_uart_dma_done(void)
{
}
#endif
