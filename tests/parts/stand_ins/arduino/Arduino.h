/* The part of Arduino's core that the sketches use, so that they can be compiled and run without it. */
#ifndef STAND_IN_ARDUINO_H
#define STAND_IN_ARDUINO_H

#include <stddef.h>
#include <stdint.h>

uint32_t micros(void);
void delayMicroseconds(unsigned int us);
void noInterrupts(void);
void interrupts(void);

class StandInSerial {
  public:
    void begin(unsigned long baud);
    int read(void);
    size_t write(const uint8_t *bytes, size_t len);
    size_t print(const char *text);
    size_t print(int value);
    size_t println(const char *text);
    size_t println(unsigned long value);
    explicit operator bool();
};

extern StandInSerial Serial;

#endif
