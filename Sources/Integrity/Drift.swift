package import Documents
package import Vocabulary

/// A part of the configuration that is not what it should be.
package struct Drift: Hashable, Sendable {
    package enum Change: String, Sendable {
        case added, changed, removed
    }

    package let subject: Subject
    /// Nil where nothing should be there.
    package let expected: Fingerprint?
    /// Nil where nothing is there.
    package let found: Fingerprint?
    /// When it was first measured so.
    package var since: Timestamp
    /// When it was first measured to be as it should again; what happened between stays unexplained.
    package var until: Timestamp?

    package init(
        _ subject: Subject, expected: Fingerprint?, found: Fingerprint?, since: Timestamp, until: Timestamp? = nil
    ) {
        (self.subject, self.expected, self.found) = (subject, expected, found)
        (self.since, self.until) = (since, until)
    }

    package var change: Change { expected == nil ? .added : found == nil ? .removed : .changed }

    /// In words: `package curl:amd64 7.88.1-10 → 7.88.1-11`.
    package var description: String {
        let name = subject.description.printable(limit: 200)
        let after = until == nil ? "" : " (until \(until?.description ?? ""))"
        switch (expected, found) {
        case (let expected?, let found?):
            return "\(name) \(expected.differences(to: found).joined(separator: ", "))\(after)"
        case (nil, let found?):
            let version = found.kind == .package ? " \(found.text ?? "")" : ""
            return "\(name)\(version) is new\(after)"
        case (let expected?, nil):
            let version = expected.kind == .package ? " \(expected.text ?? "")" : ""
            return "\(name)\(version) is gone\(after)"
        case (nil, nil): return name
        }
    }

    /// Whether it is the same drift as `other`, whenever it was seen, as far as both are kept.
    func isSame(as other: Drift) -> Bool {
        shownSubject == other.shownSubject && expected?.shown == other.expected?.shown
            && found?.shown == other.found?.shown
    }

    var shownSubject: String { String(subject.description.prefix(Self.nameLimit)) }
}

extension Drift {
    private static let nameLimit = 512

    package var json: JSON {
        .members([
            "subject": .string(shownSubject), "change": .string(change.rawValue),
            "expected": expected?.shown.json, "found": found?.shown.json, "since": .string(since.description),
            "until": until.map { .string($0.description) },
        ])
    }

    package init?(_ value: JSON) {
        guard let subject = value["subject"]?.string.flatMap({ Subject($0) }),
            let since = value["since"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(
            subject, expected: value["expected"].flatMap(Fingerprint.init),
            found: value["found"].flatMap(Fingerprint.init), since: since,
            until: value["until"]?.string.flatMap { Timestamp($0) })
    }
}

extension Fingerprint {
    /// No longer than evidence may be.
    fileprivate var shown: Fingerprint {
        var shown = self
        shown.text = text.map { String($0.prefix(256)) }
        return shown
    }
}

/// Compares what was measured with what should be there.
package struct Expectation: Sendable {
    /// What the release's own signed files say, by subject; it wins over what was measured once.
    private let signed: [Subject: Fingerprint]
    /// What was measured when it was decided that this is right; nil before that.
    private let baseline: Measurement?

    package init(signed: [Item], baseline: Measurement?) {
        self.signed = Dictionary(signed.map { ($0.subject, $0.fingerprint) }) { _, last in last }
        self.baseline = baseline
    }

    /// Every difference, in the order of subjects; what could not be measured is none.
    package func drifts(in measured: Measurement, at time: Timestamp) -> [Drift] {
        let open = measured.problems.filter { $0.scope != .item }
        var drifts: [Drift] = []
        for item in measured.items where item.fingerprint.kind != .unreadable {
            guard let expected = self[item.subject] else {
                // Without a baseline everything that nobody signed is new, and none of it is wrong.
                if baseline != nil {
                    drifts.append(Drift(item.subject, expected: nil, found: item.fingerprint, since: time))
                }
                continue
            }
            if !expected.accepts(item.fingerprint) {
                drifts.append(Drift(item.subject, expected: expected, found: item.fingerprint, since: time))
            }
        }
        for subject in Set(signed.keys).union(baseline?.items.map(\.subject) ?? []) {
            guard measured[subject] == nil, let expected = self[subject], !open.contains(where: { $0.covers(subject) })
            else { continue }
            drifts.append(Drift(subject, expected: expected, found: nil, since: time))
        }
        return drifts.sorted { $0.subject < $1.subject }
    }

    private subscript(subject: Subject) -> Fingerprint? {
        let known = baseline?[subject].flatMap { $0.kind == .unreadable ? nil : $0 }
        guard let signed = signed[subject], !signed.isEmpty else { return known }
        return known?.overlaid(by: signed) ?? signed
    }
}
