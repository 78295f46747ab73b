/* A board that is a PC. See kws_posix.h. */
#define _XOPEN_SOURCE 600
#define _DEFAULT_SOURCE

#include "kws_posix.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "kws_err.h"
#include "kws_port.h"

#define CLOCK_HZ 1000000000u /* a cycle is a nanosecond */
#define IDLE_MS 1

static int line = -1;
static FILE *sound;
static uint32_t mic_rate_hz;
static uint64_t mic_began_us, mic_taken;

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int kws_posix_open(int argc, char **argv)
{
    if (argc > 1 && (sound = fopen(argv[1], "rb")) == NULL) {
        perror(argv[1]);
        return 1;
    }
    line = posix_openpt(O_RDWR | O_NOCTTY);
    const char *name = line >= 0 && grantpt(line) == 0 && unlockpt(line) == 0 ? ptsname(line) : NULL;
    const int kept_open = name != NULL ? open(name, O_RDWR | O_NOCTTY) : -1; /* else reading fails without a host */
    struct termios settings;
    if (kept_open < 0 || tcgetattr(kept_open, &settings) != 0) {
        perror("pseudo-terminal");
        return 1;
    }
    settings.c_iflag = 0;
    settings.c_oflag = 0;
    settings.c_lflag = 0;
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    (void)tcsetattr(kept_open, TCSANOW, &settings);
    (void)fcntl(line, F_SETFL, O_NONBLOCK);
    printf("%s\n", name);
    return fflush(stdout);
}

void kws_port_init(void)
{
}

uint32_t kws_port_cycles(void)
{
    return (uint32_t)now_ns();
}

uint32_t kws_port_clock_hz(void)
{
    return CLOCK_HZ;
}

uint64_t kws_port_time_us(void)
{
    return now_ns() / 1000u;
}

void kws_port_alarm_us(uint32_t delay_us)
{
    (void)delay_us; /* kws_port_idle wakes every millisecond, whatever alarm is set */
}

void kws_port_idle(void)
{
    struct pollfd waits = {.fd = line, .events = POLLIN};
    (void)poll(&waits, 1, IDLE_MS);
}

/* ---- line ------------------------------------------------------------------------------------------------------ */

uint32_t kws_port_baud(void)
{
    return 0;
}

int kws_port_uart_read(void)
{
    static uint8_t bytes[256];
    static ssize_t count, next;
    if (next == count) {
        next = 0;
        count = read(line, bytes, sizeof bytes);
        if (count <= 0) {
            count = 0;
            return -1;
        }
    }
    return bytes[next++];
}

void kws_port_uart_write(const uint8_t *bytes, size_t len)
{
    while (len != 0) {
        const ssize_t sent = write(line, bytes, len);
        if (sent > 0) {
            bytes += sent;
            len -= (size_t)sent;
            continue;
        }
        struct pollfd waits = {.fd = line, .events = POLLOUT};
        if (poll(&waits, 1, 100) <= 0) {
            return; /* nobody reads at the other end */
        }
    }
}

/* ---- microphone ------------------------------------------------------------------------------------------------ */

int kws_port_mic_start(uint32_t rate_hz)
{
    mic_rate_hz = rate_hz;
    mic_began_us = kws_port_time_us();
    mic_taken = 0;
    if (sound != NULL) {
        rewind(sound);
    }
    return KWS_OK;
}

void kws_port_mic_stop(void)
{
    mic_rate_hz = 0;
}

int16_t kws_port_mic_gain_cdb(void)
{
    return 0;
}

static int16_t next_sample(void)
{
    uint8_t bytes[2];
    if (sound == NULL) {
        return 0;
    }
    if (fread(bytes, 1, 2, sound) != 2) {
        rewind(sound);
        if (fread(bytes, 1, 2, sound) != 2) {
            return 0;
        }
    }
    return (int16_t)(bytes[0] | bytes[1] << 8);
}

/* As many samples as time has passed for; a file waits, so that none is ever lost. */
size_t kws_port_mic_read(int16_t *samples, size_t max)
{
    const uint64_t due = (kws_port_time_us() - mic_began_us) * mic_rate_hz / 1000000u;
    const size_t count = due > mic_taken && due - mic_taken < max ? (size_t)(due - mic_taken) : due > mic_taken ? max : 0;
    for (size_t i = 0; i < count; i++) {
        samples[i] = next_sample();
    }
    mic_taken += count;
    return count;
}

uint32_t kws_port_mic_overruns(void)
{
    return 0;
}

/* ---- the rest -------------------------------------------------------------------------------------------------- */

const uint8_t *kws_port_image(size_t *len)
{
    *len = 0;
    return NULL;
}

uint32_t kws_port_traits(void)
{
    return 0;
}

const char *kws_port_board_name(void)
{
    return "posix";
}
