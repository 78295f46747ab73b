/* Evaluate: the detector under the kws tool's eyes (kws evaluate --engine device, kws listen). */
#include "kws_app.h"

int main(void)
{
    kws_spotter_begin();
    for (;;) {
        kws_spotter_turn();
    }
}
