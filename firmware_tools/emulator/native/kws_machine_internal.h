/* Shared by the files of the machine; nobody else includes it. */
#ifndef KWS_MACHINE_INTERNAL_H
#define KWS_MACHINE_INTERNAL_H

#include "kws_emulated.h"
#include "kws_machine.h"

#define KWS_NEVER UINT64_MAX
#define KWS_CABLE_BYTES (1u << 20) /* what the host may have written ahead of the line */
#define KWS_OUT_BYTES 8192u        /* what the board may have sent ahead of the host */

typedef struct kws_uart {
    uint32_t baud;
    uint64_t byte_cycles;              /* cycles of one byte on the line, 0 while the UART is off */
    uint8_t cable[KWS_CABLE_BYTES];    /* ring: on the way to the board */
    size_t cable_head, cable_count;
    uint64_t rx_next;                  /* when the first byte of the cable will have arrived */
    uint8_t fifo[KWS_UART_RX_FIFO];    /* ring: arrived */
    size_t fifo_head, fifo_count;
    uint64_t tx_done;                  /* when the last byte written will have left */
    uint8_t out[KWS_OUT_BYTES];        /* sent, not yet taken by the pseudo-terminal */
    size_t out_count;
    uint64_t rx_bytes, tx_bytes, tx_lost;
} kws_uart;

typedef struct kws_mic {
    uint32_t rate_hz; /* 0: stopped */
    uint32_t mark;
    uint64_t start;    /* cycle of the start */
    uint64_t produced; /* samples since then */
    uint32_t overruns;
    uint64_t total_samples, total_overruns;
    int16_t fifo[KWS_MIC_FIFO];
    uint32_t lost_before[KWS_MIC_FIFO]; /* overruns when each sample of fifo came in */
    size_t fifo_head, fifo_count;
    int16_t *audio; /* what is queued: audio[played .. queued) */
    size_t played, queued, room;
    bool paced;          /* time is held to real time from the anchor on: the queue is empty, or so ordered */
    uint64_t anchor_cycles;
    uint64_t anchor_ns;
} kws_mic;

struct kws_machine {
    kws_machine_config config;
    uint64_t cycles;
    uint32_t polls;
    uint64_t next_poll; /* cycle of the next look at the host */
    uint64_t slept_cycles;
    uint64_t blocks_run;
    uint32_t fallthrough; /* end of the last block */
    uint32_t last_block;
    kws_block *last; /* the last block, NULL after a reset */
    uint32_t wake;
    uint64_t reset_at;  /* cycle of the last reset */
    uint64_t time_read; /* microseconds, as read last */
    uint64_t alarm;     /* cycle at which the alarm rises, KWS_NEVER: not set */
    uint64_t alarm_set, alarm_set_ns; /* when it was set, in virtual and in real time */
    uint32_t stop, detail, bad_address, bad_access;
    uint32_t cpacr, demcr, dwt_ctrl, cyccnt_base;
    kws_uart uart;
    kws_mic mic;
    kws_block *blocks; /* one place for each halfword of flash */
    kws_access *accesses; /* the same, NULL when accesses are not watched */
    uint32_t line;        /* of flash, that was read last */
    uint64_t unaligned, flash_reads;
};

void kws_machine_halt(kws_machine *m, kws_stop stop, uint32_t detail);

/* machine_host.c: the outside world. */
uint64_t kws_host_now_ns(void);
void kws_host_poll(kws_machine *m);                      /* exchange bytes with the host without waiting */
void kws_host_wait(kws_machine *m, uint64_t most_ns);     /* the same, after waiting for something to happen */
void kws_host_push_out(kws_machine *m);                  /* wait until the host has taken what was sent */

/* machine_devices.c: bring devices up to date, and when the next line they drive goes up. */
void kws_uart_advance(kws_machine *m);
uint64_t kws_uart_rx_wake(const kws_machine *m);
uint64_t kws_uart_tx_wake(const kws_machine *m);
void kws_mic_advance(kws_machine *m);
uint64_t kws_mic_wake(const kws_machine *m);

#endif
