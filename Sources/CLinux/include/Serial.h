#ifndef AFTERCARE_CLINUX_SERIAL_H
#define AFTERCARE_CLINUX_SERIAL_H

// Serial ports, as far as they need the kernel's own termios2 or ioctl, which is variadic.

#include <stdint.h>

/// What a terminal is set to: the flags of termios(3) and its two speeds in baud, whatever they are.
struct ac_terminal_mode {
    uint32_t input_flags, output_flags, control_flags, local_flags;
    uint32_t input_baud, output_baud;
    uint8_t least_bytes, wait_tenths;
};

/// What a terminal is set to (ioctl TCGETS2).
int ac_terminal_get(int descriptor, struct ac_terminal_mode *mode);

/// Sets a terminal now, in line discipline 0, leaving its other control characters (ioctl TCSETS2, BOTHER for odd speeds).
int ac_terminal_set(int descriptor, const struct ac_terminal_mode *mode);

/// Lets nobody else open the terminal who may not do everything, or lets them again (ioctl TIOCEXCL, TIOCNXCL).
int ac_terminal_exclusive(int descriptor, int exclusive);

/// Forgets what has come (1), what has not gone (2), or both (3) (ioctl TCFLSH).
int ac_terminal_discard(int descriptor, int which);

/// How many bytes have not left yet, those in the transmitter counted as one (ioctl TIOCOUTQ, TIOCSERGETLSR).
int ac_terminal_unsent(int descriptor);

/// Holds the line in the break state, or ends that (ioctl TIOCSBRK, TIOCCBRK).
int ac_terminal_break(int descriptor, int on);

/// The modem lines, bits of TIOCM_ (ioctl TIOCMGET).
int ac_terminal_lines(int descriptor, int *lines);

/// Raises and lowers modem lines (ioctl TIOCMBIS, TIOCMBIC).
int ac_terminal_set_lines(int descriptor, int raise, int lower);

/// Whether the driver hands on every byte at once: 1 or 0 (ioctl TIOCGSERIAL).
int ac_terminal_low_latency(int descriptor);

/// Has the driver hand on every byte at once, or not (ioctl TIOCSSERIAL).
int ac_terminal_set_low_latency(int descriptor, int on);

/// How a port drives the transmitter of an RS-485 line; delays in milliseconds.
struct ac_rs485 {
    int enabled, rts_on_send, rts_after_send, receives_own, terminates;
    uint32_t delay_before_send, delay_after_send;
};

/// What the RS-485 side of a port is set to (ioctl TIOCGRS485).
int ac_rs485_get(int descriptor, struct ac_rs485 *rs485);

/// Sets the RS-485 side of a port (ioctl TIOCSRS485).
int ac_rs485_set(int descriptor, const struct ac_rs485 *rs485);

#endif
