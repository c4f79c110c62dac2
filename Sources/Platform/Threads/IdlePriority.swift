import CLinux

/// Work that gives way to everything else on the machine.
package struct IdlePriority: OptionSet, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// Only where no other thread wants the processor (sched(7), SCHED_IDLE).
    package static let processor = IdlePriority(rawValue: 1)
    /// Only where nobody else wants the medium (ioprio_set(2), IOPRIO_CLASS_IDLE; the scheduler of the medium decides).
    package static let medium = IdlePriority(rawValue: 2)

    /// Sets the calling thread to it until it ends, and says what the kernel granted.
    package static func take() -> IdlePriority { IdlePriority(rawValue: ac_yield_to_all()) }
}
