/* Spotter: prints each keyword that the microphone hears. A place to begin a program of your own. */
#include <PDM.h>
#include <@NAME@.h>
#include <kws_arduino.h>

static kws_listener listener;
static uint32_t lost;

void setup()
{
    kws_port_init();
    kws_listener_init(&listener, &kws_bundle);
    if (kws_port_mic_start(kws_bundle.sample_rate_hz) < 0) {
        Serial.println("the microphone does not start");
    }
}

static void heard(const kws_detection *found)
{
    Serial.print(kws_bundle.label_names[found->label]);
    Serial.print(" score ");
    Serial.print((int)found->score);
    Serial.print(" at sample ");
    Serial.println((unsigned long)found->sample);
}

void loop()
{
    int16_t block[128];
    const uint32_t overruns = kws_port_mic_overruns();
    if (overruns != lost) {
        kws_listener_lost(&listener, overruns - lost);
        lost = overruns;
    }
    const size_t count = kws_port_mic_read(block, 128);
    size_t done = 0;
    while (done < count) {
        size_t used = 0;
        kws_detection found;
        if (kws_listener_hear(&listener, block + done, count - done, &used, &found) == 1) {
            heard(&found);
        }
        done += used;
    }
}
