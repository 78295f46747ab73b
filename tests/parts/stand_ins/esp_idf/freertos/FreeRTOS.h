#ifndef STAND_IN_FREERTOS_H
#define STAND_IN_FREERTOS_H
#include <stdint.h>
typedef int BaseType_t;
typedef unsigned UBaseType_t;
typedef uint32_t TickType_t;
#define pdPASS 1
#define configMAX_PRIORITIES 25
#define pdMS_TO_TICKS(ms) ((TickType_t)((ms) / 10))
#endif
