#include "Serial.h"
// The kernel's termios2, which cannot stand beside the C library's <termios.h>.
#include <asm/termbits.h>
#include <errno.h>
#include <linux/serial.h>
#include <string.h>
#include <sys/ioctl.h>

static int result(int value) { return value < 0 ? -errno : value; }

int ac_terminal_get(int descriptor, struct ac_terminal_mode *mode) {
    struct termios2 now;
    if (ioctl(descriptor, TCGETS2, &now) < 0) return -errno;
    *mode = (struct ac_terminal_mode){
        .input_flags = now.c_iflag,
        .output_flags = now.c_oflag,
        .control_flags = now.c_cflag,
        .local_flags = now.c_lflag,
        .input_baud = now.c_ispeed,
        .output_baud = now.c_ospeed,
        .least_bytes = now.c_cc[VMIN],
        .wait_tenths = now.c_cc[VTIME],
    };
    return 0;
}

// A speed's old name where it has one, because other programs show no other (stty prints 0).
static tcflag_t speed_code(uint32_t baud) {
    static const struct {
        uint32_t baud;
        tcflag_t code;
    } names[] = {
        {50, B50},           {75, B75},           {110, B110},         {134, B134},         {150, B150},
        {200, B200},         {300, B300},         {600, B600},         {1200, B1200},       {1800, B1800},
        {2400, B2400},       {4800, B4800},       {9600, B9600},       {19200, B19200},     {38400, B38400},
        {57600, B57600},     {115200, B115200},   {230400, B230400},   {460800, B460800},   {500000, B500000},
        {576000, B576000},   {921600, B921600},   {1000000, B1000000}, {1152000, B1152000}, {1500000, B1500000},
        {2000000, B2000000}, {2500000, B2500000}, {3000000, B3000000}, {3500000, B3500000}, {4000000, B4000000},
    };
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].baud == baud) return names[i].code;
    return BOTHER;
}

int ac_terminal_set(int descriptor, const struct ac_terminal_mode *mode) {
    struct termios2 new;
    if (ioctl(descriptor, TCGETS2, &new) < 0) return -errno;
    new.c_iflag = mode->input_flags;
    new.c_oflag = mode->output_flags;
    new.c_lflag = mode->local_flags;
    new.c_cflag = mode->control_flags & ~((tcflag_t)CBAUD | (tcflag_t)CBAUD << IBSHIFT);
    // An input speed of B0 is that of the output (termios(3)), which is how terminals come.
    new.c_cflag |= speed_code(mode->output_baud);
    if (mode->input_baud != mode->output_baud) new.c_cflag |= speed_code(mode->input_baud) << IBSHIFT;
    new.c_ispeed = mode->input_baud;
    new.c_ospeed = mode->output_baud;
    new.c_cc[VMIN] = mode->least_bytes;
    new.c_cc[VTIME] = mode->wait_tenths;
    new.c_line = 0;
    return result(ioctl(descriptor, TCSETS2, &new));
}

int ac_terminal_exclusive(int descriptor, int exclusive) {
    return result(ioctl(descriptor, exclusive ? TIOCEXCL : TIOCNXCL));
}

int ac_terminal_discard(int descriptor, int which) {
    static const int queues[] = {TCIFLUSH, TCOFLUSH, TCIOFLUSH};
    if (which < 1 || which > 3) return -EINVAL;
    return result(ioctl(descriptor, TCFLSH, queues[which - 1]));
}

int ac_terminal_unsent(int descriptor) {
    int count = 0;
    if (ioctl(descriptor, TIOCOUTQ, &count) < 0) return -errno;
    if (count > 0) return count;
    // Not every driver says whether its shift register is empty.
    unsigned state = 0;
    if (ioctl(descriptor, TIOCSERGETLSR, &state) < 0) return 0;
    return state & TIOCSER_TEMT ? 0 : 1;
}

int ac_terminal_break(int descriptor, int on) { return result(ioctl(descriptor, on ? TIOCSBRK : TIOCCBRK)); }

int ac_terminal_lines(int descriptor, int *lines) { return result(ioctl(descriptor, TIOCMGET, lines)); }

int ac_terminal_set_lines(int descriptor, int raise, int lower) {
    if (raise != 0 && ioctl(descriptor, TIOCMBIS, &raise) < 0) return -errno;
    if (lower != 0 && ioctl(descriptor, TIOCMBIC, &lower) < 0) return -errno;
    return 0;
}

int ac_terminal_low_latency(int descriptor) {
    struct serial_struct port = {0};
    if (ioctl(descriptor, TIOCGSERIAL, &port) < 0) return -errno;
    return (port.flags & ASYNC_LOW_LATENCY) != 0;
}

int ac_terminal_set_low_latency(int descriptor, int on) {
    struct serial_struct port = {0};
    if (ioctl(descriptor, TIOCGSERIAL, &port) < 0) return -errno;
    port.flags = on ? port.flags | ASYNC_LOW_LATENCY : port.flags & ~ASYNC_LOW_LATENCY;
    return result(ioctl(descriptor, TIOCSSERIAL, &port));
}

int ac_rs485_get(int descriptor, struct ac_rs485 *rs485) {
    struct serial_rs485 now = {0};
    if (ioctl(descriptor, TIOCGRS485, &now) < 0) return -errno;
    *rs485 = (struct ac_rs485){
        .enabled = (now.flags & SER_RS485_ENABLED) != 0,
        .rts_on_send = (now.flags & SER_RS485_RTS_ON_SEND) != 0,
        .rts_after_send = (now.flags & SER_RS485_RTS_AFTER_SEND) != 0,
        .receives_own = (now.flags & SER_RS485_RX_DURING_TX) != 0,
        .terminates = (now.flags & SER_RS485_TERMINATE_BUS) != 0,
        .delay_before_send = now.delay_rts_before_send,
        .delay_after_send = now.delay_rts_after_send,
    };
    return 0;
}

int ac_rs485_set(int descriptor, const struct ac_rs485 *rs485) {
    struct serial_rs485 new = {0};
    // What the driver has besides (addressing) stays as it is.
    if (ioctl(descriptor, TIOCGRS485, &new) < 0) return -errno;
    new.flags &= ~(unsigned)(SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND | SER_RS485_RTS_AFTER_SEND
                             | SER_RS485_RX_DURING_TX | SER_RS485_TERMINATE_BUS);
    if (rs485->enabled) new.flags |= SER_RS485_ENABLED;
    if (rs485->rts_on_send) new.flags |= SER_RS485_RTS_ON_SEND;
    if (rs485->rts_after_send) new.flags |= SER_RS485_RTS_AFTER_SEND;
    if (rs485->receives_own) new.flags |= SER_RS485_RX_DURING_TX;
    if (rs485->terminates) new.flags |= SER_RS485_TERMINATE_BUS;
    new.delay_rts_before_send = rs485->delay_before_send;
    new.delay_rts_after_send = rs485->delay_after_send;
    return result(ioctl(descriptor, TIOCSRS485, &new));
}
