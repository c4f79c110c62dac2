package import ChangeControl
package import Documents
package import Vocabulary

/// Whether what runs on the device is what people approved.
package enum ConfigurationState: Equatable, Sendable {
    case known
    /// Something is, or was, not what it should be, and no signed record says that this is right.
    case unknown(since: Timestamp)
    case notMeasured(reason: String)

    /// In one word, as status and passport show it.
    package var word: String {
        switch self {
        case .known: "known"
        case .unknown: "unknown"
        case .notMeasured: "not-measured"
        }
    }
}

/// What the agent knows of the configuration: what it is held against, what was found, and since when.
///
/// A plain value; `taking` and `accepting` are all that moves it. It is kept with the agent's state, and the measured items in
/// files beside it, which its digests name.
package struct ConfigurationRecord: Equatable, Sendable {
    /// So much drift is kept by name; the rest is counted.
    package static let driftLimit = 32

    /// Why the baseline is what it is.
    package struct Basis: Equatable, Sendable {
        /// The release that it belongs to: slot set, version, manifest.
        package let release: String
        /// The digest of the measurement that was taken for right.
        package let digest: Digest
        package let since: Timestamp
        /// The signed document that said so; nil where it was measured when the release was committed.
        package let document: String?

        package init(release: String, digest: Digest, since: Timestamp, document: String? = nil) {
            (self.release, self.digest, self.since, self.document) = (release, digest, since, document)
        }
    }

    /// The newest finished measurement.
    package struct Summary: Equatable, Sendable {
        package let digest: Digest
        package let items: Int
        package let bytes: UInt64
        package let time: Timestamp
        /// Which boot it was measured in.
        package let boot: String
        package let problems: [Measurement.Problem]
        package let problemCount: Int
    }

    package private(set) var basis: Basis?
    package private(set) var last: Summary?
    /// The first of all drift, in the order of subjects.
    package private(set) var drifts: [Drift] = []
    package private(set) var driftCount = 0
    package private(set) var unknownSince: Timestamp?
    /// Since when something could not be measured.
    package private(set) var problemsSince: Timestamp?

    package init() {}

    package var state: ConfigurationState {
        if let unknownSince { return .unknown(since: unknownSince) }
        return basis == nil ? .notMeasured(reason: "nothing was measured yet") : .known
    }

    /// What changed by a measurement or a document, in the words of the ledger.
    package enum Change: Equatable, Sendable {
        /// The release is new: what was measured is what it is held against from now on.
        case baselined
        case drifted
        case rebaselined
    }

    /// Takes a finished measurement of `release`, whose differences are `found`; gives the record after it and what changed.
    ///
    /// A release that is not the baseline's was committed since: the measurement becomes the baseline, and drift of before is over.
    /// Drift does not go away by itself: what is as it should be again was changed twice, and nobody has said why.
    package func taking(
        _ summary: Summary, of release: String, found: [Drift]
    ) -> (record: ConfigurationRecord, changes: [Change]) {
        var next = self
        next.last = summary
        next.problemsSince = summary.problemCount == 0 ? nil : problemsSince ?? summary.time
        var changes: [Change] = []
        if basis?.release != release {
            next.basis = Basis(release: release, digest: summary.digest, since: summary.time)
            (next.drifts, next.driftCount, next.unknownSince) = ([], 0, nil)
            changes.append(.baselined)
        }
        let all = Self.merge(found, into: next.drifts, at: summary.time)
        let count = found.count + all.filter { $0.until != nil }.count
        let kept = Array(all.prefix(Self.driftLimit))
        if kept != next.drifts || count != next.driftCount { changes.append(.drifted) }
        (next.drifts, next.driftCount) = (kept, count)
        if count > 0 { next.unknownSince = next.unknownSince ?? summary.time }
        return (next, changes)
    }

    private static func merge(_ found: [Drift], into known: [Drift], at time: Timestamp) -> [Drift] {
        var drifts = found.map { drift -> Drift in
            guard let before = known.first(where: { $0.isSame(as: drift) }) else { return drift }
            var same = drift
            same.since = before.since
            return same
        }
        for drift in known where !found.contains(where: { $0.shownSubject == drift.shownSubject }) {
            var over = drift
            over.until = drift.until ?? time
            drifts.append(over)
        }
        return drifts.sorted { ($0.until == nil ? 0 : 1, $0.subject) < ($1.until == nil ? 0 : 1, $1.subject) }
    }

    /// Takes a signed document's word that what was measured last is right, or says why it is not about that.
    package func accepting(
        _ acceptance: ConfigurationAcceptance, on device: String, release: String, at time: Timestamp
    ) throws(IntegrityError) -> ConfigurationRecord {
        guard acceptance.device == device else {
            throw .otherDevice(acceptance.device, wanted: device)
        }
        guard let last else { throw .notMeasured(reason: "there is no finished measurement") }
        guard acceptance.digest == last.digest else {
            throw .otherConfiguration(acceptance.digest, measured: last.digest)
        }
        var next = self
        next.basis = Basis(release: release, digest: last.digest, since: time, document: acceptance.id)
        (next.drifts, next.driftCount, next.unknownSince) = ([], 0, nil)
        return next
    }
}

extension ConfigurationRecord {
    /// The members are stable: only new ones are added.
    package var json: JSON {
        .members([
            "configuration": .string(state.word),
            "since": (unknownSince ?? basis?.since).map { .string($0.description) },
            "drifts": .array(drifts.map(\.json)), "driftCount": .number(driftCount), "basis": basis?.json,
            "last": last?.json, "problemsSince": problemsSince.map { .string($0.description) },
        ])
    }

    /// Reads what `json` wrote, by this agent or a newer one; nil for anything else.
    package init?(_ value: JSON) {
        guard value["configuration"]?.string != nil else { return nil }
        basis = value["basis"].flatMap(Basis.init)
        last = value["last"].flatMap(Summary.init)
        drifts = value["drifts"]?.array?.compactMap(Drift.init) ?? []
        problemsSince = value["problemsSince"]?.string.flatMap { Timestamp($0) }
        driftCount = value["driftCount"]?.integer.map { Int(clamping: $0) } ?? drifts.count
        if value["configuration"] == "unknown" {
            unknownSince = value["since"]?.string.flatMap { Timestamp($0) } ?? drifts.first?.since
        }
    }
}

extension ConfigurationRecord.Basis {
    var json: JSON {
        .members([
            "release": .string(release), "digest": .string(digest.hex), "since": .string(since.description),
            "document": document.map { .string($0) },
        ])
    }

    init?(_ value: JSON) {
        guard let release = value["release"]?.string, let digest = value["digest"]?.string.flatMap(Digest.init(hex:)),
            let since = value["since"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(release: release, digest: digest, since: since, document: value["document"]?.string)
    }
}

extension ConfigurationRecord.Summary {
    package init(_ measurement: Measurement, at time: Timestamp, boot: String) {
        self.init(
            digest: measurement.digest, items: measurement.items.count, bytes: measurement.bytes, time: time,
            boot: boot, problems: Array(measurement.problems.prefix(Measurement.problemLimit)),
            problemCount: measurement.problemCount)
    }

    var json: JSON {
        [
            "digest": .string(digest.hex), "items": .number(items), "bytes": .number(bytes),
            "time": .string(time.description), "boot": .string(boot), "problems": .array(problems.map(\.json)),
            "problemCount": .number(problemCount),
        ]
    }

    init?(_ value: JSON) {
        guard let digest = value["digest"]?.string.flatMap(Digest.init(hex:)),
            let time = value["time"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(
            digest: digest, items: Int(clamping: value["items"]?.integer ?? 0),
            bytes: UInt64(clamping: value["bytes"]?.integer ?? 0), time: time, boot: value["boot"]?.string ?? "",
            problems: value["problems"]?.array?.compactMap(Measurement.Problem.init) ?? [],
            problemCount: Int(clamping: value["problemCount"]?.integer ?? 0))
    }
}

extension Measurement.Problem {
    init?(_ value: JSON) {
        guard let subject = value["subject"]?.string.flatMap({ Subject($0) }), let reason = value["reason"]?.string
        else { return nil }
        self.init(subject, reason: reason)
    }
}
