/* Spotter: prints each keyword that the microphone hears. A place to begin a program of your own. */
#include <inttypes.h>
#include <stdio.h>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "kws_bundle.h"
#include "kws_port.h"

#define BLOCK_SAMPLES 256u

static kws_listener listener;

static void hear(const int16_t *samples, size_t count)
{
    while (count != 0) {
        kws_detection found;
        size_t used = 0;
        if (kws_listener_hear(&listener, samples, count, &used, &found) == 1) {
            printf("%s score %d at sample %" PRIu64 "\n", kws_bundle.label_names[found.label], found.score, found.sample);
        }
        samples += used;
        count -= used;
    }
}

void app_main(void);

void app_main(void)
{
    static int16_t block[BLOCK_SAMPLES];
    uint32_t lost = 0;
    if (kws_listener_init(&listener, &kws_bundle) < 0 || kws_port_mic_start(kws_bundle.sample_rate_hz) < 0) {
        printf("the microphone does not start: are its pins right? (menuconfig, menu kws)\n");
        return;
    }
    for (;;) {
        const uint32_t overruns = kws_port_mic_overruns();
        kws_listener_lost(&listener, overruns - lost);
        lost = overruns;
        const size_t count = kws_port_mic_read(block, BLOCK_SAMPLES);
        hear(block, count);
        if (count == 0) {
            vTaskDelay(1);
        }
    }
}
