SUMMARY = "Aftercare's boot configuration for GRUB on EFI"
require recipes-core/aftercare/aftercare.inc
require conf/image-uefi.conf

SRC_URI += "file://scripts/boot/grub"
# grub-editenv makes the environment.
DEPENDS = "grub-native"
RPROVIDES:${PN} = "virtual-grub-bootconf"
PACKAGE_ARCH = "${MACHINE_ARCH}"

# A product's layer names its own; the example boots file systems that are labelled system-A and system-B.
AFTERCARE_GRUB_BOARD ?= "${S}/scripts/boot/grub/aftercare-board.cfg"

do_configure[noexec] = "1"

do_compile() {
    # As it leaves the factory: A confirmed, nothing on trial (docs/boot-control.md).
    grub-editenv ${B}/grubenv create
    grub-editenv ${B}/grubenv set "ORDER=A B" CONFIRMED=A A_OK=1 A_TRY=0 A_LEFT=3 B_OK=0 B_TRY=0 B_LEFT=0
}

do_install() {
    install -d ${D}${EFI_FILES_PATH}
    install -m 0644 ${S}/scripts/boot/grub/grub.cfg ${S}/scripts/boot/grub/aftercare-select.cfg \
        ${S}/scripts/boot/grub/aftercare-watchdog-ich9.cfg ${D}${EFI_FILES_PATH}/
    install -m 0644 ${AFTERCARE_GRUB_BOARD} ${D}${EFI_FILES_PATH}/aftercare-board.cfg
    install -m 0644 ${B}/grubenv ${D}${EFI_FILES_PATH}/grubenv
}

FILES:${PN} = "${EFI_FILES_PATH}"
