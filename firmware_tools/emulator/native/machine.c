/* The core's side of the machine: running, counting cycles, sleeping, system registers. */
#include <stdlib.h>
#include <string.h>

#include "kws_machine_internal.h"

#define POLL_CYCLES 64000u       /* look at the host at least this often: 1 ms at 64 MHz */
#define SLEEP_POLL_CYCLES 16000u /* and this often while sleeping a lot */
#define MARGIN_NS 2000000u       /* real time may lag by this much before the machine waits for it */
#define LAG_NS 100000000u        /* by more than this it is not made up for: the host was busy elsewhere */
#define LONG_WAIT_NS 500000000u

kws_machine *kws_machine_new(const kws_machine_config *config)
{
    kws_machine *m = calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    m->config = *config;
    m->blocks = calloc(config->flash_bytes / 2u, sizeof *m->blocks);
    if (m->blocks == NULL) {
        free(m);
        return NULL;
    }
    kws_machine_reset(m);
    return m;
}

void kws_machine_free(kws_machine *m)
{
    if (m == NULL)
        return;
    free(m->blocks);
    free(m->accesses);
    free(m->mic.audio);
    free(m);
}

void kws_machine_reset(kws_machine *m)
{
    m->wake = 0;
    m->reset_at = m->cycles;
    m->alarm = KWS_NEVER;
    m->stop = KWS_STOP_NONE;
    m->cpacr = m->demcr = m->dwt_ctrl = 0;
    m->cyccnt_base = 0;
    m->uart.baud = 0;
    m->uart.byte_cycles = 0;
    m->uart.fifo_count = 0;
    m->mic.rate_hz = 0;
    m->mic.mark = 1;
    m->mic.fifo_count = 0;
    m->mic.paced = false;
}

void kws_machine_halt(kws_machine *m, kws_stop stop, uint32_t detail)
{
    if (m->stop != KWS_STOP_NONE)
        return;
    m->stop = (uint32_t)stop;
    m->detail = detail;
    m->config.uc_emu_stop(m->config.uc);
}

const kws_block *kws_machine_blocks(const kws_machine *m)
{
    return m->blocks;
}

void kws_machine_read_report(const kws_machine *m, kws_machine_report *report)
{
    report->cycles = m->cycles;
    report->slept_cycles = m->slept_cycles;
    report->blocks = m->blocks_run;
    report->rx_bytes = m->uart.rx_bytes;
    report->tx_bytes = m->uart.tx_bytes;
    report->tx_lost = m->uart.tx_lost;
    report->mic_samples = m->mic.total_samples;
    report->mic_overruns = m->mic.total_overruns;
    report->audio_waiting = m->mic.queued - m->mic.played;
    report->mic_rate_hz = m->mic.rate_hz;
    report->baud = m->uart.baud;
    report->last_block = m->last_block;
    report->stop = m->stop;
    report->detail = m->detail;
    report->bad_address = m->bad_address;
    report->bad_access = m->bad_access;
    report->unaligned = m->unaligned;
    report->flash_reads = m->flash_reads;
}

/* ---- cycles --------------------------------------------------------------------------------------------------- */

void kws_machine_on_block(void *uc, uint64_t address, uint32_t bytes, void *user)
{
    kws_machine *m = user;
    uint32_t at = (uint32_t)address;
    uint32_t place = (at - m->config.flash_origin) >> 1;
    (void)uc;
    if (place >= m->config.flash_bytes / 2u)
        return; /* the fetch itself fails: memory outside flash is not executable */
    kws_block *block = &m->blocks[place];
    if (block->bytes == 0 || block->bytes != bytes)
        m->config.time_block(at, bytes, block);
    if (at != m->fallthrough && m->last != NULL && m->last->refill != 0) {
        uint32_t refill = (uint32_t)m->last->refill + block->entry;
        if (refill > m->last->most)
            refill = m->last->most;
        m->cycles += refill;
        m->last->spent += refill;
    }
    m->cycles += block->cycles;
    block->spent += block->cycles;
    m->last = block;
    m->fallthrough = at + block->bytes;
    m->last_block = at;
    m->blocks_run++;
    if (m->cycles >= m->next_poll)
        kws_host_poll(m);
}

bool kws_machine_on_bad_access(void *uc, int type, uint64_t address, int bytes, int64_t value, void *user)
{
    kws_machine *m = user;
    (void)uc;
    (void)bytes;
    (void)value;
    m->bad_access = (uint32_t)type;
    m->bad_address = (uint32_t)address;
    return false;
}

/* Base register of the instruction at `address` if it is one that needs a word-aligned address (LDM, STM, LDRD, STRD
 * and the float unit's loads and stores; ARMv7-M ARM, A3.2.1), otherwise -1. Their offsets are multiples of 4. */
static int aligned_base(const kws_machine *m, uint32_t address)
{
    uint32_t place = address - m->config.flash_origin;
    if (place + 2u > m->config.flash_bytes)
        return -1;
    uint32_t first = (uint32_t)m->config.flash[place] | (uint32_t)m->config.flash[place + 1u] << 8;
    if ((first & 0xF000u) == 0xC000u)
        return (int)(first >> 8 & 7u);
    bool table_or_exclusive = (first & 0xFF60u) == 0xE840u && (first & 0x0080u) != 0; /* TBB, LDREXB and the like */
    bool transfer = (first & 0xEE00u) == 0xEC00u && (first & 0x01E0u) != 0x0040u;     /* not VMOV of two registers */
    if (((first & 0xFE00u) == 0xE800u && !table_or_exclusive) || transfer)
        return (int)(first & 15u);
    return -1;
}

void kws_machine_on_instruction(void *uc, uint64_t address, uint32_t bytes, void *user)
{
    kws_machine *m = user;
    uint32_t value = 0;
    (void)bytes;
    int base = aligned_base(m, (uint32_t)address);
    if (base < 0 || base > 12) /* the stack pointer's lowest bits are always 0; literals lie aligned */
        return;
    m->config.uc_reg_read(uc, m->config.reg_r0 + base, &value);
    if (value & 3u)
        kws_machine_halt(m, KWS_STOP_ALIGNMENT, value);
}

/* ---- sleeping ------------------------------------------------------------------------------------------------- */

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t next_wake(const kws_machine *m)
{
    uint64_t next = KWS_NEVER;
    if (m->wake & KWS_WAKE_RX)
        next = min_u64(next, kws_uart_rx_wake(m));
    if (m->wake & KWS_WAKE_TX)
        next = min_u64(next, kws_uart_tx_wake(m));
    if (m->wake & KWS_WAKE_MIC)
        next = min_u64(next, kws_mic_wake(m));
    if (m->wake & KWS_WAKE_ALARM)
        next = min_u64(next, m->alarm);
    return next;
}

/* The same for an alarm while nothing plays: its delay passes in real time, or an idle board would spin. */
static uint64_t ahead_of_alarm_ns(const kws_machine *m)
{
    double delay_ns = (double)(m->alarm - m->alarm_set) * 1e9 / (double)m->config.clock_hz;
    double passed_ns = (double)(kws_host_now_ns() - m->alarm_set_ns);
    return delay_ns > passed_ns ? (uint64_t)(delay_ns - passed_ns) : 0;
}

/* Real time still to pass before virtual time may reach `next`, in ns; 0 when it need not wait. */
static uint64_t ahead_ns(kws_machine *m, uint64_t next)
{
    if (next == m->alarm && m->mic.rate_hz == 0)
        return ahead_of_alarm_ns(m);
    if (!m->mic.paced || m->mic.rate_hz == 0)
        return 0;
    double virtual_ns = (double)(next - m->mic.anchor_cycles) * 1e9 / (double)m->config.clock_hz;
    double real_ns = (double)(kws_host_now_ns() - m->mic.anchor_ns);
    double ahead = virtual_ns - real_ns;
    if (ahead < -(double)LAG_NS) {
        m->mic.anchor_cycles = m->cycles;
        m->mic.anchor_ns = kws_host_now_ns();
    }
    return ahead > (double)MARGIN_NS ? (uint64_t)ahead : 0;
}

/* WFI: time jumps to the next thing that happens; the host is waited for only when nothing is going to. */
static void sleep_until_woken(kws_machine *m)
{
    if (m->cycles + POLL_CYCLES >= m->next_poll + SLEEP_POLL_CYCLES || m->uart.out_count >= KWS_OUT_BYTES / 2u)
        kws_host_poll(m);
    while (m->stop == KWS_STOP_NONE) {
        kws_uart_advance(m);
        kws_mic_advance(m);
        uint64_t next = next_wake(m);
        if (next <= m->cycles)
            return;
        if (next == KWS_NEVER) {
            kws_host_wait(m, LONG_WAIT_NS);
            continue;
        }
        uint64_t wait_ns = ahead_ns(m, next);
        if (wait_ns > 0) {
            kws_host_wait(m, wait_ns);
            continue;
        }
        m->slept_cycles += next - m->cycles;
        m->cycles = next;
        if (m->cycles >= m->next_poll)
            kws_host_poll(m);
    }
}

int kws_machine_run(kws_machine *m, uint32_t entry)
{
    uint32_t pc = entry & ~1u;
    m->fallthrough = pc;
    m->last = NULL;
    for (;;) {
        int err = m->config.uc_emu_start(m->config.uc, pc | 1u, 0xFFFFFFFFu, 0, 0);
        if (err != 0)
            kws_machine_halt(m, KWS_STOP_CORE, (uint32_t)err);
        if (m->stop != KWS_STOP_NONE)
            return (int)m->stop;
        m->config.uc_reg_read(m->config.uc, m->config.reg_pc, &pc);
        sleep_until_woken(m); /* the one instruction that ends a run without an error is WFI */
        if (m->stop != KWS_STOP_NONE)
            return (int)m->stop;
    }
}

/* ---- system registers ------------------------------------------------------------------------------------------ */

static uint64_t time_us(const kws_machine *m)
{
    uint64_t cycles = m->cycles - m->reset_at, hz = m->config.clock_hz;
    return cycles / hz * 1000000u + cycles % hz * 1000000u / hz;
}

static void set_alarm(kws_machine *m, uint32_t delay_us)
{
    m->alarm = delay_us == 0 ? KWS_NEVER : m->cycles + ((uint64_t)delay_us * m->config.clock_hz + 999999u) / 1000000u;
    m->alarm_set = m->cycles;
    m->alarm_set_ns = kws_host_now_ns();
}

uint64_t kws_machine_system_read(void *uc, uint64_t offset, unsigned bytes, void *user)
{
    kws_machine *m = user;
    (void)uc;
    (void)bytes;
    switch (offset) {
    case KWS_SYS_WAKE:
        return m->wake;
    case KWS_SYS_TIME_LOW:
        m->time_read = time_us(m);
        return (uint32_t)m->time_read;
    case KWS_SYS_TIME_HIGH:
        return m->time_read >> 32;
    case KWS_SYS_TRAITS:
        return m->config.realtime ? 0 : 1;
    default:
        kws_machine_halt(m, KWS_STOP_REGISTER, KWS_SYS_BASE + (uint32_t)offset);
        return 0;
    }
}

void kws_machine_system_write(void *uc, uint64_t offset, unsigned bytes, uint64_t value, void *user)
{
    kws_machine *m = user;
    (void)uc;
    (void)bytes;
    if (offset == KWS_SYS_WAKE)
        m->wake = (uint32_t)value;
    else if (offset == KWS_SYS_FAULT)
        kws_machine_halt(m, KWS_STOP_FAULT, (uint32_t)value);
    else if (offset == KWS_SYS_LOG)
        m->config.on_log((uint32_t)value);
    else if (offset == KWS_SYS_ALARM)
        set_alarm(m, (uint32_t)value);
    else
        kws_machine_halt(m, KWS_STOP_REGISTER, KWS_SYS_BASE + (uint32_t)offset);
}

static bool counting(const kws_machine *m)
{
    return (m->demcr & KWS_DEMCR_TRCENA) && (m->dwt_ctrl & KWS_DWT_CTRL_CYCCNTENA);
}

/* While it counts, CYCCNT is cycles - base; while it does not, base holds its value. */
static uint32_t cyccnt(const kws_machine *m)
{
    return counting(m) ? (uint32_t)m->cycles - m->cyccnt_base : m->cyccnt_base;
}

static void set_cyccnt(kws_machine *m, uint32_t value)
{
    m->cyccnt_base = counting(m) ? (uint32_t)m->cycles - value : value;
}

uint64_t kws_machine_dwt_read(void *uc, uint64_t offset, unsigned bytes, void *user)
{
    kws_machine *m = user;
    (void)uc;
    (void)bytes;
    if (offset == KWS_DWT_CYCCNT)
        return cyccnt(m);
    return offset == KWS_DWT_CTRL ? m->dwt_ctrl : 0;
}

void kws_machine_dwt_write(void *uc, uint64_t offset, unsigned bytes, uint64_t value, void *user)
{
    kws_machine *m = user;
    uint32_t count = cyccnt(m);
    (void)uc;
    (void)bytes;
    if (offset == KWS_DWT_CYCCNT)
        count = (uint32_t)value;
    else if (offset == KWS_DWT_CTRL)
        m->dwt_ctrl = (uint32_t)value;
    set_cyccnt(m, count);
}

uint64_t kws_machine_scs_read(void *uc, uint64_t offset, unsigned bytes, void *user)
{
    kws_machine *m = user;
    (void)uc;
    (void)bytes;
    switch (offset) {
    case KWS_SCS_CPUID:
        return m->config.cpuid;
    case KWS_SCS_CPACR:
        return m->cpacr;
    case KWS_SCS_DEMCR:
        return m->demcr;
    default:
        return 0;
    }
}

void kws_machine_scs_write(void *uc, uint64_t offset, unsigned bytes, uint64_t value, void *user)
{
    kws_machine *m = user;
    (void)uc;
    (void)bytes;
    if (offset == KWS_SCS_CPACR) {
        m->cpacr = (uint32_t)value;
    } else if (offset == KWS_SCS_DEMCR) {
        uint32_t count = cyccnt(m);
        m->demcr = (uint32_t)value;
        set_cyccnt(m, count);
    } else if (offset == KWS_SCS_AIRCR && value == (KWS_AIRCR_KEY | KWS_AIRCR_SYSRESETREQ)) {
        kws_machine_halt(m, KWS_STOP_RESET, 0);
    }
}
