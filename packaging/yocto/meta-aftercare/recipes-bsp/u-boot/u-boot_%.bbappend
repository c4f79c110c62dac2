# Where the environment lies is the board's: its two places must be those of [boot] in aftercare.toml.
FILESEXTRAPATHS:prepend := "${THISDIR}/files:"
SRC_URI:append = "${@' file://aftercare.cfg' if d.getVar('AFTERCARE_LOADER') == 'uboot' else ''}"
