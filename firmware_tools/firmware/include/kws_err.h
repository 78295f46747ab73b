/* Error codes: 0 is success, negative values name what went wrong. */
#ifndef KWS_ERR_H
#define KWS_ERR_H

typedef enum kws_err {
    KWS_OK = 0,
    KWS_ERR_ARG = -1,     /* an argument out of range */
    KWS_ERR_SPACE = -2,   /* a caller's buffer is too small */
    KWS_ERR_FRAME = -3,   /* bytes that are no valid frame */
    KWS_ERR_BUSY = -4,    /* not possible in the present state */
    KWS_ERR_COMMAND = -5, /* an unknown command */
    KWS_ERR_LOST = -6     /* samples were lost */
} kws_err;

#endif
