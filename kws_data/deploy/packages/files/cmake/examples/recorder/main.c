/* Recorder: a PC as a board that sends what it hears (kws doctor, kws record, kws listen). See kws_posix.h. */
#include "kws_app.h"
#include "kws_posix.h"

int main(int argc, char **argv)
{
    if (kws_posix_open(argc, argv) != 0) {
        return 2;
    }
    kws_recorder_begin();
    for (;;) {
        kws_recorder_turn();
    }
}
