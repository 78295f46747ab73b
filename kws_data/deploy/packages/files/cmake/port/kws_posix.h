/* kws_port.h for a PC with POSIX: a pseudo-terminal as the line, a file of raw samples as the microphone. */
#ifndef KWS_POSIX_H
#define KWS_POSIX_H

/* Open a pseudo-terminal and print its name, for kws ... --port. argv[1], if there, is a file of little-endian 16-bit
 * samples that the microphone hears over and over; silence otherwise. Returns 0, or 1 after saying what failed. */
int kws_posix_open(int argc, char **argv);

#endif
