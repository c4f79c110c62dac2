package import Documents
package import SystemPackage
package import Vocabulary

/// What a bundle is addressed to, and what a record names.
package struct DeviceIdentity: Equatable, Sendable {
    package let id: String
    package let product: String
    package let hardware: String
    /// What people call it; the product where nobody says.
    package let name: String
    package let manufacturer: String?
    /// The unique device identification with its application identifiers, `{version}` standing for the confirmed software version.
    private let udi: String?
    /// The `pkcs11:` URI of the device's own key; nil where the key is in a file.
    package let key: String?

    init(_ fields: Fields) throws(DocumentError) {
        var fields = fields
        id = try fields.string("id", limit: 64)
        product = try fields.string("product", limit: 64)
        hardware = try fields.string("hardware", limit: 64)
        name = try fields.optionalString("name", limit: 128) ?? product
        manufacturer = try fields.optionalString("manufacturer", limit: 256)
        udi = try fields.optionalString("udi", limit: 256)
        key = try fields.optionalString("key", limit: 1024)
        guard key?.hasPrefix("pkcs11:") ?? true else { throw fields.refuse("key", "is no 'pkcs11:' URI (RFC 7512)") }
        try fields.done()
    }

    /// The identification while `version` is the confirmed software; nil where the configuration has none (MDR Annex VI C 6.5.4).
    package func udi(version: String) -> String? {
        guard let udi else { return nil }
        let parts = udi.split(separator: "{version}", omittingEmptySubsequences: false)
        return parts.joined(separator: version)
    }
}

/// How updates go on this device.
package struct UpdatePolicy: Equatable, Sendable {
    /// How long a release that passed its self-tests must hold before commit, in seconds.
    package let soakSeconds: Int64
    /// How long to wait before an interlock is asked again when nothing announces a change, in seconds.
    package let interlockSeconds: Int64
    /// Threads that install; 0 stands for one a core.
    package let threads: Int
    /// What restarts the device instead of the service manager: a program and its arguments.
    package let restartCommand: [String]
    package let certificateAuthorities: FilePath?
    package let waiting: WaitingPolicy

    init(_ fields: Fields?) throws(DocumentError) {
        var fields = try fields.orEmpty()
        soakSeconds = try fields.integer("soak-seconds", default: 60, in: 0...604_800)
        interlockSeconds = try fields.integer("interlock-seconds", default: 30, in: 1...3600)
        threads = Int(try fields.integer("threads", default: 0, in: 0...64))
        restartCommand = try fields.optionalStrings("restart-command", limit: 16)
        certificateAuthorities = try fields.optionalString("ca-file", limit: 4096).map { FilePath($0) }
        waiting = try WaitingPolicy(&fields)
        try fields.done()
    }
}

/// How long an installed update may wait for the interlocks, and what follows then; never a forced restart.
package struct WaitingPolicy: Equatable, Sendable {
    package enum Then: String, CaseIterable, Sendable {
        /// Say it, in the ledger, the journal and the status, and go on waiting.
        case keepWaiting = "keep-waiting"
        /// End the update as failed; what was written stays, and it can be installed again.
        case giveUp = "give-up"
    }

    package let limitSeconds: Int64
    package let then: Then

    init(_ fields: inout Fields) throws(DocumentError) {
        limitSeconds = try fields.integer("waiting-limit-seconds", default: 72 * 3600, in: 1...31_536_000)
        let word = try fields.optionalString("after-waiting-limit") ?? Then.keepWaiting.rawValue
        guard let then = Then(rawValue: word) else {
            throw fields.refuse("after-waiting-limit", "is '\(word)', neither 'keep-waiting' nor 'give-up'")
        }
        self.then = then
    }
}

/// Which reasons against a restart are asked for; unknown always counts as in use.
package struct InterlockConfiguration: Equatable, Sendable {
    /// Ask logind for block inhibitors of shutdown.
    package let usesInhibitors: Bool
    /// Files that the clinical application holds a lock on while a patient is connected.
    package let lockFiles: [FilePath]

    init(_ fields: Fields?) throws(DocumentError) {
        guard var fields else {
            usesInhibitors = true
            lockFiles = []
            return
        }
        usesInhibitors = try fields.bool("inhibitors", default: true)
        lockFiles = try fields.optionalStrings("lock-files", limit: 16).map { FilePath($0) }
        try fields.done()
    }
}

/// Where the agent keeps and finds things; all can be moved, so that a device can live in a folder.
package struct Places: Equatable, Sendable {
    /// What must survive: database and ledger.
    package let state: FilePath
    /// What ends with the boot: locks.
    package let runtime: FilePath
    /// The root of the running system, for its release file and its self-tests.
    package let root: FilePath
    package let kernelCommandLine: FilePath
    package let bootID: FilePath
    package let watchdog: FilePath
    /// The root below which the kernel shows the board: `sys`, `proc` and `dev`.
    package let hardware: FilePath

    /// Reads the table `paths`; without it everything is where it usually is.
    package init(_ fields: Fields?) throws(DocumentError) {
        var fields = try fields.orEmpty()
        state = FilePath(try fields.optionalString("state", limit: 4096) ?? "/var/lib/aftercare")
        runtime = FilePath(try fields.optionalString("runtime", limit: 4096) ?? "/run/aftercare")
        root = FilePath(try fields.optionalString("root", limit: 4096) ?? "/")
        kernelCommandLine = FilePath(try fields.optionalString("kernel-command-line", limit: 4096) ?? "/proc/cmdline")
        bootID = FilePath(
            try fields.optionalString("boot-id", limit: 4096) ?? "/proc/sys/kernel/random/boot_id")
        watchdog = FilePath(
            try fields.optionalString("watchdog", limit: 4096) ?? "/sys/class/watchdog/watchdog0")
        hardware = FilePath(try fields.optionalString("hardware", limit: 4096) ?? "/")
        try fields.done()
    }

    package var database: FilePath { state.appending("state.db") }
    package var ledger: FilePath { state.appending("ledger") }
    /// The firmware of peripherals that belongs to a slot set.
    package func peripheralFirmware(_ set: SlotSet) -> FilePath { state.appending("peripherals").appending(set.name) }
    package var installLock: FilePath { runtime.appending("install.lock") }
    /// There while a trial runs: the dead-man restarts the device if it still is when the deadline comes.
    package var trialMarker: FilePath { state.appending("trial") }
    /// Left by the dead-man before it restarts the device.
    package var deadManMarker: FilePath { state.appending("dead-man") }
    /// The month's statistics of readings.
    package var healthHistory: FilePath { state.appending("health.json") }
    /// The service records that were closed, two files each.
    package var serviceRecords: FilePath { state.appending("service-records") }
    /// What people reported of incidents.
    package var incidents: FilePath { state.appending("incidents") }
    /// The manifests and signatures of what was installed.
    package var releases: FilePath { state.appending("releases") }
    /// The signed documents that were applied.
    package var documents: FilePath { state.appending("documents") }
    /// The device's own key, where no token holds it.
    package var deviceKey: FilePath { state.appending("device.key") }
    package var heartbeats: FilePath { state.appending("heartbeats.db") }
    /// What the board is and what its readings mean; both come with the release.
    package var boardProfile: FilePath { root.appending("usr/lib/aftercare/board.toml") }
    package var healthPlan: FilePath { root.appending("usr/lib/aftercare/health.toml") }
    package var selfTests: FilePath { root.appending("usr/lib/aftercare/self-tests.d") }
    /// What of the system is measured; it comes with the release.
    package var integrityPlan: FilePath { root.appending("usr/lib/aftercare/integrity.toml") }
    /// The measurements that the agent holds the system against.
    package var measurements: FilePath { state.appending("measurements") }
    package var release: FilePath { root.appending("usr/lib/os-release") }
}

extension Fields? {
    /// A table that is not there counts as one without members.
    func orEmpty() throws(DocumentError) -> Fields {
        if let self { return self }
        return try Fields(.object([:]))
    }
}
