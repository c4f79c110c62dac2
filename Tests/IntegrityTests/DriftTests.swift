import ChangeControl
import Documents
import Integrity
import Platform
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("Drift")
struct DriftTests {
    private static let image = Subject(.image, "rootfs")
    private static let file = Subject(.file, "/etc/a")
    private static func digest(_ text: String) -> Digest { SHA256.digest(of: Array(text.utf8)) }
    private static func fingerprint(_ text: String, mode: UInt32 = 0o644) -> Fingerprint {
        var fingerprint = Fingerprint(.file, size: UInt64(text.utf8.count), digest: digest(text))
        (fingerprint.mode, fingerprint.user, fingerprint.group) = (mode, 0, 0)
        return fingerprint
    }

    @Test(
        "Each part that differs is said, and what was not expected is not compared",
        arguments: [
            (fingerprint("a"), fingerprint("a"), []),
            (fingerprint("a"), fingerprint("a", mode: 0o4755), ["mode 0644 → 4755"]),
            (
                fingerprint("a"), fingerprint("bc"),
                [
                    "size 1 → 2", "content \(digest("a").hex.prefix(12)) → \(digest("bc").hex.prefix(12))",
                ]
            ),
            (Fingerprint(.file, digest: digest("a")), fingerprint("a", mode: 0o777), []),
            (Fingerprint(.link, text: "/a"), Fingerprint(.link, text: "/b"), ["target /a → /b"]),
            (Fingerprint(.package, text: "1.0"), Fingerprint(.package, text: "1.1"), ["1.0 → 1.1"]),
            (fingerprint("a"), Fingerprint(.fifo), ["file → fifo"]),
            (Fingerprint(), Fingerprint(.fifo), []),
        ])
    func differences(_ expected: Fingerprint, _ found: Fingerprint, _ words: [String]) {
        #expect(expected.differences(to: found) == words)
    }

    @Test("What is new, gone or changed is drift; what could not be measured is not")
    func comparison() {
        let baseline = Measurement(items: [
            Item(Subject(.file, "/t"), Fingerprint(.folder)), Item(Subject(.file, "/t/gone"), Self.fingerprint("g")),
            Item(Subject(.file, "/t/same"), Self.fingerprint("s")), Item(Subject(.file, "/u/x"), Self.fingerprint("x")),
            Item(Subject(.file, "/t/odd"), Self.fingerprint("o")),
            Item(Subject(.package, "curl"), Fingerprint(.package, text: "1")),
        ])
        let measured = Measurement(
            items: [
                Item(Subject(.file, "/t"), Fingerprint(.folder)),
                Item(Subject(.file, "/t/same"), Self.fingerprint("s")),
                Item(Subject(.file, "/t/new"), Self.fingerprint("n")),
                Item(Subject(.file, "/t/odd"), Fingerprint(.unreadable)),
            ],
            problems: [
                Measurement.Problem(Subject(.file, "/u"), .below, reason: "too many"),
                Measurement.Problem(Subject(.package, "/status"), .packages, reason: "malformed"),
            ])
        let drifts = Expectation(signed: [], baseline: baseline).drifts(in: measured, at: Moment.first)
        #expect(drifts.map(\.description) == ["file /t/gone is gone", "file /t/new is new"])
        #expect(drifts.map(\.change) == [.removed, .added])
    }

    @Test("What the release signed wins over what was measured once, and holds before anything was")
    func signed() {
        let signed = [Item(Self.image, Fingerprint(.image, size: 4, digest: Self.digest("good")))]
        let evil = Measurement(items: [Item(Self.image, Fingerprint(.image, size: 4, digest: Self.digest("evil")))])
        for baseline in [nil, evil] {
            #expect(Expectation(signed: signed, baseline: baseline).drifts(in: evil, at: Moment.first).count == 1)
        }
        let rule = Item(Self.file, Fingerprint(.file, digest: Self.digest("a")))
        let before = Measurement(items: [Item(Self.file, Self.fingerprint("other", mode: 0o600))])
        let right = Measurement(items: [Item(Self.file, Self.fingerprint("a", mode: 0o600))])
        let wrong = Measurement(items: [Item(Self.file, Self.fingerprint("a", mode: 0o666))])
        let expectation = Expectation(signed: [rule], baseline: before)
        #expect(expectation.drifts(in: right, at: Moment.first).isEmpty)
        #expect(expectation.drifts(in: wrong, at: Moment.first).map(\.description) == ["file /etc/a mode 0600 → 0666"])
    }

    private func summary(_ text: String, at time: Timestamp) -> (ConfigurationRecord.Summary, Measurement) {
        let measurement = Measurement(items: [Item(Self.file, Self.fingerprint(text))])
        return (ConfigurationRecord.Summary(measurement, at: time, boot: "b"), measurement)
    }

    @Test("Drift stays until somebody signs for it: being undone is not being explained")
    func sticky() throws {
        let (first, good) = summary("good", at: Moment.first)
        let (clean, changes) = ConfigurationRecord().taking(first, of: "A 1.0.0", found: [])
        #expect(changes == [.baselined] && clean.state == .known)

        let (second, evil) = summary("evil", at: Moment.second)
        let expectation = Expectation(signed: [], baseline: good)
        let found = expectation.drifts(in: evil, at: Moment.second)
        let (drifted, news) = clean.taking(second, of: "A 1.0.0", found: found)
        #expect(news == [.drifted] && drifted.state == .unknown(since: Moment.second))
        #expect(ConfigurationRecord(drifted.json) == drifted)
        // The same again is no news.
        let (again, _) = summary("evil", at: Moment.third)
        let later = drifted.taking(again, of: "A 1.0.0", found: expectation.drifts(in: evil, at: Moment.third))
        #expect(later.changes.isEmpty && later.record.drifts.first?.since == Moment.second)

        let (third, _) = summary("good", at: Moment.third)
        let (undone, after) = drifted.taking(third, of: "A 1.0.0", found: [])
        #expect(after == [.drifted] && undone.state == .unknown(since: Moment.second))
        #expect(undone.drifts.first?.until == Moment.third)

        let (other, _) = summary("evil", at: Moment.third)
        let (committed, end) = drifted.taking(other, of: "B 1.1.0", found: [])
        #expect(end == [.baselined] && committed.state == .known && committed.drifts.isEmpty)
        #expect(committed.basis?.release == "B 1.1.0")
    }

    @Test("Much drift is counted and not all of it kept, and the ledger's line has room for it")
    func much() {
        let found = (0..<5000).map { number in
            Drift(
                Subject(.file, String(repeating: "/long", count: 100) + "\(10000 + number)"),
                expected: Self.fingerprint("a"),
                found: Self.fingerprint("b"), since: Moment.first)
        }
        let (first, _) = summary("x", at: Moment.first)
        let (record, changes) = ConfigurationRecord().taking(first, of: "A", found: found)
        #expect(changes == [.baselined, .drifted])
        #expect(record.driftCount == 5000 && record.drifts.count == ConfigurationRecord.driftLimit)
        #expect(record.json.canonicalBytes.count < 48_000)
        #expect(ConfigurationRecord(record.json)?.taking(first, of: "A", found: found).changes == [])
    }

    @Test("A document that people signed re-baselines this device's newest measurement, and nothing else")
    func acceptance() throws {
        let approvers = try Approvers()
        let (second, _) = summary("evil", at: Moment.second)
        let found = [
            Drift(Self.file, expected: Self.fingerprint("good"), found: Self.fingerprint("evil"), since: Moment.second)
        ]
        let record = ConfigurationRecord().taking(second, of: "A 1.0.0", found: found).record
        func verified(device: String, digest: Digest) throws -> ConfigurationAcceptance {
            let document = ConfigurationAcceptance(
                id: "CFG-1", device: device, digest: digest, reason: "calibration on site", by: "Q. Ality"
            ).json
            let unsigned = SignedDocument(document)
            let signed = SignedDocument(document, signatures: try approvers.sign(unsigned.content))
            let verifier = Verifier(policy: approvers.policy)
            return try ConfigurationAcceptance(
                try signed.verified(by: verifier, at: TrustedTime(clock: Approvers.time, watermark: nil)))
        }
        let right = try verified(device: "pump-1", digest: second.digest)
        let accepted = try record.accepting(right, on: "pump-1", release: "A 1.0.0", at: Moment.third)
        #expect(accepted.state == .known && accepted.basis?.document == "CFG-1" && accepted.drifts.isEmpty)
        #expect(throws: IntegrityError.otherDevice("pump-2", wanted: "pump-1")) {
            try record.accepting(
                try verified(device: "pump-2", digest: second.digest), on: "pump-1", release: "A", at: Moment.third)
        }
        let other = Self.digest("other")
        #expect(throws: IntegrityError.otherConfiguration(other, measured: second.digest)) {
            try record.accepting(
                try verified(device: "pump-1", digest: other), on: "pump-1", release: "A", at: Moment.third)
        }
        #expect(throws: IntegrityError.notMeasured(reason: "there is no finished measurement")) {
            try ConfigurationRecord().accepting(right, on: "pump-1", release: "A", at: Moment.third)
        }
    }

    @Test(
        "A document with a missing, empty or extra member is refused",
        arguments: ["id", "device", "digest", "reason", "by", "schema", "+extra", "=id", "=reason", "=by"])
    func document(_ member: String) throws {
        let right = ConfigurationAcceptance(id: "1", device: "d", digest: Self.digest(""), reason: "r", by: "b").json
        guard case .object(var members) = right else { return }
        switch member.first {
        case "+": members["extra"] = 1
        case "=": members[String(member.dropFirst())] = " "
        default: members[member] = nil
        }
        #expect(throws: ControlDocumentError.self) { try ConfigurationAcceptance(unverified: .object(members)) }
        #expect(try ConfigurationAcceptance(unverified: right).device == "d")
    }
}
