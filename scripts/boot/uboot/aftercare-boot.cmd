# Aftercare's boot script for U-Boot: see docs/boot-control.md. It follows a board's own script, which sets the hooks:
#
#   aftercare_load    puts the kernel of ${aftercare_slot} into memory and sets bootargs, which must hold ${aftercare_arguments}
#   aftercare_boot    starts what was loaded; comes back only if that cannot be done
#   aftercare_save    saves the environment (saveenv)
#   aftercare_attempts  how often a set is tried whose count is not in the environment
#   aftercare_watchdog, aftercare_watchdog_ms   the watchdog to arm (wdt list), and for how long; may be missing
#
# The rules are those of UBootScheme.decide in Sources/BootControl, and a test compares the two over all states.
# Every value is compared with an x in front: test would take a value like "-n" for an operator.

test -n "${BOOT_ORDER}" || setenv BOOT_ORDER "A B"
test -n "${BOOT_A_LEFT}" || setenv BOOT_A_LEFT ${aftercare_attempts}
test -n "${BOOT_B_LEFT}" || setenv BOOT_B_LEFT ${aftercare_attempts}

# The confirmed set was proved once: it is the last resort, even where the order does not name it.
last_resort=none
if test "x${BOOT_CONFIRMED}" = xA -o "x${BOOT_CONFIRMED}" = xB; then last_resort=${BOOT_CONFIRMED}; fi
state=choosing
tried_A=no
tried_B=no

for aftercare_slot in ${BOOT_ORDER} ${last_resort}; do
    left=none
    if test "x${aftercare_slot}" = xA -a ${tried_A} = no; then left="x${BOOT_A_LEFT}"; fi
    if test "x${aftercare_slot}" = xB -a ${tried_B} = no; then left="x${BOOT_B_LEFT}"; fi
    if test ${state} = started; then left=none; fi

    # Go on with: confirmed (not counted), one attempt less, or not at all.
    rest=none
    if test "${left}" = none; then true
    elif test "x${aftercare_slot}" = "x${BOOT_CONFIRMED}"; then rest=confirmed
    elif test "${left}" = x1; then rest=0
    elif test "${left}" = x2; then rest=1
    elif test "${left}" = x3; then rest=2
    elif test "${left}" = x4; then rest=3
    elif test "${left}" = x5; then rest=4
    elif test "${left}" = x6; then rest=5
    elif test "${left}" = x7; then rest=6
    elif test "${left}" = x8; then rest=7
    elif test "${left}" = x9; then rest=8
    elif test "${left}" = xa; then rest=9
    elif test "${left}" = xb; then rest=a
    elif test "${left}" = xc; then rest=b
    elif test "${left}" = xd; then rest=c
    elif test "${left}" = xe; then rest=d
    elif test "${left}" = xf; then rest=e
    fi

    ready=no
    if test ${rest} = confirmed; then ready=yes
    elif test ${rest} != none; then
        setenv BOOT_${aftercare_slot}_LEFT ${rest}
        # A trial is started only if its attempt could be saved: otherwise it would be tried for ever.
        if run aftercare_save; then ready=yes; else echo "The attempt of slot set ${aftercare_slot} cannot be saved."; fi
    fi

    if test ${rest} != none; then
        if test ${aftercare_slot} = A; then tried_A=yes; else tried_B=yes; fi
    fi
    if test ${ready} = yes; then
        aftercare_arguments="rauc.slot=${aftercare_slot} aftercare.slot=${aftercare_slot}"
        if run aftercare_load; then
            # Armed last: a set that cannot be loaded must not leave a clock running that restarts a technician's prompt.
            if test -n "${aftercare_watchdog}"; then
                if wdt dev ${aftercare_watchdog}; then wdt start ${aftercare_watchdog_ms}; fi
            fi
            if run aftercare_boot; then state=started; fi
            if test -n "${aftercare_watchdog}"; then wdt stop; fi
        fi
        if test ${state} != started; then echo "Slot set ${aftercare_slot} cannot be started."; fi
    fi
done

# The end state: no restart, the prompt. bootcmd must do nothing after this script.
if test ${state} != started; then
    echo "No slot set can be started by itself: call service, or start one with"
    echo "  aftercare_slot=A; aftercare_arguments=aftercare.slot=A; run aftercare_load; run aftercare_boot"
fi
