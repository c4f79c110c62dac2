# An example board: an eMMC with the file systems of slot set A in partition 2 and B in partition 3, the environment saved
# by saveenv in two copies. Build: cat aftercare-board.cmd aftercare-boot.cmd > boot.cmd; mkimage -T script -d boot.cmd boot.scr

setenv aftercare_attempts 3
setenv aftercare_save 'saveenv'
setenv aftercare_load 'if test ${aftercare_slot} = A; then part=2; else part=3; fi; setenv bootargs "root=/dev/mmcblk0p${part} ro rootwait panic=10 watchdog.open_timeout=120 console=${console} ${aftercare_arguments}"; load mmc 0:${part} ${kernel_addr_r} /boot/Image && load mmc 0:${part} ${fdt_addr_r} /boot/board.dtb'
setenv aftercare_boot 'booti ${kernel_addr_r} - ${fdt_addr_r}'

# The name as "wdt list" shows it; the board restarts if Linux has not taken the watchdog over by then.
setenv aftercare_watchdog 'watchdog@fe7b0000'
setenv aftercare_watchdog_ms 120000
