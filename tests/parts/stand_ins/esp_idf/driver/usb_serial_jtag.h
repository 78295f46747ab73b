#include <stdint.h>
#include <stddef.h>
typedef struct { uint32_t tx_buffer_size, rx_buffer_size; } usb_serial_jtag_driver_config_t;
int usb_serial_jtag_driver_install(usb_serial_jtag_driver_config_t *config);
int usb_serial_jtag_read_bytes(void *to, uint32_t bytes, uint32_t ticks);
int usb_serial_jtag_write_bytes(const void *from, size_t bytes, uint32_t ticks);
