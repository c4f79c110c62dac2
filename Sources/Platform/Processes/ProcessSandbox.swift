import CLinux
import Glibc

/// What a child process is kept from doing.
///
/// A child always gets a session of its own, a cleared environment, no descriptor but its three, default signals, and
/// no core dump.
package struct ProcessSandbox: Sendable, Equatable {
    /// The parent's own rights, except that none can be gained by set-user-id programs.
    package static let plain = ProcessSandbox()

    /// Nil runs it as the parent's user; only root can name another, and supplementary groups are then dropped.
    package var user: ProcessUser?
    package var limits: ProcessLimits
    /// What to isolate where the kernel and the parent's rights allow; `ProcessResult.isolation` says what came of it.
    package var isolation: ProcessIsolation
    /// Whether the child and what it starts can gain rights by set-user-id programs or file capabilities (prctl(2)).
    package var mayGainPrivileges: Bool

    package init(
        user: ProcessUser? = nil, limits: ProcessLimits = ProcessLimits(), isolation: ProcessIsolation = [],
        mayGainPrivileges: Bool = false
    ) {
        self.user = user
        self.limits = limits
        self.isolation = isolation
        self.mayGainPrivileges = mayGainPrivileges
    }
}

/// Upper limits of one process (setrlimit(2)); nil leaves what the parent has.
package struct ProcessLimits: Sendable, Equatable {
    package var processorSeconds: UInt64?
    /// Address space in bytes.
    package var memory: UInt64?
    package var openFiles: UInt64?
    /// The largest file it may write, in bytes.
    package var fileSize: UInt64?

    package init(
        processorSeconds: UInt64? = nil, memory: UInt64? = nil, openFiles: UInt64? = nil, fileSize: UInt64? = nil
    ) {
        self.processorSeconds = processorSeconds
        self.memory = memory
        self.openFiles = openFiles
        self.fileSize = fileSize
    }
}

/// Namespaces that keep a child apart (namespaces(7)); only root can make them.
package struct ProcessIsolation: OptionSet, Sendable, Hashable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// Every file system is read-only to it, `/tmp` too; devices and sockets still take what is written to them.
    package static let files = ProcessIsolation(rawValue: Int32(AC_ISOLATE_FILES))
    /// It has no network, not even the loopback.
    package static let network = ProcessIsolation(rawValue: Int32(AC_ISOLATE_NETWORK))

    package var names: [String] {
        (contains(.files) ? ["files"] : []) + (contains(.network) ? ["network"] : [])
    }
}

/// A user and its primary group.
package struct ProcessUser: Sendable, Hashable {
    package let user: UInt32
    package let group: UInt32

    package init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }

    /// Whether this process may start children as other users.
    package static var mayChange: Bool { geteuid() == 0 }

    /// Looks a name up in the system's user database.
    package static func named(_ name: String) throws(ProcessError) -> ProcessUser {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        let status = getpwnam_r(name, &entry, &buffer, buffer.count, &found)
        guard status == 0, found != nil else { throw .unknownUser(name) }
        return ProcessUser(user: entry.pw_uid, group: entry.pw_gid)
    }
}
