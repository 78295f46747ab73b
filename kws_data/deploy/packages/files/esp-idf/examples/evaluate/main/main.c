/* Evaluate: the detector under the kws tool's eyes (kws evaluate --engine device, kws listen). */
#include "esp_log.h"
#include "kws_app.h"

void app_main(void);

void app_main(void)
{
    esp_log_level_set("*", ESP_LOG_NONE); /* the line belongs to the kws tool */
    kws_spotter_begin();
    for (;;) {
        kws_spotter_turn();
    }
}
