/* A model of the nRF52840 around Unicorn's core, for tests: CLOCK, TIMER0 to 2, PPI, UARTE0, PDM, both GPIO ports, NVIC,
 * and of USBD as much as tells whether a board connects to the bus.
 *
 * It is ours, written from the SVD file and the product specification; no measurement of a chip went into it. Accesses
 * to addresses that the SVD file does not know stop it. Time is virtual: cycles of the blocks that ran, and those slept
 * through. Where the firmware's own header names a register its name is used here too; the header's numbers are checked
 * against the SVD file by another test.
 */
#define _POSIX_C_SOURCE 200809L
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nrf52840.h"
#include "usb_nrf52840_regs.h"

#define CLOCK_HZ 64000000u
#define PERIPHERALS 0x40000000u
#define PERIPHERAL_BYTES 0x70000u
#define GPIO 0x50000000u
#define GPIO_BYTES 0x1000u
#define RAM 0x20000000u
#define NEVER UINT64_MAX
#define EXCEPTION_RETURN 0x1FFFF001u /* an empty page: a handler returns to it, and Unicorn stops there */
#define POLL_CYCLES 64000u
#define FRAME_BYTES 32u /* that an exception puts on the stack */

typedef struct block {
    uint16_t cycles, bytes;
    uint8_t refill, entry;
    uint16_t most;
} block;

typedef struct config {
    void *uc;
    int (*uc_emu_start)(void *, uint64_t, uint64_t, uint64_t, size_t);
    int (*uc_emu_stop)(void *);
    int (*uc_reg_read)(void *, int, void *);
    int (*uc_reg_write)(void *, int, const void *);
    const int *registers; /* r0 to r12, sp, lr, pc, cpsr */
    uint8_t *ram;
    uint32_t ram_bytes;
    uint32_t flash_origin, flash_bytes;
    const uint8_t *flash;
    const uint8_t *known; /* a byte for each word of the peripherals, then of GPIO: 1 for one that the SVD file has */
    int pty_fd, stop_fd;
    int crystal;      /* whether the crystal oscillator starts */
    int cable;        /* whether one is in the USB socket */
    int power_pin;    /* of the microphone; -1: always on */
    void (*time_block)(uint32_t address, uint32_t bytes, block *);
} config;

enum { SP = 13, LR = 14, PC = 15, CPSR = 16, CORE_REGISTERS = 17 };

typedef struct timer {
    uint64_t begun, seen; /* cycle of count 0; ticks looked at so far */
    uint32_t count;       /* of a counter */
    bool runs;
} timer;

typedef struct machine {
    config config;
    uint64_t cycles, next, next_poll, slept;
    block *blocks, *last;
    uint32_t fallthrough;
    bool interrupts; /* the core was stopped for one */
    uint32_t words[PERIPHERAL_BYTES / 4u], gpio[GPIO_BYTES / 4u], inten[128];
    uint32_t enabled[8], vtor, cpacr, demcr, dwt;
    int serving; /* interrupt, or -1 */
    uint32_t saved[CORE_REGISTERS];
    timer timers[3];
    uint64_t crystal_at, usb_ready_at;
    /* UARTE0 */
    uint8_t cable[65536], out[65536];
    uint32_t cable_head, cable_count, out_count, rx_at, rx_end;
    uint64_t rx_next, tx_end;
    bool receives;
    uint32_t rx_lost;
    /* PDM */
    const int16_t *sound;
    uint32_t sound_samples, produced, pdm_at, pdm_end;
    uint64_t hold_from, hold_to; /* cycles since its start between which its interrupt is held back */
    uint64_t pdm_begun, pdm_stop_at, pdm_ended_at;
    uint32_t end_lag; /* cycles by which END of a buffer comes after STARTED of the next; nobody told us the order */
    bool samples;
    volatile uint64_t skip; /* cycles that pass while the core sleeps, without real time passing */
    uint32_t stop, detail; /* 1: order; 2: unknown register; 3: core; 4: DMA outside RAM; 5: no handler */
} machine;

static uint32_t *word(machine *m, uint32_t address)
{
    return address >= GPIO ? &m->gpio[(address - GPIO) / 4u] : &m->words[(address - PERIPHERALS) / 4u];
}

static uint32_t reg(machine *m, uint32_t address)
{
    return *word(m, address);
}

static void halt(machine *m, uint32_t stop, uint32_t detail)
{
    if (m->stop == 0) {
        m->stop = stop;
        m->detail = detail;
        m->config.uc_emu_stop(m->config.uc);
    }
}

static uint8_t *memory(machine *m, uint32_t address, uint32_t bytes)
{
    if (address < RAM || bytes > m->config.ram_bytes || address - RAM > m->config.ram_bytes - bytes) {
        halt(m, 4, address);
        return NULL;
    }
    return m->config.ram + (address - RAM);
}

/* ---- events, PPI, interrupts -------------------------------------------------------------------------------------- */

static void do_task(machine *m, uint32_t address);

static void fire(machine *m, uint32_t event)
{
    *word(m, event) = 1;
    for (uint32_t channel = 0; channel < 20u; channel++) {
        if ((reg(m, NRF_PPI_CHENSET) >> channel & 1u) && reg(m, NRF_PPI_CH_EEP + 8u * channel) == event) {
            do_task(m, reg(m, NRF_PPI_CH_TEP + 8u * channel));
        }
    }
}

/* Each peripheral of this chip has events from 0x100 on, one bit of INTEN for each, and its place as its interrupt. */
static bool line_is_up(machine *m, uint32_t number)
{
    const uint32_t base = PERIPHERALS + number * 0x1000u;
    const uint64_t since = m->cycles - m->pdm_begun;
    if (number == NRF_IRQ_PDM && since >= m->hold_from && since < m->hold_to) {
        return false;
    }
    for (uint32_t bit = 0; bit < 32u; bit++) {
        if ((m->inten[number] >> bit & 1u) && reg(m, base + 0x100u + 4u * bit) != 0) {
            return true;
        }
    }
    return false;
}

static int pending(machine *m)
{
    for (uint32_t number = 0; number < 48u; number++) {
        if ((m->enabled[number / 32u] >> number % 32u & 1u) && m->inten[number] != 0 && line_is_up(m, number)) {
            return (int)number;
        }
    }
    return -1;
}

/* ---- TIMER ---------------------------------------------------------------------------------------------------------- */

static uint32_t timer_base(uint32_t index)
{
    return NRF_TIMER0 + index * (NRF_TIMER1 - NRF_TIMER0);
}

static uint64_t tick_cycles(machine *m, uint32_t index)
{
    return 4u << reg(m, timer_base(index) + NRF_TIMER0_PRESCALER - NRF_TIMER0);
}

static bool counts_time(machine *m, uint32_t index)
{
    return m->timers[index].runs && reg(m, timer_base(index) + NRF_TIMER0_MODE - NRF_TIMER0) == NRF_TIMER_TIMER;
}

static void advance_timer(machine *m, uint32_t index)
{
    timer *t = &m->timers[index];
    if (!counts_time(m, index)) {
        return;
    }
    const uint64_t now = (m->cycles - t->begun) / tick_cycles(m, index);
    for (uint32_t i = 0; i < 6u; i++) {
        const uint32_t compare = reg(m, timer_base(index) + NRF_TIMER0_CC - NRF_TIMER0 + 4u * i);
        if ((uint64_t)(uint32_t)(compare - (uint32_t)t->seen - 1u) < now - t->seen) {
            fire(m, timer_base(index) + NRF_TIMER0_EVENTS_COMPARE - NRF_TIMER0 + 4u * i);
        }
    }
    t->seen = now;
}

static uint64_t next_of_timer(machine *m, uint32_t index)
{
    const timer *t = &m->timers[index];
    uint64_t next = NEVER;
    if (!counts_time(m, index)) {
        return next;
    }
    for (uint32_t i = 0; i < 6u; i++) {
        if (m->inten[8u + index] & NRF_TIMER_INT_COMPARE0 << i) {
            const uint32_t compare = reg(m, timer_base(index) + NRF_TIMER0_CC - NRF_TIMER0 + 4u * i);
            const uint64_t ticks = t->seen + 1u + (uint32_t)(compare - (uint32_t)t->seen - 1u);
            const uint64_t at = t->begun + ticks * tick_cycles(m, index);
            next = at < next ? at : next;
        }
    }
    return next;
}

static bool timer_task(machine *m, uint32_t address)
{
    if (address < NRF_TIMER0 || address >= NRF_TIMER0 + 0x3000u) {
        return false;
    }
    const uint32_t index = (address - NRF_TIMER0) >> 12, task = address - index * 0x1000u;
    timer *t = &m->timers[index];
    advance_timer(m, index);
    if (task == NRF_TIMER0_TASKS_START) {
        t->runs = true;
        t->begun = m->cycles - t->seen * tick_cycles(m, index);
    } else if (task == NRF_TIMER0_TASKS_STOP) {
        t->runs = false;
    } else if (task == NRF_TIMER0_TASKS_CLEAR) {
        t->begun = m->cycles;
        t->seen = 0;
        t->count = 0;
    } else if (task == NRF_TIMER0_TASKS_COUNT) {
        t->count += t->runs && !counts_time(m, index);
    } else if (task >= NRF_TIMER0_TASKS_CAPTURE && task < NRF_TIMER0_TASKS_CAPTURE + 24u) {
        const bool time = reg(m, timer_base(index) + NRF_TIMER0_MODE - NRF_TIMER0) == NRF_TIMER_TIMER;
        *word(m, address - NRF_TIMER0_TASKS_CAPTURE + NRF_TIMER0_CC) = time ? (uint32_t)t->seen : t->count;
    }
    return task < NRF_TIMER0 + 0x100u;
}

/* ---- UARTE0 --------------------------------------------------------------------------------------------------------- */

static uint64_t byte_cycles(machine *m)
{
    return (40ull << 32) / reg(m, NRF_UARTE0_BAUDRATE); /* 10 bits; the rate is 16 MHz times the register / 2^32 */
}

static void start_receiving(machine *m)
{
    m->rx_at = reg(m, NRF_UARTE0_RXD_PTR);
    m->rx_end = m->rx_at + reg(m, NRF_UARTE0_RXD_MAXCNT);
    m->receives = memory(m, m->rx_at, m->rx_end - m->rx_at) != NULL;
    fire(m, NRF_UARTE0_EVENTS_RXSTARTED);
}

static void advance_uart(machine *m)
{
    if (m->tx_end <= m->cycles) {
        m->tx_end = NEVER;
        fire(m, NRF_UARTE0_EVENTS_ENDTX);
    }
    while (m->cable_count > 0 && m->rx_next <= m->cycles && reg(m, NRF_UARTE0_ENABLE) == NRF_UARTE_ENABLED) {
        const uint8_t byte = m->cable[m->cable_head];
        m->cable_head = (m->cable_head + 1u) % sizeof m->cable;
        m->cable_count--;
        m->rx_next += byte_cycles(m);
        if (!m->receives) {
            m->rx_lost++;
            continue;
        }
        *memory(m, m->rx_at++, 1) = byte;
        fire(m, NRF_UARTE0_EVENTS_RXDRDY);
        if (m->rx_at == m->rx_end) {
            m->receives = false;
            if (reg(m, NRF_UARTE0_SHORTS) & NRF_UARTE_ENDRX_STARTRX) {
                start_receiving(m);
            }
        }
    }
}

static void start_sending(machine *m)
{
    const uint32_t count = reg(m, NRF_UARTE0_TXD_MAXCNT);
    const uint8_t *bytes = memory(m, reg(m, NRF_UARTE0_TXD_PTR), count);
    if (bytes == NULL || reg(m, NRF_UARTE0_ENABLE) != NRF_UARTE_ENABLED || m->tx_end != NEVER) {
        halt(m, 4, NRF_UARTE0_TASKS_STARTTX);
        return;
    }
    memcpy(m->out + m->out_count, bytes, count);
    m->out_count += count;
    m->tx_end = m->cycles + count * byte_cycles(m);
}

/* ---- PDM ------------------------------------------------------------------------------------------------------------ */

/* Cycles of one sample; the clock is 32 MHz by a whole number [PS, 6.15]. */
static uint64_t sample_cycles(machine *m)
{
    const uint64_t divider = 4294967296u / reg(m, NRF_PDM_PDMCLKCTRL);
    return 2u * divider * (reg(m, NRF_PDM_RATIO) == NRF_PDM_RATIO_80 ? 80u : 64u);
}

static bool microphone_has_power(machine *m)
{
    const int pin = m->config.power_pin;
    if (pin < 0) {
        return true;
    }
    const uint32_t port = pin < 32 ? 0u : NRF_P1_OUTSET - NRF_P0_OUTSET, number = (uint32_t)pin % 32u;
    const uint32_t wanted = NRF_PIN_OUTPUT | NRF_PIN_STRONG;
    return (reg(m, NRF_P0_OUTSET + port) >> number & 1u) &&
           (reg(m, (pin < 32 ? NRF_P0_PIN_CNF : NRF_P1_PIN_CNF) + 4u * number) & wanted) == wanted;
}

static void begin_buffer(machine *m)
{
    m->pdm_at = reg(m, NRF_PDM_SAMPLE_PTR);
    m->pdm_end = m->pdm_at + 2u * reg(m, NRF_PDM_SAMPLE_MAXCNT);
    m->samples = memory(m, m->pdm_at, m->pdm_end - m->pdm_at) != NULL;
    fire(m, NRF_PDM_EVENTS_STARTED);
}

static void advance_pdm(machine *m)
{
    while (m->samples && m->pdm_begun + (m->produced + 1u) * sample_cycles(m) <= m->cycles) {
        const bool heard = m->produced < m->sound_samples && microphone_has_power(m);
        const uint16_t sample = heard ? (uint16_t)m->sound[m->produced] : 0;
        uint8_t *to = memory(m, m->pdm_at, 2);
        to[0] = (uint8_t)sample;
        to[1] = (uint8_t)(sample >> 8);
        m->pdm_at += 2u;
        m->produced++;
        if (m->pdm_at == m->pdm_end) {
            if (m->end_lag == 0) {
                fire(m, NRF_PDM_EVENTS_END);
            } else {
                m->pdm_ended_at = m->cycles + m->end_lag;
            }
            begin_buffer(m);
        }
    }
    if (m->pdm_ended_at <= m->cycles) {
        m->pdm_ended_at = NEVER;
        fire(m, NRF_PDM_EVENTS_END);
    }
    if (m->pdm_stop_at <= m->cycles) {
        m->pdm_stop_at = NEVER;
        m->samples = false;
        fire(m, NRF_PDM_EVENTS_STOPPED);
    }
}

/* ---- all devices ---------------------------------------------------------------------------------------------------- */

static void do_task(machine *m, uint32_t address)
{
    if (timer_task(m, address)) {
        return;
    }
    if (address == NRF_CLOCK_TASKS_HFCLKSTART && m->config.crystal) {
        m->crystal_at = m->cycles + CLOCK_HZ / 2500u;
    } else if (address == NRF_UARTE0_TASKS_STARTRX) {
        start_receiving(m);
    } else if (address == NRF_UARTE0_TASKS_STARTTX) {
        start_sending(m);
    } else if (address == NRF_PDM_TASKS_START && reg(m, NRF_PDM_ENABLE) == NRF_PDM_ENABLED) {
        m->pdm_begun = m->cycles;
        m->produced = 0;
        begin_buffer(m);
    } else if (address == NRF_PDM_TASKS_STOP) {
        m->pdm_stop_at = m->cycles + sample_cycles(m);
    }
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void advance(machine *m)
{
    if (m->crystal_at <= m->cycles) {
        m->crystal_at = NEVER;
        fire(m, NRF_CLOCK_EVENTS_HFCLKSTARTED);
    }
    if (m->usb_ready_at <= m->cycles) {
        m->usb_ready_at = NEVER;
        *word(m, NRF_USBD_EVENTCAUSE) |= NRF_USBD_CAUSE_READY;
        fire(m, NRF_USBD_EVENTS_USBEVENT);
    }
    for (uint32_t index = 0; index < 3u; index++) {
        advance_timer(m, index);
    }
    advance_uart(m);
    advance_pdm(m);
}

static uint64_t next_happening(machine *m)
{
    uint64_t next = least(least(m->crystal_at, m->tx_end), least(m->pdm_stop_at, m->pdm_ended_at));
    next = least(least(next, m->usb_ready_at), next_of_timer(m, 0));
    next = m->cable_count > 0 ? least(next, m->rx_next) : next;
    if (m->samples && m->pdm_begun + m->hold_to > m->cycles) {
        next = least(next, m->pdm_begun + m->hold_to);
    }
    return m->samples ? least(next, m->pdm_begun + (m->produced + 1u) * sample_cycles(m)) : next;
}

/* ---- the host --------------------------------------------------------------------------------------------------------- */

static void exchange(machine *m, int timeout_ms)
{
    struct pollfd fds[2] = {{m->config.pty_fd, POLLIN, 0}, {m->config.stop_fd, POLLIN, 0}};
    if (m->out_count > 0) {
        fds[0].events |= POLLOUT;
    }
    if (poll(fds, 2, timeout_ms) <= 0) {
        return;
    }
    if (fds[1].revents != 0) {
        halt(m, 1, 0);
    }
    if ((fds[0].revents & POLLIN) && m->cable_count <= sizeof m->cable / 2u) {
        uint8_t bytes[4096];
        const ssize_t got = read(m->config.pty_fd, bytes, sizeof bytes);
        if (got > 0 && m->cable_count == 0) {
            m->rx_next = m->cycles + byte_cycles(m);
        }
        for (ssize_t i = 0; i < got; i++) {
            m->cable[(m->cable_head + m->cable_count++) % sizeof m->cable] = bytes[i];
        }
    }
    if (fds[0].revents & POLLOUT) {
        const ssize_t put = write(m->config.pty_fd, m->out, m->out_count);
        if (put > 0) {
            m->out_count -= (uint32_t)put;
            memmove(m->out, m->out + put, m->out_count);
        }
    }
}

static void look_around(machine *m)
{
    advance(m);
    if (m->cycles >= m->next_poll) {
        exchange(m, 0);
        m->next_poll = m->cycles + POLL_CYCLES;
    }
    while (m->out_count > sizeof m->out / 2u && m->stop == 0) {
        exchange(m, 100); /* time stands still until the host has taken what was sent */
    }
    m->next = least(next_happening(m), m->next_poll);
}

/* ---- registers -------------------------------------------------------------------------------------------------------- */

static bool known(machine *m, uint32_t address)
{
    const uint32_t place = address >= GPIO ? PERIPHERAL_BYTES / 4u + (address - GPIO) / 4u : (address - PERIPHERALS) / 4u;
    if (!m->config.known[place]) {
        halt(m, 2, address);
    }
    return m->config.known[place] != 0;
}

static uint64_t read_at(machine *m, uint32_t address)
{
    advance(m);
    return known(m, address) ? reg(m, address) : 0;
}

static void write_at(machine *m, uint32_t address, uint32_t value)
{
    const uint32_t number = (address - PERIPHERALS) >> 12, offset = address & 0xFFFu;
    if (!known(m, address)) {
        return;
    }
    advance(m);
    if (address >= GPIO) {
        const bool set = address == NRF_P0_OUTSET || address == NRF_P1_OUTSET;
        const bool clear = address == NRF_P0_OUTCLR || address == NRF_P1_OUTCLR;
        if (set || clear) { /* both read as what is out */
            uint32_t *out = word(m, clear ? address - 4u : address);
            *out = clear ? *out & ~value : *out | value;
        } else {
            *word(m, address) = value;
        }
    } else if (address == NRF_PPI_CHENSET || address == NRF_PPI_CHENCLR) {
        uint32_t *on = word(m, NRF_PPI_CHENSET);
        *on = address == NRF_PPI_CHENSET ? *on | value : *on & ~value;
    } else if (offset < 0x100u) {
        if (value & 1u) {
            do_task(m, address);
        }
    } else if (offset == 0x304u) {
        m->inten[number] |= value;
    } else if (offset == 0x308u) {
        m->inten[number] &= ~value;
    } else if (address == NRF_USBD_EVENTCAUSE) {
        *word(m, address) &= ~value;
    } else {
        *word(m, address) = value;
        if (address == NRF_PDM_ENABLE && value == 0) {
            m->samples = false;
        }
        if (address == NRF_USBD_ENABLE) {
            m->usb_ready_at = value != 0 ? m->cycles + CLOCK_HZ / 1000u : NEVER;
        }
    }
    m->next = m->cycles; /* something may happen at once */
}

uint64_t nrf_peripheral_read(void *uc, uint64_t offset, unsigned bytes, void *user)
{
    (void)uc;
    (void)bytes;
    return read_at(user, PERIPHERALS + (uint32_t)offset);
}

void nrf_peripheral_write(void *uc, uint64_t offset, unsigned bytes, uint64_t value, void *user)
{
    (void)uc;
    (void)bytes;
    write_at(user, PERIPHERALS + (uint32_t)offset, (uint32_t)value);
}

uint64_t nrf_gpio_read(void *uc, uint64_t offset, unsigned bytes, void *user)
{
    (void)uc;
    (void)bytes;
    return read_at(user, GPIO + (uint32_t)offset);
}

void nrf_gpio_write(void *uc, uint64_t offset, unsigned bytes, uint64_t value, void *user)
{
    (void)uc;
    (void)bytes;
    write_at(user, GPIO + (uint32_t)offset, (uint32_t)value);
}

/* The core's own registers, 0xE0000000 on: DWT and the System Control Space. */
uint64_t nrf_core_read(void *uc, uint64_t offset, unsigned bytes, void *user)
{
    machine *m = user;
    (void)uc;
    (void)bytes;
    switch (offset) {
    case 0x1004u:
        return (uint32_t)m->cycles;
    case 0x1000u:
        return m->dwt;
    case 0xED88u:
        return m->cpacr;
    case 0xEDFCu:
        return m->demcr;
    default:
        halt(m, 2, 0xE0000000u + (uint32_t)offset);
        return 0;
    }
}

void nrf_core_write(void *uc, uint64_t offset, unsigned bytes, uint64_t value, void *user)
{
    machine *m = user;
    (void)uc;
    (void)bytes;
    if (offset >= 0xE100u && offset < 0xE120u) {
        m->enabled[(offset - 0xE100u) / 4u] |= (uint32_t)value;
    } else if (offset >= 0xE180u && offset < 0xE1A0u) {
        m->enabled[(offset - 0xE180u) / 4u] &= ~(uint32_t)value;
    } else if (offset == 0xED08u) {
        m->vtor = (uint32_t)value;
    } else if (offset == 0xED88u) {
        m->cpacr = (uint32_t)value;
    } else if (offset == 0xEDFCu) {
        m->demcr = (uint32_t)value;
    } else if (offset == 0x1000u) {
        m->dwt = (uint32_t)value;
    } else if (offset != 0x1004u && !(offset >= 0xE280u && offset < 0xE2A0u)) {
        halt(m, 2, 0xE0000000u + (uint32_t)offset);
    }
}

/* ---- the core ---------------------------------------------------------------------------------------------------------- */

static uint32_t core_read(machine *m, int index)
{
    uint32_t value = 0;
    m->config.uc_reg_read(m->config.uc, m->config.registers[index], &value);
    return value;
}

static void core_write(machine *m, int index, uint32_t value)
{
    m->config.uc_reg_write(m->config.uc, m->config.registers[index], &value);
}

static bool masked(machine *m)
{
    return m->serving >= 0 || (core_read(m, CPSR) & 0x80u) != 0;
}

void nrf_on_block(void *uc, uint64_t address, uint32_t bytes, void *user)
{
    machine *m = user;
    const uint32_t at = (uint32_t)address;
    (void)uc;
    if (m->cycles >= m->next) {
        look_around(m);
        if (pending(m) >= 0 && !masked(m)) {
            m->interrupts = true;
            m->config.uc_emu_stop(m->config.uc);
            return;
        }
    }
    block *b = &m->blocks[(at - m->config.flash_origin) / 2u];
    if (b->bytes != bytes) {
        m->config.time_block(at, bytes, b);
    }
    if (at != m->fallthrough && m->last != NULL && m->last->refill != 0) {
        const uint32_t refill = (uint32_t)m->last->refill + b->entry;
        m->cycles += refill < m->last->most ? refill : m->last->most;
    }
    m->cycles += b->cycles;
    m->last = b;
    m->fallthrough = at + b->bytes;
}

static void enter_handler(machine *m, int number)
{
    for (int i = 0; i < CORE_REGISTERS; i++) {
        m->saved[i] = core_read(m, i);
    }
    const uint32_t sp = m->saved[SP] - FRAME_BYTES;
    uint32_t handler = 0;
    memcpy(&handler, m->config.flash + (m->vtor - m->config.flash_origin) + 4u * (16u + (uint32_t)number), 4);
    if (handler == 0) {
        halt(m, 5, (uint32_t)number);
        return;
    }
    uint8_t *frame = memory(m, sp, FRAME_BYTES);
    if (frame != NULL) {
        memset(frame, 0x5A, FRAME_BYTES);
    }
    core_write(m, SP, sp);
    core_write(m, LR, EXCEPTION_RETURN);
    core_write(m, PC, handler);
    m->serving = number;
    m->cycles += 12u;
}

static void leave_handler(machine *m)
{
    for (int i = 0; i < CORE_REGISTERS; i++) {
        core_write(m, i, i == PC ? m->saved[i] | 1u : m->saved[i]);
    }
    m->serving = -1;
    m->cycles += 12u;
    m->last = NULL;
    m->next = m->cycles;
}

/* WFI: until an enabled interrupt is pending, masked or not. */
static void sleep_until_pending(machine *m)
{
    for (;;) {
        look_around(m);
        if (m->stop != 0 || pending(m) >= 0) {
            return;
        }
        const uint64_t next = next_happening(m);
        if (next == NEVER) {
            exchange(m, 100);
            continue;
        }
        if (m->skip > 0) {
            const uint64_t step = least(m->skip, next > m->cycles ? next - m->cycles : 0);
            m->skip -= step;
            m->slept += step;
            m->cycles += step;
            continue;
        }
        const uint64_t away_ms = (next - m->cycles) / (CLOCK_HZ / 1000u);
        if (away_ms > 0 && !m->samples && m->cable_count == 0 && m->tx_end == NEVER) {
            exchange(m, (int)(away_ms < 100u ? away_ms : 100u)); /* a board that only waits does so in real time */
            if (m->cable_count != 0) {
                continue;
            }
            const uint64_t step = m->cycles + least(away_ms, 100u) * (CLOCK_HZ / 1000u);
            m->slept += step - m->cycles;
            m->cycles = step;
            continue;
        }
        m->slept += next > m->cycles ? next - m->cycles : 0;
        m->cycles = next > m->cycles ? next : m->cycles;
    }
}

uint32_t nrf_run(machine *m)
{
    uint32_t words[2];
    memcpy(words, m->config.flash, sizeof words);
    core_write(m, CPSR, 0x3Fu); /* privileged, Thumb, interrupts on: what an application gets from a boot loader */
    core_write(m, SP, words[0]);
    uint32_t pc = words[1];
    while (m->stop == 0) {
        const int error = m->config.uc_emu_start(m->config.uc, pc | 1u, EXCEPTION_RETURN & ~1u, 0, 0);
        if (error != 0) {
            halt(m, 3, (uint32_t)error);
        }
        pc = core_read(m, PC);
        if (m->stop != 0) {
            break;
        }
        if (m->serving >= 0 && (pc & ~1u) == (EXCEPTION_RETURN & ~1u)) {
            leave_handler(m);
        } else if (!m->interrupts) {
            sleep_until_pending(m);
        }
        m->interrupts = false;
        if (m->stop == 0 && pending(m) >= 0 && !masked(m)) {
            enter_handler(m, pending(m));
        }
        pc = core_read(m, PC);
    }
    return m->stop;
}

machine *nrf_new(const config *given)
{
    machine *m = calloc(1, sizeof *m);
    m->config = *given;
    m->blocks = calloc(given->flash_bytes / 2u, sizeof *m->blocks);
    memset(m->enabled, 0xFF, sizeof m->enabled); /* a boot loader that leaves everything on */
    *word(m, NRF_CLOCK_EVENTS_HFCLKSTARTED) = 1;
    m->serving = -1;
    *word(m, NRF_POWER_USBREGSTATUS) = given->cable ? NRF_POWER_VBUS | NRF_POWER_READY : 0;
    m->crystal_at = m->usb_ready_at = m->tx_end = m->pdm_stop_at = m->pdm_ended_at = NEVER;
    *word(m, NRF_PDM_PDMCLKCTRL) = 0x08400000u;
    *word(m, NRF_UARTE0_BAUDRATE) = 0x04000000u;
    return m;
}

void nrf_free(machine *m)
{
    free(m->blocks);
    free(m);
}

void nrf_play(machine *m, const int16_t *sound, uint32_t samples)
{
    m->sound = sound;
    m->sound_samples = samples;
}

void nrf_hold(machine *m, uint64_t from, uint64_t to)
{
    m->hold_from = from;
    m->hold_to = to;
}

void nrf_end_lag(machine *m, uint32_t cycles)
{
    m->end_lag = cycles;
}

void nrf_skip(machine *m, uint32_t ms)
{
    m->skip = (uint64_t)ms * (CLOCK_HZ / 1000u);
}

uint64_t nrf_skip_left(const machine *m)
{
    return m->skip;
}

uint32_t nrf_look(machine *m, uint32_t address)
{
    return reg(m, address);
}

void nrf_report(const machine *m, uint64_t numbers[6])
{
    numbers[0] = m->cycles;
    numbers[1] = m->slept;
    numbers[2] = m->stop;
    numbers[3] = m->detail;
    numbers[4] = m->rx_lost;
    numbers[5] = m->cpacr;
}
