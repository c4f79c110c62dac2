/// What can fail around the agent, and which test shows what becomes of it: the table of docs/faults.md, which a test compares.
package enum WorldFault: String, CaseIterable, Sendable {
    // The device's storage
    case diskFull = "disk-full"
    case diskFullAtStart = "disk-full-at-start"
    case filesUsedUp = "files-used-up"
    case readOnly = "read-only"
    case readOnlyAtStart = "read-only-at-start"
    case temporaryFull = "tmp-full"
    case slowDisk = "slow-disk"
    // Slots, and where releases come from
    case slotUnreadable = "slot-unreadable"
    case slotUnwritable = "slot-unwritable"
    case slotGone = "slot-gone"
    case bundleUnreadable = "bundle-unreadable"
    case stickPulled = "stick-pulled"
    case documentUnreadable = "document-unreadable"
    // What a process may have
    case littleMemory = "little-memory"
    case outOfMemory = "out-of-memory"
    case fewFiles = "few-files"
    case killed = "killed"
    case stopped = "stopped"
    case secondAgent = "second-agent"
    // Time
    case clockJump = "clock-jump"
    case longUptime = "long-uptime"
    // Who speaks with it
    case busKilled = "bus-killed"
    case busFlood = "bus-flood"
    case refusalFlood = "refusal-flood"
    case sessionFlood = "session-flood"
    case hostileServer = "hostile-server"
    case hostileReceiver = "hostile-receiver"

    /// What the agent promises, whatever happens to the world around it.
    package enum Promise: String, CaseIterable, Sendable {
        /// The watchdog is fed while the agent works, and is not while it does not.
        case watchdog
        /// Heartbeats are made and sent when the fault is over, and where it does not concern them, meanwhile.
        case heartbeats
        /// An update ends in an answer with its reason, or goes on when the fault is over.
        case lifecycle
        /// The ledger verifies, and has lost nothing that was said to be written.
        case ledger
        /// Not one byte of the running slot set changes.
        case runningSlot = "running slot"
        /// The agent answers on D-Bus, or will when it is back.
        case bus
    }

    /// The suite and the function of the test that shows it.
    package var test: String {
        switch self {
        case .diskFull: "DiskFaultTests/full"
        case .diskFullAtStart: "DiskFaultTests/fullAtStart"
        case .filesUsedUp: "DiskFaultTests/files"
        case .readOnly: "DiskFaultTests/readOnly"
        case .readOnlyAtStart: "DiskFaultTests/readOnlyAtStart"
        case .temporaryFull: "ProcessFaultTests/temporaryFull"
        case .slowDisk: "SlowDiskTests/held"
        case .slotUnreadable: "SlotFaultTests/unreadable"
        case .slotUnwritable: "SlotFaultTests/unwritable"
        case .slotGone: "SlotFaultTests/gone"
        case .bundleUnreadable: "SlotFaultTests/bundle"
        case .stickPulled: "SlotFaultTests/pulled"
        case .documentUnreadable: "DocumentFaultTests/unreadable"
        case .littleMemory: "ProcessFaultTests/memory"
        case .outOfMemory: "ProcessFaultTests/outOfMemory"
        case .fewFiles: "ProcessFaultTests/files"
        case .killed: "KillTests/randomMoments"
        case .stopped: "ProcessFaultTests/stopped"
        case .secondAgent: "ProcessFaultTests/second"
        case .clockJump: "ClockFaultTests/everyState"
        case .longUptime: "ProcessFaultTests/uptime"
        case .busKilled: "BusFaultTests/killed"
        case .busFlood: "BusFaultTests/calls"
        case .refusalFlood: "RequestRefusalTests/flood"
        case .sessionFlood: "BusFaultTests/sessions"
        case .hostileServer: "BusFaultTests/server"
        case .hostileReceiver: "BusFaultTests/receiver"
        }
    }
}
