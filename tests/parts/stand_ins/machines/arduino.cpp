// A sketch on the machine: Serial is the line, PDM's interrupt is a thread.
#include <pthread.h>
#include <stdio.h>

#include <PDM.h>

#include "machine.h"

#define SLOW_US 50000u // of a busy PC: the board's clock waits for its microphone, which would seem to have stopped

void setup(void);
void loop(void);

static pthread_mutex_t interrupt = PTHREAD_MUTEX_INITIALIZER;
static void (*received)(void);
static int waiting;
static volatile uint64_t last_us;
StandInSerial Serial;
StandInPDM PDM;

uint32_t micros(void)
{
    const uint64_t now_us = machine_us(), latest_us = last_us + SLOW_US;
    return static_cast<uint32_t>(last_us != 0 && now_us > latest_us ? latest_us : now_us);
}

void delayMicroseconds(unsigned int us) { machine_sleep_us(us); }
void noInterrupts(void) { pthread_mutex_lock(&interrupt); }
void interrupts(void) { pthread_mutex_unlock(&interrupt); }

void StandInSerial::begin(unsigned long) {}
int StandInSerial::read(void) { return machine_read(); }
StandInSerial::operator bool() { return true; }
size_t StandInSerial::print(const char *text) { return static_cast<size_t>(printf("%s", text)); }
size_t StandInSerial::print(int value) { return static_cast<size_t>(printf("%d", value)); }
size_t StandInSerial::println(const char *text) { return static_cast<size_t>(printf("%s\r\n", text)); }
size_t StandInSerial::println(unsigned long value) { return static_cast<size_t>(printf("%lu\r\n", value)); }

size_t StandInSerial::write(const uint8_t *bytes, size_t len)
{
    machine_write(bytes, len);
    return len;
}

static void interrupt_thread(void)
{
    while (machine_wait_block() == 0) {
        pthread_mutex_lock(&interrupt);
        last_us = machine_us();
        waiting = MACHINE_BLOCK * 2;
        received();
        pthread_mutex_unlock(&interrupt);
    }
}

int StandInPDM::begin(int channels, int rate_hz)
{
    machine_start(interrupt_thread);
    return channels == 1 && rate_hz == static_cast<int>(MACHINE_RATE_HZ);
}

void StandInPDM::end(void) {}
int StandInPDM::available(void) { return waiting; }
void StandInPDM::onReceive(void (*function)(void)) { received = function; }

int StandInPDM::read(void *buffer, size_t bytes)
{
    const size_t done = MACHINE_BLOCK - static_cast<size_t>(waiting) / 2;
    for (size_t i = 0; i < bytes / 2; i++) {
        static_cast<int16_t *>(buffer)[i] = machine_sample(done + i);
    }
    waiting -= static_cast<int>(bytes);
    return static_cast<int>(bytes);
}

int main(int argc, char **argv)
{
    if (machine_open(argc, argv) != 0) {
        return 1;
    }
    setup();
    for (;;) {
        loop();
        machine_sleep_us(100);
    }
}
