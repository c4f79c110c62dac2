# QEMU's pc machine with Debian's own build of U-Boot for it, which has nowhere to save its environment: a file of the
# loader's partition holds it, with U-Boot's checksum in front, as fw_setenv and Aftercare write it.

setenv aftercare_attempts 3
setenv aftercare_names "BOOT_ORDER BOOT_CONFIRMED BOOT_A_LEFT BOOT_B_LEFT"
setenv environment_address 0x6000000
setenv ramdisk_address 0x8000000

load virtio 0:1 ${environment_address} uboot.env
env import -c ${environment_address} 0x4000 ${aftercare_names}

setenv aftercare_save 'env export -c -s 0x4000 ${environment_address} ${aftercare_names} && fatwrite virtio 0:1 ${environment_address} uboot.env 0x4000'
setenv aftercare_load 'if test ${aftercare_slot} = A; then part=2; else part=3; fi; setenv bootargs "root=PARTLABEL=system-${aftercare_slot} ro panic=10 console=tty0 console=ttyS0,115200 @options@ ${aftercare_arguments}"; load virtio 0:${part} ${ramdisk_address} boot/initrd.img && setenv ramdisk_size 0x${filesize} && load virtio 0:${part} ${kernel_addr_r} boot/vmlinuz'
setenv aftercare_boot 'zboot ${kernel_addr_r} ${filesize} ${ramdisk_address} ${ramdisk_size}'
