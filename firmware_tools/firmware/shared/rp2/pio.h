/* State machine 0 of PIO0, as a source of 32-bit words. */
#ifndef KWS_RP2_PIO_H
#define KWS_RP2_PIO_H

#include <stddef.h>
#include <stdint.h>

typedef struct kws_pio_program {
    const uint16_t *instructions;
    size_t length;          /* wraps from the last to the first */
    uint32_t clock_pin;     /* first of the pins that side-set drives */
    uint32_t clock_pins;    /* how many */
    uint32_t data_pin;
    uint32_t instructions_hz; /* to execute in a second; the divider has 8 bits of fraction */
    uint16_t first;         /* executed before it begins */
} kws_pio_program;

/* Load it and set up pins and machine, which stands still. */
void kws_pio_prepare(const kws_pio_program *program);
void kws_pio_begin(void);

/* Stop, and empty the FIFO. */
void kws_pio_end(void);

#endif
