import Agent
import ArgumentParser
import Bundles
import ChangeControl
import Commands
import Documents
import Glibc
import Platform
import SystemPackage
import Trust
import Vocabulary

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a bundle completely and print every check; needs no daemon.",
        discussion: """
            Checks the format, every signature, the gates as far as this device is known, and every chunk of the payload. \
            The trust anchors come from the device's configuration. Nothing is written anywhere.
            """)

    @Argument(help: "A bundle, or '-' for standard input.", completion: .file(extensions: ["aftercare"]))
    var bundle: String
    @OptionGroup var place: ConfigurationOptions
    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let storage = Storage()
        let configuration = try Configuration.read(place.path, storage: storage)
        var checks = CheckList()
        do {
            try await check(configuration, storage, &checks)
        } catch {
            let fault = FaultReport(describing: error)
            output.print(checks.json(fault)) { checks.text }
            throw FaultReport(code: fault.code, kind: .refused, reason: fault.reason, advice: fault.advice)
        }
        output.print(checks.json(nil)) { checks.text }
    }

    private func check(_ configuration: Configuration, _ storage: Storage, _ checks: inout CheckList) async throws {
        let source = try FileSource.open(FilePath(bundle == "-" ? "/dev/stdin" : bundle), in: storage)
        let unverified = try UnverifiedBundle.open(source)
        checks.add(
            "format", passed: true,
            "version \(BundleFormat.version), \(unverified.manifestBytes.count) bytes of manifest")
        let time = TrustedTime(clock: SystemClock().now(), watermark: nil)
        let verifier = Verifier(policy: configuration.trust)
        if !unverified.signatures.isEmpty {
            checks.add(verifier.examine(content: unverified.manifestBytes, signatures: unverified.signatures, at: time))
        }
        let verified = try unverified.verified(by: verifier, at: time)
        checks.add(
            "manifest", passed: true,
            "\(verified.manifest.product) \(verified.manifest.version), \(verified.manifest.images.count) images")
        checks.add("index", passed: true, "\(verified.index.count) chunks")
        let refusal = judge(verified, configuration, storage, at: time, &checks)
        try await checkPayload(verified, &checks)
        if let refusal { throw refusal }
    }

    /// The gates need to know what runs: on a machine that is not the device they are left out, and that is said.
    private func judge(
        _ bundle: VerifiedBundle, _ configuration: Configuration, _ storage: Storage, at time: TrustedTime,
        _ checks: inout CheckList
    ) -> GateRefusal? {
        guard let running = try? RunningSystem.read(configuration, storage: storage) else {
            checks.add("gates", passed: nil, "not asked: this machine does not run a release of the device")
            return nil
        }
        // Floor, lineage and holds are the daemon's to know; 'install --dry-run' asks it.
        let shelf = DocumentShelf(
            provisioned: configuration.changeControl.documents, folder: configuration.places.documents,
            identity: configuration.device, trust: configuration.trust, at: time, storage: storage)
        var facts = DeviceFacts(
            product: configuration.device.product, hardware: configuration.device.hardware, running: running.version,
            securityFloor: 0)
        facts.id = configuration.device.id
        facts.groups = configuration.changeControl.groups
        facts.market = configuration.changeControl.market
        facts.udiDI = configuration.changeControl.udiDI
        facts.lineage = shelf.documents.baseline?.lineage
        facts.time = time
        let verdicts = GateSequence.judge(bundle.release, on: facts, by: shelf.documents, at: .verification)
        for verdict in verdicts {
            let passed: Bool? = verdict.outcome == .notApplicable || verdict.demand != nil ? nil : verdict.passed
            checks.add("gate \(verdict.gate.name)", passed: passed, verdict.reason)
        }
        return verdicts.compactMap(\.refusal).first
    }

    private func checkPayload(_ bundle: VerifiedBundle, _ checks: inout CheckList) async throws {
        let total = bundle.outputLength
        let board = CheckingBoard(isQuiet: quiet || output.json, total: total)
        do {
            try await bundle.checkPayload(threads: processorCount(), progress: { board.show($0) })
        } catch {
            board.end()
            checks.add("payload", passed: false, error.description)
            throw error
        }
        board.end()
        checks.add(
            "payload", passed: true, "\(ByteCount(total)) in \(bundle.index.count) chunks, every digest is right")
    }
}

/// The checks of a bundle in the order in which they were made.
struct CheckList {
    private var rows: [(name: String, passed: Bool?, text: String)] = []

    mutating func add(_ name: String, passed: Bool?, _ text: String) { rows.append((name, passed, text)) }

    mutating func add(_ examination: Examination) {
        for check in examination.checks {
            let name = check.subject.map { "\(check.rule.rawValue) of '\($0)'" } ?? check.rule.rawValue
            switch check.verdict {
            case .passed(let text): add(name, passed: true, text)
            case .failed(let error): add(name, passed: false, error.description)
            case .notReached: add(name, passed: nil, "not reached")
            }
        }
        for warning in examination.warnings { add("warning", passed: nil, warning.description) }
    }

    var text: String {
        Terminal.table(rows.map { [$0.passed.map { $0 ? "pass" : "FAIL" } ?? "-", $0.name, $0.text] })
    }

    func json(_ fault: FaultReport?) -> JSON {
        .members([
            "accepted": .bool(fault == nil), "fault": fault?.json,
            "checks": .array(
                rows.map { row in
                    [
                        "name": .string(row.name), "text": .string(row.text),
                        "verdict": .string(row.passed.map { $0 ? "pass" : "fail" } ?? "none"),
                    ]
                }),
        ])
    }
}
