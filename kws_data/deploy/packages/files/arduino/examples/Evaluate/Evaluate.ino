/* Evaluate: the detector under the kws tool's eyes. It gets clips from the host and tells scores and times.
 *
 *     kws evaluate --bundle MODEL --data FOLDER --engine device --port PORT
 *     kws listen --port PORT
 */
#include <PDM.h>
#include <@NAME@.h>
#include <kws_arduino.h>

void setup()
{
    kws_spotter_begin();
}

void loop()
{
    kws_spotter_turn();
}
