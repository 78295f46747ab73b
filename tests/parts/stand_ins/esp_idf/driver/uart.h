#include <stdint.h>
#include <stddef.h>
#define UART_NUM_0 0
int uart_driver_install(int port, int rx_bytes, int tx_bytes, int queue, void *handle, int flags);
int uart_set_baudrate(int port, uint32_t baud);
int uart_read_bytes(int port, void *to, uint32_t bytes, uint32_t ticks);
int uart_write_bytes(int port, const void *from, size_t bytes);
