/* What an RP2040 does in its own way: the timer's tick, and cycles. */
#include "kws_port.h"

#include "kws_rp2.h"

void kws_chip_time_init(uint32_t reference_mhz)
{
    REG(WATCHDOG_TICK) = WATCHDOG_TICK_ENABLE | reference_mhz;
}

/* An M0+ counts no cycles: they are those of the microseconds. 2^32 microseconds are a multiple of 2^32 cycles, so that
 * both wrap together. */
uint32_t kws_port_cycles(void)
{
    return REG(TIMER_RAWL) * (kws_clocks_hz() / 1000000u);
}
