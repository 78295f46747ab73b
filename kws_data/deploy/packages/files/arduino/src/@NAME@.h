/* All of the library: see kws_listener.h for the detector, kws_app.h for the apps that speak with the kws tool. */
#ifndef KWS_PACKAGE_H
#define KWS_PACKAGE_H

#include "kws_app.h"
#include "kws_bundle.h"
#include "kws_listener.h"
#include "kws_port.h"
#include "kws_ring.h"

#endif
