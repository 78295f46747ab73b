/* Recorder: sends what the microphone hears to the kws tool (kws doctor, kws record, kws listen). */
#include "esp_log.h"
#include "kws_app.h"

void app_main(void);

void app_main(void)
{
    esp_log_level_set("*", ESP_LOG_NONE); /* the line belongs to the kws tool */
    kws_recorder_begin();
    for (;;) {
        kws_recorder_turn();
    }
}
