/* An app that sends back what the serial line brings. */
#include "kws_port.h"

int main(void)
{
    static uint8_t bytes[512];
    kws_port_init();
    for (;;) {
        size_t len = 0;
        int byte;
        while (len < sizeof bytes && (byte = kws_port_uart_read()) >= 0)
            bytes[len++] = (uint8_t)byte;
        if (len > 0)
            kws_port_uart_write(bytes, len);
        else
            kws_port_idle();
    }
}
