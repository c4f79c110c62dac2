"""A machine that really boots: images, loaders, QEMU and the stories that are told on it (docs/system-test.md).

Standard library only. From below: `cache`, `commands`; `root_filesystem`, `kernel`, `slot_image`, `disk_image`,
`loaders` and `uboot_build` make files; `console`, `virtual_machine` run them; `guest` asks the system inside, `visit` is a person at its service port;
`releases` and `web` are the manufacturer's side;
`device` is one machine with its life, `bench` has what all share; `stories` and `power_cuts` are what is shown.
"""
