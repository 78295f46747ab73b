/* The microphone of a machine that has none. */
#include "kws_err.h"
#include "kws_port.h"

int kws_port_mic_start(uint32_t rate_hz)
{
    (void)rate_hz;
    return KWS_ERR_ARG;
}

void kws_port_mic_stop(void)
{
}

int16_t kws_port_mic_gain_cdb(void)
{
    return 0;
}

size_t kws_port_mic_read(int16_t *samples, size_t max)
{
    (void)samples, (void)max;
    return 0;
}

uint32_t kws_port_mic_overruns(void)
{
    return 0;
}
