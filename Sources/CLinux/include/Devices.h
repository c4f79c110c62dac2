#ifndef AFTERCARE_CLINUX_DEVICES_H
#define AFTERCARE_CLINUX_DEVICES_H

// Character devices that are driven by ioctl: GPIO lines and the watchdog.

#include <stdint.h>

/// What a GPIO chip calls itself, both ended by a zero byte, and how many lines it has (GPIO_GET_CHIPINFO_IOCTL).
struct ac_gpio_chip {
    char name[32];
    char label[32];
    uint32_t lines;
};

int ac_gpio_examine(int descriptor, struct ac_gpio_chip *chip);

/// The name of a line, empty for one without (GPIO_V2_GET_LINEINFO_IOCTL).
int ac_gpio_line_name(int descriptor, uint32_t offset, char name[32]);

/// Takes one line and gives a descriptor for it (GPIO_V2_GET_LINE_IOCTL); an output begins with `value`.
int ac_gpio_request(int descriptor, uint32_t offset, int output, int active_low, int value, const char *consumer);

/// The line's logical value, 0 or 1 (GPIO_V2_LINE_GET_VALUES_IOCTL).
int ac_gpio_get(int descriptor);
int ac_gpio_set(int descriptor, int value);

/// What the watchdog can do: bits of linux/watchdog.h, WDIOF_ (WDIOC_GETSUPPORT); identity ends with a zero byte.
int ac_watchdog_support(int descriptor, uint32_t *options, char identity[33]);
int ac_watchdog_keep_alive(int descriptor);

/// Sets the time in seconds and gives what the hardware took for it (WDIOC_SETTIMEOUT, WDIOC_SETPRETIMEOUT).
int ac_watchdog_set_timeout(int descriptor, int seconds);
int ac_watchdog_set_pretimeout(int descriptor, int seconds);

/// The seconds until it fires (WDIOC_GETTIMELEFT).
int ac_watchdog_time_left(int descriptor);

#endif
