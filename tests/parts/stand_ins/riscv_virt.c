/* QEMU's "virt" machine runs a package's listener over samples that are compiled in, and prints what it finds. */
#include "kws_app_config.h"
#include "kws_bundle.h"
#include "samples.h"

static kws_listener listener;

static void put(char byte)
{
    *(volatile uint8_t *)0x10000000u = (uint8_t)byte; /* 16550 */
}

static void put_number(int64_t number, char end)
{
    char digits[20];
    size_t count = 0;
    if (number < 0) {
        put('-');
        number = -number;
    }
    do {
        digits[count++] = (char)('0' + (int)(number % 10));
        number /= 10;
    } while (number != 0);
    while (count != 0) {
        put(digits[--count]);
    }
    put(end);
}

static void scores(void)
{
    put('s');
    put(' ');
    for (size_t i = 0; i < KWS_APP_LABELS; i++) {
        put_number(kws_bundle.scores[i], i + 1 < KWS_APP_LABELS ? ' ' : '\n');
    }
}

static void run(void)
{
    size_t done = 0;
    while (done < SAMPLES) {
        kws_detection found;
        size_t used = 0;
        const int made = kws_listener_take(&listener, samples + done, SAMPLES - done, &used);
        done += used;
        if (made == 1) {
            kws_listener_keep(&listener);
        }
        if (made == 1 && kws_listener_due(&listener)) {
            const int detected = kws_listener_decide(&listener, listener.heard, &found);
            scores();
            if (detected == 1) {
                put('d');
                put(' ');
                put_number(found.label, ' ');
                put_number(found.score, ' ');
                put_number((int64_t)found.sample, '\n');
            }
        }
    }
}

void begin(void);
void begin(void)
{
    (void)kws_listener_init(&listener, &kws_bundle);
    run();
    *(volatile uint32_t *)0x100000u = 0x5555u; /* power off */
    for (;;) {
    }
}

__asm__(".section .text.start,\"ax\"\n.globl start\nstart:\n la sp, stack_top\n call begin\n");
