SUMMARY = "Aftercare's boot script for U-Boot"
require recipes-core/aftercare/aftercare.inc

SRC_URI += "file://scripts/boot/uboot"
DEPENDS = "u-boot-tools-native"
PACKAGE_ARCH = "${MACHINE_ARCH}"

# A product's layer names its own: the hooks that put the kernel of a slot set into memory.
AFTERCARE_UBOOT_BOARD ?= "${S}/scripts/boot/uboot/aftercare-board.cmd"

inherit deploy

do_configure[noexec] = "1"

do_compile() {
    cat ${AFTERCARE_UBOOT_BOARD} ${S}/scripts/boot/uboot/aftercare-boot.cmd >${B}/boot.cmd
    mkimage -A ${UBOOT_ARCH} -T script -C none -n "Aftercare" -d ${B}/boot.cmd ${B}/boot.scr
}

inherit kernel-arch

do_install() {
    install -D -m 0644 ${B}/boot.scr ${D}/boot/boot.scr
}

do_deploy() {
    install -m 0644 ${B}/boot.scr ${DEPLOYDIR}/boot.scr
}
addtask deploy after do_compile before do_build

FILES:${PN} = "/boot/boot.scr"
