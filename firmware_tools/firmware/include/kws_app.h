/* The apps as a framework calls them: begin once, then one turn of the main loop after another, from one thread.
 *
 * A turn obeys a command, sends what the microphone has heard, and sleeps (kws_port_idle) when there is nothing to do.
 * With KWS_NO_MAIN defined the apps have no main of their own. The framework provides kws_port.h.
 */
#ifndef KWS_APP_H
#define KWS_APP_H

#ifdef __cplusplus
extern "C" {
#endif

/* Sends what the microphone hears: kws record, kws doctor, kws listen. */
void kws_recorder_begin(void);
void kws_recorder_turn(void);

/* The detector of a bundle: kws device-eval, kws listen. */
void kws_spotter_begin(void);
void kws_spotter_turn(void);

#ifdef __cplusplus
}
#endif

#endif
