// The sketch's port on a PDM.h that stops when it is told to: prints what was read and what was lost.
#include <stdio.h>

#include <PDM.h>
#include <kws_arduino.h>

static uint32_t now_us;
static int begun, waiting;
static void (*received)(void);
StandInSerial Serial;
StandInPDM PDM;

uint32_t micros(void) { return now_us; }
void delayMicroseconds(unsigned int us) { now_us += us; }
void noInterrupts(void) {}
void interrupts(void) {}
void StandInSerial::begin(unsigned long) {}
int StandInSerial::read(void) { return -1; }
size_t StandInSerial::write(const uint8_t *, size_t len) { return len; }
StandInSerial::operator bool() { return true; }
int StandInPDM::begin(int channels, int rate_hz) { begun++; return channels == 1 && rate_hz == 16000; }
void StandInPDM::end(void) { waiting = 0; }
int StandInPDM::available(void) { return waiting; }
void StandInPDM::onReceive(void (*function)(void)) { received = function; }

int StandInPDM::read(void *buffer, size_t bytes)
{
    for (size_t i = 0; i < bytes / 2; i++) {
        static_cast<int16_t *>(buffer)[i] = 7;
    }
    waiting -= static_cast<int>(bytes);
    return static_cast<int>(bytes);
}

static unsigned take(void)
{
    int16_t block[128];
    unsigned total = 0;
    for (size_t count; (count = kws_port_mic_read(block, 128)) != 0; total += static_cast<unsigned>(count)) {
    }
    return total;
}

// A second of blocks of 16 ms.
static unsigned second(void)
{
    unsigned total = 0;
    for (int block = 0; block < 62; block++) {
        now_us += 16000;
        waiting = 512;
        received();
        total += take();
    }
    return total;
}

int main()
{
    kws_port_init();
    if (kws_port_mic_start(8000) != KWS_ERR_ARG || kws_port_mic_start(16000) != KWS_OK) {
        return 1;
    }
    unsigned got = second();
    printf("%u %u %d\n", got, static_cast<unsigned>(kws_port_mic_overruns()), begun);
    now_us += 150000; // PDM.h has stopped
    got = take();
    (void)kws_port_mic_overruns();
    got += second();
    printf("%u %u %d\n", got, static_cast<unsigned>(kws_port_mic_overruns()), begun);
}
