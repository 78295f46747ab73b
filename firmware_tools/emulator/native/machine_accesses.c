/* Loads and stores whose cost depends on their address: constants in flash, and addresses that are not aligned.
 *
 * An instruction hook works the address out from registers. Unicorn's hooks on memory would give it, but leave the
 * state of an IT block behind: after a hooked load in one, the next block runs as if it were inside it.
 */
#include <stdlib.h>

#include "kws_machine_internal.h"

#define PC 15u
#define SP 13u
#define LR 14u

kws_access *kws_machine_accesses(kws_machine *m)
{
    if (m->accesses == NULL)
        m->accesses = calloc(m->config.flash_bytes / 2u, sizeof *m->accesses);
    m->line = UINT32_MAX;
    return m->accesses;
}

static uint32_t value_of(const kws_machine *m, unsigned number, uint32_t address)
{
    uint32_t value = 0;
    if (number == PC)
        return address + 4u;
    int id = number == SP ? m->config.reg_sp : number == LR ? m->config.reg_lr : m->config.reg_r0 + (int)number;
    m->config.uc_reg_read(m->config.uc, id, &value);
    return value;
}

/* Whether a condition holds (ARMv7-M ARM, A7.3). */
static bool holds(const kws_machine *m, unsigned condition)
{
    uint32_t flags = 0;
    if (condition >= 14u)
        return true;
    m->config.uc_reg_read(m->config.uc, m->config.reg_cpsr, &flags);
    const bool n = flags >> 31 & 1u, z = flags >> 30 & 1u, c = flags >> 29 & 1u, v = flags >> 28 & 1u;
    const bool pairs[7] = {z, c, n, v, c && !z, n == v, !z && n == v};
    return pairs[condition >> 1] != (condition & 1u);
}

/* Cycles that the core waits for a read of flash. */
static uint32_t flash_wait(kws_machine *m, uint32_t address, uint32_t bytes, uint32_t count)
{
    uint32_t waits = 0;
    for (uint32_t i = 0; i < count; i++, address += bytes) {
        m->flash_reads++;
        if (m->config.line_bytes != 0 && address / m->config.line_bytes == m->line)
            continue;
        m->line = m->config.line_bytes != 0 ? address / m->config.line_bytes : UINT32_MAX;
        waits += m->config.wait_states;
    }
    return waits;
}

void kws_machine_on_access(void *uc, uint64_t at, uint32_t length, void *user)
{
    kws_machine *m = user;
    const uint32_t place = ((uint32_t)at - m->config.flash_origin) >> 1;
    (void)uc;
    (void)length;
    if (m->accesses == NULL || place >= m->config.flash_bytes / 2u || m->accesses[place].bytes == 0)
        return;
    const kws_access *access = &m->accesses[place];
    if (!holds(m, access->condition & 15u))
        return;
    uint32_t address = value_of(m, access->base, (uint32_t)at) + (uint32_t)(int32_t)access->offset, cost = 0;
    if (access->index != KWS_NO_REGISTER)
        address += value_of(m, access->index, (uint32_t)at) << access->shift;
    const uint32_t over = address & (access->bytes - 1u);
    if (over != 0) {
        m->unaligned++;
        if (m->config.charge_unaligned)
            cost += (over & 1u) && access->bytes == 4u ? 2u : 1u; /* byte, halfword and byte; otherwise two halves */
    }
    if ((access->condition & KWS_ACCESS_LOADS) && address - m->config.flash_origin < m->config.flash_bytes)
        cost += flash_wait(m, address, access->bytes, access->count);
    m->cycles += cost;
    if (m->last != NULL)
        m->last->spent += cost;
}
