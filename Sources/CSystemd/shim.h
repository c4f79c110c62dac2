#ifndef AFTERCARE_CSYSTEMD_H
#define AFTERCARE_CSYSTEMD_H
#include <systemd/sd-bus.h>
#include <systemd/sd-bus-vtable.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#endif
