/* Evaluate: a PC as a board with the detector (kws evaluate --engine device, kws listen). See kws_posix.h. */
#include "kws_app.h"
#include "kws_posix.h"

int main(int argc, char **argv)
{
    if (kws_posix_open(argc, argv) != 0) {
        return 2;
    }
    kws_spotter_begin();
    for (;;) {
        kws_spotter_turn();
    }
}
