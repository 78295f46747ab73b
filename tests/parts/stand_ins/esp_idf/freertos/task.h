#include "freertos/FreeRTOS.h"
typedef void *TaskHandle_t;
BaseType_t xTaskCreate(void (*code)(void *), const char *name, uint32_t stack, void *context, UBaseType_t priority,
                       TaskHandle_t *made);
void vTaskDelay(TickType_t ticks);
