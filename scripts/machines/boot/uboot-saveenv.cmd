# A build of U-Boot that saves its environment in two copies, files of the loader's partition: the disk was not there yet
# when it started. What it loads takes the place of everything that was set.

env load
setenv aftercare_save 'saveenv'
