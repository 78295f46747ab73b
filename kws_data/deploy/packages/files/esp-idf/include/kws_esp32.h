/* The microphone and the line of an ESP32, as kws_port.h wants them. Pins and line: menuconfig, menu "kws".
 *
 * The microphone is read in 32-bit slots by a task of its own and shifted here, so that no setting of the driver can
 * repeat, swap or halve samples. What the DMA lost is counted by its own overflow events.
 */
#ifndef KWS_ESP32_H
#define KWS_ESP32_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A slot's top bits as a sample: shifted right, clipped. */
int16_t kws_esp32_sample(int32_t slot, unsigned shift);

#ifdef __cplusplus
}
#endif

#endif
