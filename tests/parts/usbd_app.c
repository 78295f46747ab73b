/* The USB stack and the nRF52840's driver with nothing around them: sends back what comes. The core has no interrupts
 * here; what serves them is called by kws_usb_poll. */
#include "kws_port.h"
#include "kws_usb.h"

void Reset(void);
void kws_reset_handler(void);
void kws_fault_handler(void);

uint64_t kws_port_time_us(void)
{
    static uint64_t now_us;
    return ++now_us;
}

const char *kws_port_board_name(void)
{
    return "model";
}

void Reset(void)
{
    static uint8_t bytes[256];
    kws_usb_init();
    for (;;) {
        size_t len = 0;
        int byte;
        while (len < sizeof bytes && (byte = kws_usb_read()) >= 0)
            bytes[len++] = (uint8_t)byte;
        kws_usb_write(bytes, len);
    }
}
