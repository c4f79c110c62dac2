# Debian's own build of U-Boot for QEMU has nowhere to save its environment: a file of the loader's partition holds it, with
# U-Boot's checksum in front, as fw_setenv and Aftercare write it.

setenv aftercare_names "BOOT_ORDER BOOT_CONFIRMED BOOT_A_LEFT BOOT_B_LEFT"
setenv environment_address 0x6000000
load virtio 0:1 ${environment_address} uboot.env
env import -c ${environment_address} 0x4000 ${aftercare_names}
setenv aftercare_save 'env export -c -s 0x4000 ${environment_address} ${aftercare_names} && fatwrite virtio 0:1 ${environment_address} uboot.env 0x4000'
