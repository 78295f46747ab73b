/* What a listener does with a frame behind a gate. See kws_gate.h. */
#include "kws_listener.h"

/* Put a frame into the ring of those that were not shown; the oldest goes when it is full. */
static void keep_back(kws_gate *gate, int8_t *preroll, const int8_t *frame, size_t features)
{
    int8_t *row = preroll + gate->next * features;
    for (size_t i = 0; i < features; i++) {
        row[i] = frame[i];
    }
    gate->next = (uint16_t)(gate->next + 1u == gate->config->preroll_frames ? 0 : gate->next + 1u);
    if (gate->kept < gate->config->preroll_frames) {
        gate->kept++;
    }
}

/* Show the frames of the ring, the oldest first. */
static void show_ring(kws_listener *listener)
{
    const kws_listener_parts *parts = listener->parts;
    kws_gate *gate = parts->gate;
    const uint16_t rows = gate->config->preroll_frames;
    uint16_t row = (uint16_t)(gate->next >= gate->kept ? gate->next - gate->kept : gate->next + rows - gate->kept);
    for (; gate->kept != 0; gate->kept--) {
        kws_listener_show(listener, parts->preroll + row * parts->tables->features);
        row = (uint16_t)(row + 1u == rows ? 0 : row + 1u);
    }
}

void kws_gate_keep(kws_listener *listener)
{
    const kws_listener_parts *parts = listener->parts;
    const int open = kws_gate_frame(parts->gate) || listener->frames < parts->window_frames;
    listener->shown = 0;
    if (!open) {
        keep_back(parts->gate, parts->preroll, parts->frame, parts->tables->features);
        return;
    }
    show_ring(listener);
    kws_listener_show(listener, parts->frame);
}
