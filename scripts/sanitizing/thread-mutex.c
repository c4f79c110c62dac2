// Tells the thread sanitizer of the locks that it cannot see: for scripts/sanitize thread, loaded before the tests.
//
// Swift's Mutex takes a free lock by an atomic operation in our own code, which the sanitizer watches. Where somebody waits, the
// Swift library, which is built without the sanitizer, has the kernel hand the lock over (FUTEX_LOCK_PI): no operation of memory
// that anything could watch, and each contended lock looked like a race. These two stand before the library's own.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

// Weak, as programs that tests start have no sanitizer.
extern __attribute__((weak)) void __tsan_acquire(void *);
extern __attribute__((weak)) void __tsan_release(void *);

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

SWIFT void lock_slow(uint32_t thread, SELF self) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF self) __asm__(UNLOCK_SLOW);

SWIFT void lock_slow(uint32_t thread, SELF self) {
    SWIFT void (*library)(uint32_t, SELF) = (SWIFT void (*)(uint32_t, SELF))dlsym(RTLD_NEXT, LOCK_SLOW);
    library(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT void unlock_slow(SELF self) {
    SWIFT void (*library)(SELF) = (SWIFT void (*)(SELF))dlsym(RTLD_NEXT, UNLOCK_SLOW);
    if (__tsan_release) __tsan_release(self);
    library(self);
}
