/* What an RP2350 does in its own way: the timer's tick, and cycles. */
#include "kws_cortex_m.h"
#include "kws_port.h"
#include "kws_rp2.h"

void kws_chip_time_init(uint32_t reference_mhz)
{
    REG(TICKS_TIMER_CTRL) = 0;
    REG(TICKS_TIMER_CYCLES) = reference_mhz;
    REG(TICKS_TIMER_CTRL) = TICKS_ENABLE;
    kws_cycles_start();
}

uint32_t kws_port_cycles(void)
{
    return KWS_REG(KWS_DWT_CYCCNT);
}
