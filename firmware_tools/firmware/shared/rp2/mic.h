/* A microphone of this port: what mic.c, which keeps count, asks of mic_analog.c, mic_pdm.c or mic_i2s.c.
 *
 * The source fills the ring with units by DMA, without end. A sample is made of KWS_MIC_UNITS of them.
 */
#ifndef KWS_RP2_MIC_H
#define KWS_RP2_MIC_H

#include <stdint.h>

#ifdef KWS_MIC_ANALOG
typedef uint16_t kws_mic_unit; /* a conversion, 12 bit */
#define KWS_MIC_UNITS 1u
#define KWS_MIC_RING_LOG2 13u /* bytes; 256 ms */
#define KWS_MIC_GAIN_SHIFT 0
#elif defined(KWS_MIC_PDM)
typedef uint32_t kws_mic_unit; /* 32 bits, the first one highest */
#define KWS_MIC_UNITS 4u
#define KWS_MIC_RING_LOG2 15u /* 128 ms */
#elif defined(KWS_MIC_I2S)
typedef uint32_t kws_mic_unit; /* a slot */
#define KWS_MIC_UNITS 1u
#define KWS_MIC_RING_LOG2 14u /* 256 ms */
#endif
#define KWS_MIC_RING ((1u << KWS_MIC_RING_LOG2) / (uint32_t)sizeof(kws_mic_unit)) /* units */

/* Make ready to deliver units at rate_hz samples a second: 0, and what is the matter with the DMA: its request and the
 * register it reads; or a negative kws_err. */
int kws_source_prepare(uint32_t rate_hz, uint32_t *dreq, uint32_t *from);

/* Begin, when the DMA waits; and end: afterwards nothing of what came is left in the source. */
void kws_source_begin(void);
void kws_source_end(void);

/* The next sample, from KWS_MIC_UNITS units: about 16 bits and sign, with whatever constant the source has. */
int32_t kws_source_sample(const volatile kws_mic_unit *units);

#endif
