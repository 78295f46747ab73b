/* See machine.h. */
#define _XOPEN_SOURCE 600
#define _DEFAULT_SOURCE

#include "machine.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define MAX_SAMPLES (60u * MACHINE_RATE_HZ)
#define BLOCK_US ((uint64_t)MACHINE_BLOCK * 1000000u / MACHINE_RATE_HZ)
#define BLOCKS_A_TURN 4u /* that come while the main loop has no turn */
#define CATCH_UP_US 2000u /* between two blocks that are late */
#define SILENT_US 20000u

static int line = -1;
static int16_t sound[MAX_SAMPLES];
static size_t samples;
static uint64_t lost_block = UINT64_MAX, began_us;
static volatile uint64_t blocks, turned_at; /* turned_at: blocks that had come when the main loop turned last */

static bool open_line(void)
{
    line = posix_openpt(O_RDWR | O_NOCTTY);
    const char *name = line >= 0 && grantpt(line) == 0 && unlockpt(line) == 0 ? ptsname(line) : NULL;
    const int kept_open = name != NULL ? open(name, O_RDWR | O_NOCTTY) : -1;
    struct termios settings;
    if (kept_open < 0 || tcgetattr(kept_open, &settings) != 0) {
        return false;
    }
    cfmakeraw(&settings);
    (void)tcsetattr(kept_open, TCSANOW, &settings);
    printf("%s\n", name);
    (void)fflush(stdout);
    return dup2(line, STDOUT_FILENO) >= 0 && setvbuf(stdout, NULL, _IOLBF, 0) == 0;
}

int machine_open(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "-") != 0) {
        FILE *file = fopen(argv[1], "rb");
        samples = file != NULL ? fread(sound, sizeof sound[0], MAX_SAMPLES, file) : 0;
    }
    if (argc > 2) {
        lost_block = strtoull(argv[2], NULL, 10);
    }
    return open_line() ? 0 : 1;
}

int machine_read(void)
{
    struct pollfd waits = {.fd = line, .events = POLLIN};
    uint8_t byte = 0;
    return poll(&waits, 1, 0) == 1 && read(line, &byte, 1) == 1 ? byte : -1;
}

void machine_write(const void *bytes, size_t len)
{
    const uint8_t *from = bytes;
    struct pollfd waits = {.fd = line, .events = POLLOUT};
    while (len != 0 && poll(&waits, 1, 100) == 1) { /* else nobody reads at the other end */
        const ssize_t sent = write(line, from, len < 64 ? len : 64);
        if (sent <= 0) {
            return;
        }
        from += sent;
        len -= (size_t)sent;
    }
}

uint64_t machine_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static void sleep_us(uint64_t us)
{
    const struct timespec wait = {.tv_sec = (time_t)(us / 1000000u), .tv_nsec = (long)(us % 1000000u * 1000u)};
    (void)nanosleep(&wait, NULL);
}

void machine_sleep_us(uint64_t us)
{
    turned_at = blocks;
    sleep_us(us);
    turned_at = blocks;
}

static bool due(uint64_t number)
{
    return machine_us() - began_us >= number * BLOCK_US && blocks - turned_at <= BLOCKS_A_TURN;
}

int machine_wait_block(void)
{
    const int lost = blocks == lost_block ? 2 : 0;
    if (samples == 0) {
        sleep_us(SILENT_US);
        return -1;
    }
    if (blocks == 0) {
        began_us = machine_us();
    }
    do {
        sleep_us(CATCH_UP_US);
    } while (!due(blocks + (uint64_t)lost + 1u));
    blocks += (uint64_t)lost + 1u;
    return lost;
}

int16_t machine_sample(size_t i)
{
    return sound[((blocks - 1u) * MACHINE_BLOCK + i) % samples];
}

static void *run_thread(void *run)
{
    (*(void (**)(void))run)();
    return NULL;
}

void machine_start(void (*run)(void))
{
    static void (*kept)(void);
    pthread_t thread;
    kept = run;
    (void)pthread_create(&thread, NULL, run_thread, (void *)&kept);
}
