/* Recorder: sends what the microphone hears to the kws tool.
 *
 *     kws doctor --port PORT            is the microphone whole?
 *     kws record CONFIG --port PORT     record keywords with it
 */
#include <PDM.h>
#include <@NAME@.h>
#include <kws_arduino.h>

void setup()
{
    kws_recorder_begin();
}

void loop()
{
    kws_recorder_turn();
}
