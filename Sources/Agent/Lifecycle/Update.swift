package import Vocabulary

/// Where the bytes of a bundle come from.
package enum UpdateSource: Equatable, Sendable {
    case file(String)
    case url(String)
    /// A pipe, a terminal or a socket: what it gave is gone, so an interrupted install must be sent again.
    case stream
    /// What a service session brought, by its way and its name there, as in `line:1.1.0.aftercare`: it must be brought again.
    case carried(String)
    /// Nothing: the release is in its slot set already, and a rollback was commanded.
    case slotSet

    /// Whether an agent that lost power can open it again by itself.
    package var canBeReopened: Bool {
        switch self {
        case .stream, .carried: false
        case .file, .url, .slotSet: true
        }
    }

    package var text: String {
        switch self {
        case .file(let path): path
        case .url(let url): url
        case .stream: "-"
        case .carried(let what): what
        case .slotSet: "slot-set:"
        }
    }

    private static let ways = ["line", "zmodem", "stick"]

    package init(text: String) {
        if text == "-" {
            self = .stream
        } else if text == "slot-set:" {
            self = .slotSet
        } else if text.hasPrefix("http://") || text.hasPrefix("https://") {
            self = .url(text)
        } else if Self.ways.contains(where: { text.hasPrefix($0 + ":") }) {
            self = .carried(text)
        } else {
            self = .file(text)
        }
    }
}

/// A bundle that somebody offered, before anything in it is believed.
package struct Offer: Equatable, Sendable {
    package let id: String
    package let source: UpdateSource
    /// Restart into the new slot set as soon as nothing speaks against it; otherwise wait for `activate`.
    package let activatesByItself: Bool
    /// Who asked, for the record: a user id, a service name.
    package let requestedBy: String
    /// The digest of the one manifest that whoever asked may install; nil for every release that is approved.
    package let boundTo: Digest?

    package init(
        id: String, source: UpdateSource, activatesByItself: Bool, requestedBy: String, boundTo: Digest? = nil
    ) {
        self.id = id
        self.source = source
        self.activatesByItself = activatesByItself
        self.requestedBy = requestedBy
        self.boundTo = boundTo
    }
}

/// A verified release on its way into a slot set.
package struct Update: Equatable, Sendable {
    package let offer: Offer
    package let version: Version
    package let from: Version
    package let securityVersion: Int64
    /// The digest of the signed manifest: what exactly was approved.
    package let manifestDigest: Digest
    package let target: SlotSet
    /// How long the trial may last until commit, in seconds.
    package let trialDeadline: Int64
    /// The peripherals that change with it, in the order in which they do.
    package let peripherals: [PeripheralChange]

    package init(
        offer: Offer, version: Version, from: Version, securityVersion: Int64, manifestDigest: Digest, target: SlotSet,
        trialDeadline: Int64, peripherals: [PeripheralChange] = []
    ) {
        self.offer = offer
        self.version = version
        self.from = from
        self.securityVersion = securityVersion
        self.manifestDigest = manifestDigest
        self.target = target
        self.trialDeadline = trialDeadline
        self.peripherals = peripherals
    }

    /// The same update, now that it is known what runs on its peripherals and what will.
    func changing(_ peripherals: [PeripheralChange]) -> Update {
        Update(
            offer: offer, version: version, from: from, securityVersion: securityVersion,
            manifestDigest: manifestDigest, target: target, trialDeadline: trialDeadline, peripherals: peripherals)
    }
}

/// What a peripheral's firmware says of itself: its version, and the hash that its boot loader knows it by.
package struct PeripheralRelease: Equatable, Sendable {
    package let version: String
    package let hash: Digest

    package init(version: String, hash: Digest) {
        self.version = version
        self.hash = hash
    }
}

/// One peripheral's part in an update; both sides are known once its image is uploaded.
package struct PeripheralChange: Equatable, Sendable {
    package let peripheral: String
    package let before: PeripheralRelease?
    package let after: PeripheralRelease?

    package init(peripheral: String, before: PeripheralRelease? = nil, after: PeripheralRelease? = nil) {
        self.peripheral = peripheral
        self.before = before
        self.after = after
    }
}

/// An installed update's wait for the moment to restart.
package struct Wait: Equatable, Sendable {
    /// When it began; nil where an older agent wrote it down.
    package let since: Timestamp?
    package let reasons: [String]
    /// Whether the policy's limit has passed and was said.
    package let isLong: Bool

    package init(since: Timestamp?, reasons: [String] = [], isLong: Bool = false) {
        self.since = since
        self.reasons = reasons
        self.isLong = isLong
    }

    func held(by reasons: [String], at now: Timestamp) -> Wait {
        Wait(since: since ?? now, reasons: reasons, isLong: isLong)
    }

    var becomingLong: Wait { Wait(since: since, reasons: reasons, isLong: true) }

    /// How long it has lasted, in seconds.
    package func seconds(at now: Timestamp) -> Int64 { max(0, now.seconds - (since ?? now).seconds) }
}

/// Why a trial was left (design §7); the words are in ledgers and must not change.
package enum RollbackCause: String, Sendable, CaseIterable {
    /// A required self-test did not pass.
    case selfTest = "self-test"
    /// The new slot set never came up; the boot loader went back by itself.
    case bootFailed = "boot-failed"
    /// A peripheral did not take its new firmware, or went back to the old one.
    case peripheral
    /// The trial was not committed in time.
    case deadline
    /// A person or a server said so.
    case commanded
    /// The hardware watchdog restarted the device during the trial.
    case watchdog
    /// The trial ended without a verdict and without a watchdog's mark: power was cut.
    case interrupted
    /// The agent's own state was lost during the trial, so nothing vouches for it.
    case stateLost = "state-lost"
}

/// How an update ended.
package enum Conclusion: Equatable, Sendable {
    case committed(Update)
    case refused(Offer, FaultReport)
    case failed(Offer, FaultReport, resumable: Bool)
    case cancelled(Offer)
    case rolledBack(Update, RollbackCause)

    package var offer: Offer {
        switch self {
        case .committed(let update), .rolledBack(let update, _): update.offer
        case .refused(let offer, _), .failed(let offer, _, _), .cancelled(let offer): offer
        }
    }

    /// One word, stable, for JSON and D-Bus.
    package var name: String {
        switch self {
        case .committed: "committed"
        case .refused: "refused"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .rolledBack: "rolled-back"
        }
    }
}

extension FaultReport {
    /// What an error of any kind says of itself; ours are all faults.
    package init(describing error: any Error) {
        self.init((error as? any Fault) ?? AgentError.unexpected(reason: "\(error)"))
    }
}
