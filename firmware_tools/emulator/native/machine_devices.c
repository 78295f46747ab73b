/* UART and microphone in virtual time. */
#include <stdlib.h>
#include <string.h>

#include "kws_machine_internal.h"

#define BITS_A_BYTE 10u /* 8N1 */

/* ---- UART ------------------------------------------------------------------------------------------------------ */

/* Bytes that have not left the transmitter yet. */
static uint32_t tx_level(const kws_machine *m)
{
    const kws_uart *u = &m->uart;
    if (u->byte_cycles == 0 || u->tx_done <= m->cycles)
        return 0;
    return (uint32_t)((u->tx_done - m->cycles + u->byte_cycles - 1u) / u->byte_cycles);
}

static uint32_t tx_room(const kws_machine *m)
{
    uint32_t level = tx_level(m);
    return m->uart.byte_cycles == 0 || level >= KWS_UART_TX_FIFO ? 0 : KWS_UART_TX_FIFO - level;
}

/* Bytes of the cable arrive one after the other at the line rate; a full receiver holds the line (RTS). */
void kws_uart_advance(kws_machine *m)
{
    kws_uart *u = &m->uart;
    if (u->byte_cycles == 0)
        return;
    while (u->cable_count > 0 && u->rx_next <= m->cycles) {
        if (u->fifo_count == KWS_UART_RX_FIFO) {
            u->rx_next = m->cycles + u->byte_cycles;
            return;
        }
        u->fifo[(u->fifo_head + u->fifo_count++) % KWS_UART_RX_FIFO] = u->cable[u->cable_head];
        u->cable_head = (u->cable_head + 1u) % KWS_CABLE_BYTES;
        u->cable_count--;
        u->rx_bytes++;
        u->rx_next += u->byte_cycles;
    }
}

uint64_t kws_uart_rx_wake(const kws_machine *m)
{
    const kws_uart *u = &m->uart;
    if (u->fifo_count >= KWS_UART_RX_MARK || (u->fifo_count > 0 && u->cable_count == 0))
        return m->cycles;
    if (u->cable_count == 0 || u->byte_cycles == 0)
        return KWS_NEVER;
    uint64_t need = KWS_UART_RX_MARK - u->fifo_count;
    if (need > u->cable_count)
        need = u->cable_count;
    return u->rx_next + (need - 1u) * u->byte_cycles;
}

uint64_t kws_uart_tx_wake(const kws_machine *m)
{
    const kws_uart *u = &m->uart;
    uint64_t half = KWS_UART_TX_FIFO / 2u * u->byte_cycles;
    if (u->byte_cycles == 0)
        return KWS_NEVER;
    return u->tx_done <= m->cycles + half ? m->cycles : u->tx_done - half;
}

static void set_baud(kws_machine *m, uint32_t baud)
{
    kws_uart *u = &m->uart;
    u->baud = baud;
    u->byte_cycles = baud == 0 ? 0 : (BITS_A_BYTE * m->config.clock_hz + baud - 1u) / baud;
    u->rx_next = m->cycles + u->byte_cycles;
}

static void send(kws_machine *m, uint8_t byte)
{
    kws_uart *u = &m->uart;
    if (tx_room(m) == 0) {
        u->tx_lost++;
        return;
    }
    if (u->out_count == KWS_OUT_BYTES)
        kws_host_push_out(m);
    if (u->out_count == KWS_OUT_BYTES)
        return; /* halted while waiting */
    u->out[u->out_count++] = byte;
    u->tx_bytes++;
    u->tx_done = (u->tx_done > m->cycles ? u->tx_done : m->cycles) + u->byte_cycles;
}

static uint32_t receive(kws_machine *m)
{
    kws_uart *u = &m->uart;
    kws_uart_advance(m);
    if (u->fifo_count == 0)
        return 0;
    uint8_t byte = u->fifo[u->fifo_head];
    u->fifo_head = (u->fifo_head + 1u) % KWS_UART_RX_FIFO;
    u->fifo_count--;
    return KWS_UART_VALID | byte;
}

uint64_t kws_machine_uart_read(void *uc, uint64_t offset, unsigned bytes, void *user)
{
    kws_machine *m = user;
    (void)uc;
    (void)bytes;
    switch (offset) {
    case KWS_UART_DATA:
        return receive(m);
    case KWS_UART_STATUS:
        kws_uart_advance(m);
        return (uint64_t)m->uart.fifo_count << 16 | tx_room(m);
    case KWS_UART_BAUD:
        return m->uart.baud;
    case KWS_UART_LOST:
        return (uint32_t)m->uart.tx_lost;
    default:
        kws_machine_halt(m, KWS_STOP_REGISTER, KWS_UART_BASE + (uint32_t)offset);
        return 0;
    }
}

void kws_machine_uart_write(void *uc, uint64_t offset, unsigned bytes, uint64_t value, void *user)
{
    kws_machine *m = user;
    (void)uc;
    (void)bytes;
    if (offset == KWS_UART_DATA)
        send(m, (uint8_t)value);
    else if (offset == KWS_UART_BAUD)
        set_baud(m, (uint32_t)value);
    else
        kws_machine_halt(m, KWS_STOP_REGISTER, KWS_UART_BASE + (uint32_t)offset);
}

/* ---- microphone ------------------------------------------------------------------------------------------------- */

/* Cycle at which sample `index` (from 0) of the current start is complete. */
static uint64_t sample_time(const kws_machine *m, uint64_t index)
{
    uint64_t rate = m->mic.rate_hz;
    if (m->config.mic_rate_factor != 1.0)
        return m->mic.start + (uint64_t)((double)(index + 1u) * (double)m->config.clock_hz /
                                         ((double)rate * m->config.mic_rate_factor));
    return m->mic.start + ((index + 1u) * m->config.clock_hz + rate - 1u) / rate;
}

static void hold_to_real_time(kws_machine *m)
{
    kws_mic *mic = &m->mic;
    if (mic->paced)
        return;
    mic->paced = true;
    mic->anchor_cycles = m->cycles;
    mic->anchor_ns = kws_host_now_ns();
}

static int16_t next_audio(kws_machine *m)
{
    kws_mic *mic = &m->mic;
    if (mic->played < mic->queued)
        return mic->audio[mic->played++];
    hold_to_real_time(m);
    return 0;
}

void kws_mic_advance(kws_machine *m)
{
    kws_mic *mic = &m->mic;
    if (mic->rate_hz == 0)
        return;
    while (sample_time(m, mic->produced) <= m->cycles) {
        int16_t sample = next_audio(m);
        mic->produced++;
        mic->total_samples++;
        if (mic->fifo_count == KWS_MIC_FIFO) {
            mic->overruns++;
            mic->total_overruns++;
        } else {
            size_t place = (mic->fifo_head + mic->fifo_count++) % KWS_MIC_FIFO;
            mic->fifo[place] = sample;
            mic->lost_before[place] = mic->overruns;
        }
    }
}

uint64_t kws_mic_wake(const kws_machine *m)
{
    const kws_mic *mic = &m->mic;
    if (mic->fifo_count >= mic->mark)
        return m->cycles;
    if (mic->rate_hz == 0)
        return KWS_NEVER;
    return sample_time(m, mic->produced + mic->mark - mic->fifo_count - 1u);
}

/* A start clears everything; a stop also ends what was playing. */
static void set_rate(kws_machine *m, uint32_t rate_hz)
{
    kws_mic *mic = &m->mic;
    kws_mic_advance(m);
    if (rate_hz == 0 && mic->rate_hz != 0 && mic->played > 0)
        mic->played = mic->queued = 0;
    mic->rate_hz = rate_hz;
    mic->paced = false;
    if (rate_hz == 0)
        return;
    mic->start = m->cycles;
    mic->produced = 0;
    mic->overruns = 0;
    mic->fifo_count = 0;
    if (m->config.realtime)
        hold_to_real_time(m);
}

/* Samples waiting that follow each other without a loss. */
static size_t level_without_gap(const kws_mic *mic)
{
    size_t count = 0;
    while (count < mic->fifo_count &&
           mic->lost_before[(mic->fifo_head + count) % KWS_MIC_FIFO] == mic->lost_before[mic->fifo_head])
        count++;
    return count;
}

int kws_machine_play(kws_machine *m, const int16_t *samples, size_t count)
{
    kws_mic *mic = &m->mic;
    kws_mic_advance(m);
    if (mic->rate_hz == 0)
        mic->played = mic->queued = 0;
    size_t left = mic->queued - mic->played;
    if (left + count > mic->room) {
        int16_t *audio = malloc((left + count) * sizeof *audio);
        if (audio == NULL)
            return -1;
        if (left > 0)
            memcpy(audio, mic->audio + mic->played, left * sizeof *audio);
        free(mic->audio);
        mic->audio = audio;
        mic->room = left + count;
    } else if (left > 0) {
        memmove(mic->audio, mic->audio + mic->played, left * sizeof *mic->audio);
    }
    if (count > 0)
        memcpy(mic->audio + left, samples, count * sizeof *samples);
    mic->played = 0;
    mic->queued = left + count;
    if (!m->config.realtime)
        mic->paced = false;
    return 0;
}

uint64_t kws_machine_mic_read(void *uc, uint64_t offset, unsigned bytes, void *user)
{
    kws_machine *m = user;
    kws_mic *mic = &m->mic;
    int16_t sample = 0;
    (void)uc;
    (void)bytes;
    kws_mic_advance(m);
    switch (offset) {
    case KWS_MIC_RATE:
        return mic->rate_hz;
    case KWS_MIC_LEVEL:
        return level_without_gap(mic);
    case KWS_MIC_DATA:
        if (mic->fifo_count > 0) {
            sample = mic->fifo[mic->fifo_head];
            mic->fifo_head = (mic->fifo_head + 1u) % KWS_MIC_FIFO;
            mic->fifo_count--;
        }
        return (uint32_t)(int32_t)sample;
    case KWS_MIC_OVERRUNS:
        return mic->fifo_count > 0 ? mic->lost_before[mic->fifo_head] : mic->overruns;
    case KWS_MIC_MARK:
        return mic->mark;
    default:
        kws_machine_halt(m, KWS_STOP_REGISTER, KWS_MIC_BASE + (uint32_t)offset);
        return 0;
    }
}

void kws_machine_mic_write(void *uc, uint64_t offset, unsigned bytes, uint64_t value, void *user)
{
    kws_machine *m = user;
    (void)uc;
    (void)bytes;
    if (offset == KWS_MIC_RATE)
        set_rate(m, value > KWS_MIC_MAX_HZ ? KWS_MIC_MAX_HZ : (uint32_t)value);
    else if (offset == KWS_MIC_MARK)
        m->mic.mark = value < 1 ? 1 : value > KWS_MIC_FIFO ? KWS_MIC_FIFO : (uint32_t)value;
    else
        kws_machine_halt(m, KWS_STOP_REGISTER, KWS_MIC_BASE + (uint32_t)offset);
}
