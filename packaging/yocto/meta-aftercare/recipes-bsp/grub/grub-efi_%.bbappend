# What grub.cfg and aftercare-select.cfg use, and iorw and memrw for the watchdog of Intel's ICH9 and its successors.
AFTERCARE_GRUB_MODULES = " part_gpt fat ext2 search search_label normal linux loadenv test echo sleep reboot serial iorw memrw"
GRUB_BUILDIN:append = "${@d.getVar('AFTERCARE_GRUB_MODULES') if d.getVar('AFTERCARE_LOADER') == 'grub' else ''}"
