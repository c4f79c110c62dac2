"""A machine that really boots: images, loaders, QEMU and the stories that are told on it (docs/system-test.md).

Standard library only. From below: `cache`, `commands`; `root_filesystem`, `kernel`, `slot_image`, `disk_image` make files;
`console`, `virtual_machine` run them; `guest` asks the system inside; `releases`, `web` are the manufacturer's side;
`device` puts one machine together; `stories` are what is shown.
"""
