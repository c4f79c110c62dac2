# QEMU's pc machine. Behind the part that loads the environment, and before the script that ships.

setenv aftercare_attempts 3
setenv kernel_address 0x1000000
setenv ramdisk_address 0x8000000
setenv aftercare_load 'if test ${aftercare_slot} = A; then part=2; else part=3; fi; setenv bootargs "root=PARTLABEL=system-${aftercare_slot} ro panic=10 console=tty0 console=ttyS0,115200 @options@ ${aftercare_arguments}"; load virtio 0:${part} ${ramdisk_address} boot/initrd.img && setenv ramdisk_size 0x${filesize} && load virtio 0:${part} ${kernel_address} boot/vmlinuz'
setenv aftercare_boot 'zboot ${kernel_address} ${filesize} ${ramdisk_address} ${ramdisk_size}'
