/* The listener of the bundle that was generated beside this file: its tables, model, labels, thresholds and memory. */
#ifndef KWS_BUNDLE_H
#define KWS_BUNDLE_H

#include "kws_listener.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const kws_listener_parts kws_bundle;

#ifdef __cplusplus
}
#endif

#endif
