/* A gate of energy before the network. See kws_gate.h. */
#include "kws_gate.h"

void kws_gate_reset(kws_gate *gate, const kws_gate_config *config)
{
    gate->config = config;
    gate->energy = 0;
    gate->floor = 0;
    gate->last = 0;
    gate->left = 0;
    gate->kept = 0;
    gate->next = 0;
    gate->begun = 0;
}

void kws_gate_hear(kws_gate *gate, const int16_t *samples, size_t count)
{
    uint64_t energy = gate->energy;
    int32_t last = gate->last;
    for (size_t i = 0; i < count; i++) {
        const int32_t step = samples[i] - last;
        const uint32_t size = (uint32_t)(step < 0 ? -step : step); /* at most 65,535: its square is 32 bits wide */
        energy += size * size;
        last = samples[i];
    }
    gate->energy = energy;
    gate->last = (int16_t)last;
}

int kws_gate_frame(kws_gate *gate)
{
    const kws_gate_config *config = gate->config;
    const uint64_t energy = gate->energy;
    gate->energy = 0;
    if (!gate->begun || energy < gate->floor) {
        gate->begun = 1;
        gate->floor = energy;
    } else {
        gate->floor += (gate->floor >> config->rise_shift) + 1u;
    }
    if (energy * 16u > gate->floor * config->open_sixteenths) {
        gate->left = config->hold_frames;
    }
    if (gate->left == 0) {
        return 0;
    }
    gate->left--;
    return 1;
}
