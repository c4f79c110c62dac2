import CLinux

/// How this process's allocator keeps memory.
package enum ProcessMemory {
    /// Keeps the process small rather than its threads apart; call it early, the arenas that are there already stay.
    ///
    /// glibc gives each thread an arena of its own, up to eight for each processor, and what was freed in one serves no
    /// other: heartbeats that are made on ten threads one after the other are held ten times. Nothing here allocates often
    /// enough to wait for a lock. Where the allocator takes no such wishes, nothing is lost but memory.
    package static func keepSmall() { _ = ac_allocate_from_one_arena() }

    /// Gives what is free back to the kernel: after work that took much and does not come again soon.
    package static func giveBack() { ac_return_free_memory() }
}
