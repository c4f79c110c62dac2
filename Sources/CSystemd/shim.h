#ifndef AFTERCARE_CSYSTEMD_H
#define AFTERCARE_CSYSTEMD_H

// sd-bus declares interfaces by macros that fill a structure of bit fields and unions, which Swift does not import.
// Each function below is one of those macros, for an entry in memory that is zeroed already.

// Glibc's own Swift module leaves <sys/eventfd.h> out, which the event loop wakes up by.

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-bus-vtable.h>

/// Room for `count` zeroed entries; free(3) gives it back. Null when there is no memory.
static inline sd_bus_vtable *_Nullable ac_bus_vtable_new(size_t count) {
    return (sd_bus_vtable *)calloc(count, sizeof(sd_bus_vtable));
}

/// SD_BUS_VTABLE_START: everybody whom the bus lets through may call; who may do what is for policy and handlers.
static inline void ac_bus_vtable_start(sd_bus_vtable *_Nonnull table) {
    const sd_bus_vtable entry = SD_BUS_VTABLE_START(SD_BUS_VTABLE_UNPRIVILEGED);
    table[0] = entry;
}

/// SD_BUS_METHOD_WITH_NAMES: `names` is every argument's and result's name in turn, each with its NUL, and one more.
static inline void ac_bus_vtable_method(
    sd_bus_vtable *_Nonnull table, size_t index, const char *_Nonnull member, const char *_Nonnull signature,
    const char *_Nonnull result, const char *_Nonnull names, sd_bus_message_handler_t _Nonnull handler) {
    table[index].type = _SD_BUS_VTABLE_METHOD;
    table[index].flags = SD_BUS_VTABLE_UNPRIVILEGED;
    table[index].x.method.member = member;
    table[index].x.method.signature = signature;
    table[index].x.method.result = result;
    table[index].x.method.handler = handler;
    table[index].x.method.names = names;
}

/// SD_BUS_SIGNAL_WITH_NAMES: `names` as for a method.
static inline void ac_bus_vtable_signal(
    sd_bus_vtable *_Nonnull table, size_t index, const char *_Nonnull member, const char *_Nonnull signature,
    const char *_Nonnull names) {
    table[index].type = _SD_BUS_VTABLE_SIGNAL;
    table[index].x.signal.member = member;
    table[index].x.signal.signature = signature;
    table[index].x.signal.names = names;
}

/// SD_BUS_PROPERTY, read-only. `changes`: 0 says nothing, 1 the new value is told, 2 only that it changed, 3 never.
static inline void ac_bus_vtable_property(
    sd_bus_vtable *_Nonnull table, size_t index, const char *_Nonnull member, const char *_Nonnull signature,
    sd_bus_property_get_t _Nonnull get, int changes) {
    table[index].type = _SD_BUS_VTABLE_PROPERTY;
    table[index].flags = changes == 1   ? SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
                         : changes == 2 ? SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION
                         : changes == 3 ? SD_BUS_VTABLE_PROPERTY_CONST
                                        : 0;
    table[index].x.property.member = member;
    table[index].x.property.signature = signature;
    table[index].x.property.get = get;
}

/// SD_BUS_VTABLE_END.
static inline void ac_bus_vtable_end(sd_bus_vtable *_Nonnull table, size_t index) {
    table[index].type = _SD_BUS_VTABLE_END;
}

#endif
