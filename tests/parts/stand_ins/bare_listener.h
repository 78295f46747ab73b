/* A package's listener over samples that are compiled in, on a bare machine: prints what it finds. */
#ifndef STAND_IN_BARE_LISTENER_H
#define STAND_IN_BARE_LISTENER_H

/* The machine's: a byte that it prints. */
void bare_put(char byte);

void bare_run(void);

#endif
