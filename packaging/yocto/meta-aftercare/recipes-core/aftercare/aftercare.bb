SUMMARY = "Maintenance agent of a medical device"
DESCRIPTION = "Takes signed releases, writes them into the slot set that does not run, proves the new system or goes back."
require aftercare.inc

# Built beforehand by scripts/build-release --swift-sdk, against this distribution's libraries: see the layer's README.
SRC_URI += "file://dist file://packaging/debian/aftercare.toml"
COMPATIBLE_HOST = "(x86_64|aarch64).*-linux"

DEPENDS = "curl libcbor openssl qrencode sqlite3 systemd zlib zstd"
# libstdc++ and the libraries above come from what the program is linked with; these it runs or talks to.
RDEPENDS:${PN} = "dbus systemd"
RRECOMMENDS:${PN} = "lrzsz"

inherit systemd useradd features_check bash-completion
REQUIRED_DISTRO_FEATURES = "systemd"

SYSTEMD_SERVICE:${PN} = "aftercare.service aftercare-deadman.timer"
# Service ports, such as "ttyS1": each gets the technician's console.
AFTERCARE_CONSOLES ?= ""
SYSTEMD_SERVICE:${PN} += "${@' '.join('aftercare-console@%s.service' % port for port in d.getVar('AFTERCARE_CONSOLES').split())}"

# As aftercare.sysusers.conf has it, for images whose /etc cannot be written.
USERADD_PACKAGES = "${PN}"
GROUPADD_PARAM:${PN} = "--system aftercare; --system aftercare-console"
USERADD_PARAM:${PN} = "--system --no-create-home --home-dir / --shell ${base_sbindir}/nologin --gid aftercare-console aftercare-console"

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    units=${S}/dist/lib/systemd
    install -D -m 0755 ${S}/dist/bin/aftercare ${D}${bindir}/aftercare
    install -D -m 0755 $units/deadman ${D}${nonarch_libdir}/aftercare/deadman
    install -d ${D}${systemd_system_unitdir}
    install -m 0644 $units/aftercare*.service $units/aftercare*.timer ${D}${systemd_system_unitdir}/
    install -D -m 0644 $units/aftercare.sysusers.conf ${D}${nonarch_libdir}/sysusers.d/aftercare.conf
    install -D -m 0644 $units/aftercare.tmpfiles.conf ${D}${nonarch_libdir}/tmpfiles.d/aftercare.conf
    install -D -m 0644 $units/org.aftercare.Aftercare1.conf \
        ${D}${datadir}/dbus-1/system.d/org.aftercare.Aftercare1.conf
    install -D -m 0644 $units/org.aftercare.Aftercare1.service \
        ${D}${datadir}/dbus-1/system-services/org.aftercare.Aftercare1.service
    install -D -m 0644 ${S}/dist/share/bash-completion/completions/aftercare \
        ${D}${datadir}/bash-completion/completions/aftercare
    install -d ${D}${mandir}/man1
    install -m 0644 ${S}/dist/share/man/man1/aftercare.1 ${S}/dist/share/man/man1/aftercare-[!f]*.1 ${D}${mandir}/man1/
    install -D -m 0644 ${S}/dist/share/man/man5/aftercare.toml.5 ${D}${mandir}/man5/aftercare.toml.5
    # The agent refuses it: a product's layer replaces it with its own.
    install -D -m 0644 ${S}/packaging/debian/aftercare.toml ${D}${sysconfdir}/aftercare/aftercare.toml
}

FILES:${PN} += "\
    ${nonarch_libdir}/aftercare ${nonarch_libdir}/sysusers.d ${nonarch_libdir}/tmpfiles.d \
    ${systemd_system_unitdir} ${datadir}/dbus-1 \
"
CONFFILES:${PN} = "${sysconfdir}/aftercare/aftercare.toml"

# scripts/build-release strips.
INHIBIT_PACKAGE_STRIP = "1"
INHIBIT_SYSROOT_STRIP = "1"
INHIBIT_PACKAGE_DEBUG_SPLIT = "1"
INSANE_SKIP:${PN} += "already-stripped"
