"""Power cuts at block level: every write of a machine's disk is recorded, and cut after (docs/write-log.md).

Standard library only. From below: `write_log` reads what QEMU recorded, `states` says what a cut can leave, `loader_rules`
which slot set would boot then, `partitions` judges each part of the disk, `sweep` judges states, `devices` are recorded.
"""
