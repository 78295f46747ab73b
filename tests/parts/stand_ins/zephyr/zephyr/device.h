#ifndef STAND_IN_DEVICE_H
#define STAND_IN_DEVICE_H
#include <stdbool.h>
struct device { const char *name; };
extern const struct device dmic_dev, zephyr_console;
#define DT_NODELABEL(label) label
#define DT_CHOSEN(name) name
#define DEVICE_DT_GET(node) (&node)
#define DT_PROP_OR(node, property, fallback) fallback
bool device_is_ready(const struct device *device);
#endif
