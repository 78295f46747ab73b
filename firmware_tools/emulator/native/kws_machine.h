/* The emulated board around Unicorn's core: cycle counter, UART on a pseudo-terminal, microphone, system registers.
 *
 * Runs on the host. Unicorn comes in as a table of its functions, so that this library links with nothing. Time is
 * virtual: the sum of the cycles of the basic blocks that ran, and of those slept through. Devices are brought up to
 * date when they are looked at. A machine belongs to one thread.
 */
#ifndef KWS_MACHINE_H
#define KWS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Cycles of one basic block, by ARM's timing tables (cycles.py). bytes is 0 while it is unknown. */
typedef struct kws_block {
    uint16_t cycles;
    uint16_t bytes;
    uint8_t refill;  /* pipeline refill when control leaves it other than by falling through; 0: no branch */
    uint8_t entry;   /* added to the refill of a branch that lands here */
    uint16_t most; /* that a refill after this block comes to, with the entry of where control goes */
    uint64_t spent; /* cycles spent in it so far, with the refill after it */
} kws_block;

/* Memory that an instruction reads or writes (accesses.py): at base + (index << shift) + offset. */
typedef struct kws_access {
    int16_t offset;
    uint8_t base;      /* number of a core register */
    uint8_t index;     /* the same, or KWS_NO_REGISTER */
    uint8_t shift;
    uint8_t bytes;     /* of one transfer, 0: the instruction touches no memory */
    uint8_t count;     /* of transfers, one after the other */
    uint8_t condition; /* under which it happens, 0 to 14, or-ed with KWS_ACCESS_LOADS */
} kws_access;

#define KWS_NO_REGISTER 0xFFu
#define KWS_ACCESS_LOADS 0x80u

typedef struct kws_machine kws_machine;

/* Everything that comes from outside. The functions named uc_ are Unicorn's. */
typedef struct kws_machine_config {
    void *uc;
    int (*uc_emu_start)(void *uc, uint64_t begin, uint64_t until, uint64_t timeout, size_t count);
    int (*uc_emu_stop)(void *uc);
    int (*uc_reg_read)(void *uc, int regid, void *value);
    int reg_pc;
    int reg_r0; /* r0 to r12 follow each other */
    int reg_sp, reg_lr, reg_cpsr;
    uint32_t cpuid;
    uint32_t wait_states; /* of a read of a constant in flash */
    uint32_t line_bytes;  /* reads within so many bytes of flash wait once; 0: each waits */
    int charge_unaligned; /* whether unaligned accesses take longer */
    uint32_t flash_origin;
    uint32_t flash_bytes;
    const uint8_t *flash; /* its content, flash_bytes of it */
    uint64_t clock_hz;
    double mic_rate_factor; /* true rate of the microphone over the one that was set: 1.0001 is 100 ppm fast */
    int realtime;           /* hold time to real time whenever the microphone runs, whatever plays */
    int pty_fd;     /* master side, non-blocking */
    int control_fd; /* readable when the owner says something or is gone */
    int parent_pid; /* this process ends when it is no longer its child */
    void (*time_block)(uint32_t address, uint32_t bytes, kws_block *block); /* fills in a block seen first */
    void (*on_control)(void);                                              /* control_fd is readable */
    void (*on_log)(uint32_t character);
} kws_machine_config;

typedef enum kws_stop {
    KWS_STOP_NONE = 0,
    KWS_STOP_FAULT = 1,      /* the firmware reported a fault (detail: exception number) */
    KWS_STOP_RESET = 2,      /* the firmware asked for a system reset */
    KWS_STOP_CORE = 3,       /* Unicorn stopped (detail: uc_err) */
    KWS_STOP_REGISTER = 4,   /* access to a register that is not there (detail: address) */
    KWS_STOP_ORPHAN = 5,     /* the parent process is gone */
    KWS_STOP_PTY = 6,        /* the pseudo-terminal failed (detail: errno) */
    KWS_STOP_ALIGNMENT = 7   /* an unaligned access that the core refuses (detail: address of the data) */
} kws_stop;

/* What happened so far; counters are since power-on. */
typedef struct kws_machine_report {
    uint64_t cycles;
    uint64_t slept_cycles;
    uint64_t blocks;
    uint64_t rx_bytes;
    uint64_t tx_bytes;
    uint64_t tx_lost;
    uint64_t mic_samples;
    uint64_t mic_overruns;
    uint64_t audio_waiting; /* samples queued and not played yet */
    uint32_t mic_rate_hz;
    uint32_t baud;
    uint32_t last_block; /* address of the block that ran last */
    uint32_t stop;       /* kws_stop */
    uint32_t detail;
    uint32_t bad_address; /* of the memory access that failed, when there was one */
    uint32_t bad_access;  /* Unicorn's uc_mem_type of it, 0: none */
    uint64_t unaligned;   /* accesses at addresses that are no multiple of their size, while accesses are watched */
    uint64_t flash_reads; /* reads of constants in flash, literals left out, while accesses are watched */
} kws_machine_report;

/* A machine, or NULL when there is no memory. The config is copied. */
kws_machine *kws_machine_new(const kws_machine_config *config);
void kws_machine_free(kws_machine *m);

/* Run from an address until something of kws_stop happens; returns it. */
int kws_machine_run(kws_machine *m, uint32_t entry);

/* Devices back to their state at reset; time goes on. */
void kws_machine_reset(kws_machine *m);

/* Queue samples for the microphone: after what plays now when it runs, in place of what waits when it does not.
 * Returns 0, or -1 when there is no memory. */
int kws_machine_play(kws_machine *m, const int16_t *samples, size_t count);

/* Blocks of flash, one place for each halfword; those that ran have bytes > 0. */
const kws_block *kws_machine_blocks(const kws_machine *m);

/* Accesses of instructions, a place for each halfword of flash; made by the first call, NULL when there is no memory.
 * Whoever times a block fills them in. */
kws_access *kws_machine_accesses(kws_machine *m);

void kws_machine_read_report(const kws_machine *m, kws_machine_report *report);

/* Hooks for uc_hook_add and uc_mmio_map; user is the machine. */
void kws_machine_on_block(void *uc, uint64_t address, uint32_t bytes, void *user);
bool kws_machine_on_bad_access(void *uc, int type, uint64_t address, int bytes, int64_t value, void *user);
/* Strict mode: sees every instruction, and stops at those that a Cortex-M4 refuses and Unicorn allows. */
void kws_machine_on_instruction(void *uc, uint64_t address, uint32_t bytes, void *user);
/* Sees every instruction, and charges what its loads and stores cost beside their timing: see kws_machine_accesses. */
void kws_machine_on_access(void *uc, uint64_t address, uint32_t bytes, void *user);
uint64_t kws_machine_system_read(void *uc, uint64_t offset, unsigned bytes, void *user);
void kws_machine_system_write(void *uc, uint64_t offset, unsigned bytes, uint64_t value, void *user);
uint64_t kws_machine_uart_read(void *uc, uint64_t offset, unsigned bytes, void *user);
void kws_machine_uart_write(void *uc, uint64_t offset, unsigned bytes, uint64_t value, void *user);
uint64_t kws_machine_mic_read(void *uc, uint64_t offset, unsigned bytes, void *user);
void kws_machine_mic_write(void *uc, uint64_t offset, unsigned bytes, uint64_t value, void *user);
uint64_t kws_machine_dwt_read(void *uc, uint64_t offset, unsigned bytes, void *user);
void kws_machine_dwt_write(void *uc, uint64_t offset, unsigned bytes, uint64_t value, void *user);
uint64_t kws_machine_scs_read(void *uc, uint64_t offset, unsigned bytes, void *user);
void kws_machine_scs_write(void *uc, uint64_t offset, unsigned bytes, uint64_t value, void *user);

#endif
