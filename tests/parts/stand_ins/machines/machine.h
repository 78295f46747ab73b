/* A PC as a board for the examples of the packages: its line is a pseudo-terminal, its microphone hears a file.
 *
 * Samples come in blocks of 16 ms, none earlier than in a real microphone. A busy PC delays both sides and loses nothing:
 * a block waits until the example's main loop has had a turn.
 */
#ifndef STAND_IN_MACHINE_H
#define STAND_IN_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MACHINE_RATE_HZ 16000u
#define MACHINE_BLOCK 256u /* samples */

/* Arguments: a file of raw samples, which repeats, or - for a microphone that gives nothing; then, if wanted, the number
 * of a block that gets lost with the one after it. Prints the line's name; from then on, what is printed goes there. */
int machine_open(int argc, char **argv);

int machine_read(void); /* a byte, or -1 */
void machine_write(const void *bytes, size_t len);
uint64_t machine_us(void);
void machine_sleep_us(uint64_t us); /* of the main loop */

/* Wait until a block is there. Returns how many were lost before it, -1 if none comes. */
int machine_wait_block(void);
int16_t machine_sample(size_t i);      /* of that block */
void machine_start(void (*run)(void)); /* a thread */

#ifdef __cplusplus
}
#endif

#endif
