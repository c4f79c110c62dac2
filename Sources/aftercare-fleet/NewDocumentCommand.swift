import ArgumentParser
import Bundles
import ChangeControl
import Commands
import Documents
import Platform
import Releases
import SystemPackage
import Trust
import Vocabulary

struct NewDocumentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Write the draft of a document; what is not given is asked for.",
        subcommands: [NewBaseline.self, NewDowngrade.self, NewWithdrawal.self, NewConfiguration.self])
}

/// What every draft needs, and how what is missing is asked for.
struct DraftOptions: ParsableArguments {
    @Option(name: .long, help: "The document's number: A-Z, a-z, 0-9, '.', '_' and '-'.")
    var id: String?
    @Option(name: .long, help: "When it is written, as 2026-01-31T12:00:00Z; now if it is left out.")
    var issued: TimeArgument?
    @Option(name: .shortAndLong, help: "Where the draft goes; standard output if it is left out.")
    var output: String?

    var time: Timestamp { issued?.time ?? SystemClock().now() }

    func number() throws -> String { try Self.value(id, "--id", "The document's number") }

    /// What was given, or what a person at the terminal says.
    static func value(_ given: String?, _ option: String, _ question: String) throws -> String {
        if let given { return given }
        guard Terminal.canAsk else { throw ValidationError("\(option) is missing") }
        guard let answer = Terminal.ask("\(question): "), !answer.isEmpty else {
            throw ValidationError("\(option) is missing")
        }
        return answer
    }

    static func version(_ given: String?, _ option: String, _ question: String) throws -> Version {
        let text = try value(given, option, question)
        guard let version = Version(text) else { throw ValidationError("'\(text)' is no version like 1.2.3") }
        return version
    }

    /// Writes a draft that could be signed as it is, in TOML for people to edit.
    func write(_ document: some ControlDocument) throws {
        try document.requireCoherence()
        let path = FilePath(output ?? "draft.toml")
        _ = try DocumentFile(document.json, at: path)
        let text = RecordTOML.text(document.json, description: nil)
        guard let output else { return Terminal.write(text) }
        try Storage().replace(path, with: Array(text.utf8), mode: 0o644)
        Terminal.say("\(output): a draft; 'aftercare-fleet document sign \(output)' shows it and signs it")
    }
}

struct NewBaseline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline", abstract: "What was cleared or certified, and with which record devices began.",
        discussion: """
            CHANGE are the change records (TOML) from the oldest clearance to the release with which the device began, \
            oldest first. A market is CODE,ROUTE,VERSION,REFERENCE,DATE and, where there is one, the notified body: \
            --market EU,mdr_certificate,1.0.0,G10-1234,2026-01-31,0123
            """)

    @OptionGroup var draft: DraftOptions
    @Option(name: .long, help: "The product.")
    var product: String?
    @Option(name: .long, help: "The one device that it is for; every device of the product if it is left out.")
    var device: String?
    @Option(name: .long, help: "The UDI-DI with which the device began.")
    var udiDi: String?
    @Option(name: .long, help: "What was cleared or certified in a market; may be given several times.")
    var market: [String] = []
    @Argument(help: "The change records.", completion: .file(extensions: ["toml"]))
    var change: [String]

    func run() async throws {
        var records: [(version: Version, digest: Digest)] = []
        for file in change {
            let bytes = try Storage().read(FilePath(file), limit: ChangeRecord.largest)
            let record = try ChangeRecord(try TOML.read(String(decoding: bytes, as: UTF8.self)))
            records.append((record.version.to, record.digest))
        }
        guard let last = records.last else { throw ValidationError("no change record is named") }
        var baseline = Baseline(
            id: try draft.number(), issued: draft.time,
            product: try DraftOptions.value(product, "--product", "The product"), device: device,
            udiDI: try DraftOptions.value(udiDi, "--udi-di", "The UDI-DI"), markets: [], record: last.digest,
            records: records.dropLast().map(\.digest))
        for text in market { baseline.markets.append(try Self.market(text, records)) }
        guard !baseline.markets.isEmpty else { throw ValidationError("--market is missing") }
        try draft.write(baseline)
    }

    private static func market(
        _ text: String, _ records: [(version: Version, digest: Digest)]
    ) throws -> Baseline.Market {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5 || parts.count == 6, let version = Version(parts[2]), let date = CalendarDate(parts[4])
        else {
            throw ValidationError("'\(text)' is not CODE,ROUTE,VERSION,REFERENCE,DATE and a notified body")
        }
        guard let record = records.first(where: { $0.version == version }) else {
            throw ValidationError("none of the change records is of the version \(version), cleared for '\(parts[0])'")
        }
        return Baseline.Market(
            code: parts[0], route: parts[1], version: version, record: record.digest, reference: parts[3],
            notifiedBody: parts.count == 6 ? parts[5] : nil, date: date)
    }
}

struct NewDowngrade: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "downgrade", abstract: "Allow devices to go back to an older release.",
        discussion: """
            Going back for a reason of safety is a field safety corrective action (MDCG 2023-3, question 17): then --fsca \
            names it, or --urgent says why it could not wait for the report.
            """)

    @OptionGroup var draft: DraftOptions
    @Option(name: .long, help: "The product.")
    var product: String?
    @Option(name: .long, help: "A device; may be given several times.")
    var device: [String] = []
    @Option(name: .long, help: "A group of devices; may be given several times. Without both, all of the product.")
    var group: [String] = []
    @Option(name: .long, help: "A version that may be left; may be given several times.")
    var from: [String] = []
    @Option(name: .long, help: "The version that may be installed over it.")
    var to: String?
    @Option(name: .long, help: "Why: safety, security or performance.")
    var reason: String?
    @Option(name: .long, help: "Why, in words.")
    var text: String?
    @Option(name: .long, help: "For how many days it holds.")
    var days: Int64 = 30
    @Option(name: .long, help: "Your number of the field safety corrective action.")
    var fsca: String?
    @Option(name: .long, help: "Why it could not wait for the report of a field safety corrective action.")
    var urgent: String?

    func run() async throws {
        guard (1...3650).contains(days) else { throw ValidationError("--days is \(days), not 1 to 3650") }
        let word = try DraftOptions.value(reason, "--reason", "Why (safety, security, performance)")
        guard let kind = DowngradeAuthorisation.Reason.Kind(rawValue: word) else {
            throw ValidationError("'\(word)' is not safety, security or performance")
        }
        let from =
            try self.from.isEmpty
            ? [DraftOptions.version(nil, "--from", "The version that is left")]
            : self.from.map { try DraftOptions.version($0, "--from", "") }
        let time = draft.time
        try draft.write(
            DowngradeAuthorisation(
                id: try draft.number(), issued: time, expires: time.advanced(by: days * 86400),
                product: try DraftOptions.value(product, "--product", "The product"), devices: device, groups: group,
                from: from, to: try DraftOptions.version(to, "--to", "The version that is installed"),
                reason: DowngradeAuthorisation.Reason(
                    kind: kind, text: try DraftOptions.value(text, "--text", "Why, in words")),
                fsca: fsca, urgentRationale: urgent))
    }
}

struct NewWithdrawal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdrawal", abstract: "Take one approval of one release back, wherever the release is already.",
        discussion: "Somebody of the role whose approval is taken back signs it; the key itself is not needed.")

    @OptionGroup var draft: DraftOptions
    @Option(name: .long, help: "The bundle of the release.", completion: .file(extensions: ["aftercare"]))
    var bundle: String
    @Option(name: .long, help: "The role that takes its approval back.")
    var role: RoleArgument
    @Option(name: .long, help: "The key whose approval it is; that of the role, by --trust, if it is left out.")
    var key: DigestArgument?
    @Option(name: .long, help: "Why.")
    var reason: String?
    @OptionGroup var trust: TrustOptions

    func validate() throws {
        if key == nil, trust.trust == nil { throw ValidationError("give --key, or --trust to find it") }
    }

    func run() async throws {
        let storage = Storage()
        let path = FilePath(bundle)
        let review = try BundleReview(path, in: storage, trust: try trust.policy(in: storage), at: SystemClock().now())
        let key = try key?.digest ?? review.standing.key(of: role.role, in: path)
        guard review.standing.claims.contains(where: { $0.keyID == key }) else {
            throw ApprovalError.noApproval(path, "by the key \(key)")
        }
        try draft.write(
            ApprovalWithdrawal(
                id: try draft.number(), issued: draft.time, release: review.page.digest, key: key, role: role.role,
                reason: try DraftOptions.value(reason, "--reason", "Why")))
    }
}

struct NewConfiguration: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "configuration", abstract: "Say that what was measured on one device is what it should be.")

    @OptionGroup var draft: DraftOptions
    @Option(name: .long, help: "The device.")
    var device: String?
    @Option(name: .long, help: "What was measured there, as 'aftercare integrity' shows it.")
    var digest: DigestArgument
    @Option(name: .long, help: "Why it is right.")
    var reason: String?
    @Option(name: .long, help: "Who decided.")
    var by: String?

    func run() async throws {
        try draft.write(
            ConfigurationAcceptance(
                id: try draft.number(), device: try DraftOptions.value(device, "--device", "The device"),
                digest: digest.digest, reason: try DraftOptions.value(reason, "--reason", "Why it is right"),
                by: try DraftOptions.value(by, "--by", "Who decided")))
    }
}
