/* Recorder: sends what the microphone hears to the kws tool (kws doctor, kws record, kws listen). */
#include "kws_app.h"

int main(void)
{
    kws_recorder_begin();
    for (;;) {
        kws_recorder_turn();
    }
}
