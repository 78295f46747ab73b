/* kws_port.h: the image that runs, as every linker script lays it down, and the name that the board's file gives. */
#include "kws_port.h"

/* Laid down by linker.ld; only their addresses mean anything. */
extern const uint8_t kws_ld_image_start, kws_ld_image_end;

const uint8_t *kws_port_image(size_t *len)
{
    *len = (size_t)((uintptr_t)&kws_ld_image_end - (uintptr_t)&kws_ld_image_start);
    return &kws_ld_image_start;
}

const char *kws_port_board_name(void)
{
    return KWS_BOARD_NAME;
}
