#include "Devices.h"
#include <errno.h>
#include <linux/gpio.h>
#include <linux/watchdog.h>
#include <string.h>
#include <sys/ioctl.h>

static int result(int value) { return value < 0 ? -errno : value; }

int ac_gpio_examine(int descriptor, struct ac_gpio_chip *chip) {
    struct gpiochip_info info = {0};
    int status = result(ioctl(descriptor, GPIO_GET_CHIPINFO_IOCTL, &info));
    if (status < 0) return status;
    memset(chip, 0, sizeof *chip);
    memcpy(chip->name, info.name, sizeof chip->name - 1);
    memcpy(chip->label, info.label, sizeof chip->label - 1);
    chip->lines = info.lines;
    return 0;
}

int ac_gpio_line_name(int descriptor, uint32_t offset, char name[32]) {
    struct gpio_v2_line_info info = {.offset = offset};
    int status = result(ioctl(descriptor, GPIO_V2_GET_LINEINFO_IOCTL, &info));
    if (status < 0) return status;
    memset(name, 0, 32);
    memcpy(name, info.name, 31);
    return 0;
}

int ac_gpio_request(int descriptor, uint32_t offset, int output, int active_low, int value, const char *consumer) {
    struct gpio_v2_line_request request = {.offsets = {offset}, .num_lines = 1};
    strncpy(request.consumer, consumer, sizeof request.consumer - 1);
    request.config.flags = output ? GPIO_V2_LINE_FLAG_OUTPUT : GPIO_V2_LINE_FLAG_INPUT;
    if (active_low) request.config.flags |= GPIO_V2_LINE_FLAG_ACTIVE_LOW;
    if (output) {
        request.config.num_attrs = 1;
        request.config.attrs[0].mask = 1;
        request.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
        request.config.attrs[0].attr.values = value ? 1 : 0;
    }
    int status = result(ioctl(descriptor, GPIO_V2_GET_LINE_IOCTL, &request));
    return status < 0 ? status : request.fd;
}

int ac_gpio_get(int descriptor) {
    struct gpio_v2_line_values values = {.mask = 1};
    int status = result(ioctl(descriptor, GPIO_V2_LINE_GET_VALUES_IOCTL, &values));
    return status < 0 ? status : (int)(values.bits & 1);
}

int ac_gpio_set(int descriptor, int value) {
    struct gpio_v2_line_values values = {.bits = value ? 1 : 0, .mask = 1};
    return result(ioctl(descriptor, GPIO_V2_LINE_SET_VALUES_IOCTL, &values));
}

int ac_watchdog_support(int descriptor, uint32_t *options, char identity[33]) {
    struct watchdog_info info = {0};
    int status = result(ioctl(descriptor, WDIOC_GETSUPPORT, &info));
    if (status < 0) return status;
    *options = info.options;
    memcpy(identity, info.identity, 32);
    identity[32] = 0;
    return 0;
}

int ac_watchdog_keep_alive(int descriptor) { return result(ioctl(descriptor, WDIOC_KEEPALIVE, 0)); }

int ac_watchdog_set_timeout(int descriptor, int seconds) {
    int status = result(ioctl(descriptor, WDIOC_SETTIMEOUT, &seconds));
    return status < 0 ? status : seconds;
}

int ac_watchdog_set_pretimeout(int descriptor, int seconds) {
    int status = result(ioctl(descriptor, WDIOC_SETPRETIMEOUT, &seconds));
    return status < 0 ? status : seconds;
}

int ac_watchdog_time_left(int descriptor) {
    int seconds = 0;
    int status = result(ioctl(descriptor, WDIOC_GETTIMELEFT, &seconds));
    return status < 0 ? status : seconds;
}
