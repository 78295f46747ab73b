/* Arduino's microphone library as its documentation describes it. */
#ifndef STAND_IN_PDM_H
#define STAND_IN_PDM_H

#include <Arduino.h>

class StandInPDM {
  public:
    int begin(int channels, int rate_hz);
    void end(void);
    int available(void);
    int read(void *buffer, size_t bytes);
    void onReceive(void (*function)(void));
};

extern StandInPDM PDM;

#endif
