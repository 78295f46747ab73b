/* kws_port.h for the emulated board. Registers are described in kws_emulated.h. */
#include "kws_port.h"

#include "kws_emulated.h"
#include "kws_err.h"
#include "kws_small.h"

#ifndef KWS_CLOCK_HZ
#error "KWS_CLOCK_HZ comes from the board file"
#endif

#define REG(base, offset) (*(volatile uint32_t *)((base) + (offset)))

/* 64 samples are 4 ms at 16 kHz: a sleeping core wakes often enough, and not for little. The usual frames (512 samples
 * every 320) end with one of these marks, so that none waits. */
#define MIC_MARK 64u

KWS_SMALL_BEGIN

void kws_port_init(void)
{
    REG(KWS_SCS_BASE, KWS_SCS_DEMCR) |= KWS_DEMCR_TRCENA;
    REG(KWS_DWT_BASE, KWS_DWT_CYCCNT) = 0;
    REG(KWS_DWT_BASE, KWS_DWT_CTRL) |= KWS_DWT_CTRL_CYCCNTENA;
    REG(KWS_UART_BASE, KWS_UART_BAUD) = KWS_BAUD;
    REG(KWS_MIC_BASE, KWS_MIC_MARK) = MIC_MARK;
}

uint32_t kws_port_cycles(void)
{
    return REG(KWS_DWT_BASE, KWS_DWT_CYCCNT);
}

uint32_t kws_port_clock_hz(void)
{
    return KWS_CLOCK_HZ;
}

uint64_t kws_port_time_us(void)
{
    const uint32_t low = REG(KWS_SYS_BASE, KWS_SYS_TIME_LOW);
    return (uint64_t)REG(KWS_SYS_BASE, KWS_SYS_TIME_HIGH) << 32 | low;
}

void kws_port_alarm_us(uint32_t delay_us)
{
    REG(KWS_SYS_BASE, KWS_SYS_ALARM) = delay_us;
}

/* ---- UART ---------------------------------------------------------------------------------------------------- */

static void sleep_for(uint32_t lines)
{
    REG(KWS_SYS_BASE, KWS_SYS_WAKE) = lines;
    __asm volatile("dsb\n\twfi" ::: "memory");
}

uint32_t kws_port_baud(void)
{
    return KWS_BAUD;
}

int kws_port_uart_read(void)
{
    uint32_t data = REG(KWS_UART_BASE, KWS_UART_DATA);
    return (data & KWS_UART_VALID) ? (int)(data & 0xFFu) : -1;
}

void kws_port_uart_write(const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        uint32_t room = REG(KWS_UART_BASE, KWS_UART_STATUS) & 0xFFFFu;
        if (room == 0) {
            sleep_for(KWS_WAKE_TX);
            continue;
        }
        for (; room > 0 && len > 0; room--, len--)
            REG(KWS_UART_BASE, KWS_UART_DATA) = *bytes++;
    }
}

/* ---- microphone ---------------------------------------------------------------------------------------------- */

int kws_port_mic_start(uint32_t rate_hz)
{
    if (rate_hz == 0 || rate_hz > KWS_MIC_MAX_HZ)
        return KWS_ERR_ARG;
    REG(KWS_MIC_BASE, KWS_MIC_RATE) = rate_hz;
    return KWS_OK;
}

void kws_port_mic_stop(void)
{
    REG(KWS_MIC_BASE, KWS_MIC_RATE) = 0;
}

int16_t kws_port_mic_gain_cdb(void)
{
    return 0;
}

size_t kws_port_mic_read(int16_t *samples, size_t max)
{
    size_t waiting = REG(KWS_MIC_BASE, KWS_MIC_LEVEL);
    size_t count = waiting < max ? waiting : max;
    for (size_t i = 0; i < count; i++)
        samples[i] = (int16_t)REG(KWS_MIC_BASE, KWS_MIC_DATA);
    return count;
}

uint32_t kws_port_mic_overruns(void)
{
    return REG(KWS_MIC_BASE, KWS_MIC_OVERRUNS);
}

/* ---- the rest ------------------------------------------------------------------------------------------------ */

void kws_port_idle(void)
{
    sleep_for(KWS_WAKE_RX | KWS_WAKE_MIC | KWS_WAKE_ALARM);
}

uint32_t kws_port_traits(void)
{
    return REG(KWS_SYS_BASE, KWS_SYS_TRAITS) & KWS_TRAIT_VIRTUAL_TIME;
}

KWS_SMALL_END
