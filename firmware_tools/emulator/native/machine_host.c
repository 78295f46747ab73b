/* The machine's outside: the pseudo-terminal, the owner's control socket, the clock on the wall. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kws_machine_internal.h"

#define POLL_CYCLES 64000u
#define ORPHAN_CHECK_NS 500000000u
#define ORPHAN_CHECK_POLLS 256u

uint64_t kws_host_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Take what the host wrote, as far as the cable has room. */
static void take_in(kws_machine *m)
{
    kws_uart *u = &m->uart;
    while (u->cable_count < KWS_CABLE_BYTES) {
        size_t tail = (u->cable_head + u->cable_count) % KWS_CABLE_BYTES;
        size_t room = KWS_CABLE_BYTES - u->cable_count;
        if (room > KWS_CABLE_BYTES - tail)
            room = KWS_CABLE_BYTES - tail;
        ssize_t got = read(m->config.pty_fd, u->cable + tail, room);
        if (got <= 0)
            return;
        if (u->cable_count == 0 && u->rx_next < m->cycles + u->byte_cycles)
            u->rx_next = m->cycles + u->byte_cycles;
        u->cable_count += (size_t)got;
    }
}

static void give_out(kws_machine *m)
{
    kws_uart *u = &m->uart;
    if (u->out_count == 0)
        return;
    ssize_t put = write(m->config.pty_fd, u->out, u->out_count);
    if (put < 0 && errno != EAGAIN && errno != EINTR && errno != EIO)
        kws_machine_halt(m, KWS_STOP_PTY, (uint32_t)errno);
    if (put <= 0)
        return;
    u->out_count -= (size_t)put;
    memmove(u->out, u->out + put, u->out_count);
}

/* The socket's EOF says so sooner, unless the owner had forked: its children hold the socket open. */
static void check_parent(kws_machine *m)
{
    if ((int)getppid() != m->config.parent_pid)
        kws_machine_halt(m, KWS_STOP_ORPHAN, 0);
}

/* One poll of both descriptors; EOF on the control socket is the owner's business (on_control ends the process). */
static void exchange(kws_machine *m, int timeout_ms)
{
    kws_uart *u = &m->uart;
    short pty_events = u->out_count > 0 ? POLLOUT : 0;
    if (u->cable_count < KWS_CABLE_BYTES)
        pty_events |= POLLIN;
    struct pollfd fds[2] = {{m->config.pty_fd, pty_events, 0}, {m->config.control_fd, POLLIN, 0}};
    int ready = poll(fds, 2, timeout_ms);
    if ((ready <= 0 && timeout_ms > 0) || ++m->polls % ORPHAN_CHECK_POLLS == 0)
        check_parent(m);
    if (ready <= 0)
        return;
    if (fds[1].revents != 0)
        m->config.on_control();
    if (fds[0].revents & POLLIN)
        take_in(m);
    if (fds[0].revents & POLLOUT)
        give_out(m);
    if (fds[0].revents & (POLLERR | POLLNVAL))
        kws_machine_halt(m, KWS_STOP_PTY, EIO);
}

void kws_host_poll(kws_machine *m)
{
    m->next_poll = m->cycles + POLL_CYCLES;
    exchange(m, 0);
}

void kws_host_wait(kws_machine *m, uint64_t most_ns)
{
    int timeout_ms = (int)((most_ns > ORPHAN_CHECK_NS ? ORPHAN_CHECK_NS : most_ns) / 1000000u);
    exchange(m, timeout_ms > 0 ? timeout_ms : 1);
}

void kws_host_push_out(kws_machine *m)
{
    give_out(m);
    while (m->uart.out_count > KWS_OUT_BYTES / 2u && m->stop == KWS_STOP_NONE)
        kws_host_wait(m, ORPHAN_CHECK_NS);
}
