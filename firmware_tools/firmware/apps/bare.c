/* Bare: listens from power-on and writes the name of each keyword that it hears as a line of text. The least that a
 * product is made of: no commands, no scores, no protocol, so that kws listen does not understand it. For what a keyword
 * is to do, replace act().
 */
#include "kws_bundle.h"
#include "kws_listener.h"
#include "kws_port.h"
#include "kws_small.h"

KWS_SMALL_BEGIN

#define BLOCK_SAMPLES 128u

static kws_listener listener;

static void put_text(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    kws_port_uart_write((const uint8_t *)text, length);
}

static void act(const kws_detection *found)
{
    put_text(kws_bundle.label_names[found->label]);
    put_text("\n");
}

static void hear(const int16_t *samples, size_t count)
{
    while (count != 0) {
        kws_detection found;
        size_t used;
        const int heard = kws_listener_hear(&listener, samples, count, &used, &found);
        if (heard == 1) {
            act(&found);
        } else if (heard < 0) {
            return;
        }
        samples += used;
        count -= used;
    }
}

int main(void)
{
    int16_t block[BLOCK_SAMPLES];
    uint32_t lost = 0;
    kws_port_init();
    if (kws_listener_init(&listener, &kws_bundle) < 0 || kws_port_mic_start(kws_bundle.sample_rate_hz) < 0) {
        put_text("kws: this bundle or this microphone does not work here\n");
    }
    for (;;) {
        const size_t count = kws_port_mic_read(block, BLOCK_SAMPLES);
        const uint32_t overruns = kws_port_mic_overruns();
        kws_listener_lost(&listener, overruns - lost);
        lost = overruns;
        hear(block, count);
        if (count == 0) {
            kws_port_idle();
        }
    }
}

KWS_SMALL_END
