import ArgumentParser
import Commands
import Platform
import Releases
import SystemPackage
import Trust
import Vocabulary

/// Who signs, as what, and by whose word that is checked.
struct SigningOptions: ParsableArguments {
    @Option(
        name: .long, help: "Your certificate, followed by its intermediates.", completion: .file(extensions: ["pem"]))
    var certificate: String
    @Option(name: .long, help: "Your key: a PEM file, or a pkcs11: address of a key in a token.")
    var key: String
    @Option(name: .long, help: "What you mean by it: authored, reviewed, approved or released.")
    var meaning: MeaningArgument = MeaningArgument(.approved)
    @Option(name: .long, help: "The time of signing, as 2026-01-31T12:00:00Z; now if it is left out.")
    var time: TimeArgument?
    @OptionGroup var trust: TrustOptions
    @Option(name: [.customLong("as")], help: "The role that you approve in; refused if the certificate has another.")
    var role: RoleArgument?

    func validate() throws {
        if role != nil, trust.trust == nil {
            throw ValidationError("--as needs --trust: a role is what a device takes the certificate for")
        }
    }

    func terms(in storage: Storage) throws -> ApprovalTerms {
        ApprovalTerms(
            try ContentSigner.read(certificate: FilePath(certificate), key: key, storage: storage),
            at: time?.time ?? SystemClock().now(), meaning: meaning.meaning, trust: try trust.policy(in: storage),
            as: role?.role)
    }
}

struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Read what a bundle is, and sign it beside the signatures that are there.",
        discussion: """
            At a terminal you get the page of everything that is signed, and are asked for the version. A page that was \
            read elsewhere ('bundle page') names a digest: with --digest exactly that is signed, or nothing.

            What is signed covers every byte of every image, the change record and whom the release is for. With \
            --trust everything is checked beforehand that a device checks.
            """)

    @Argument(help: "The bundle.", completion: .file(extensions: ["aftercare"]))
    var bundle: String
    @OptionGroup var signing: SigningOptions
    @Option(name: .long, help: "The digest on the page that was read: nothing else is signed.")
    var digest: DigestArgument?
    @Flag(name: .long, help: "Show nothing and ask nothing.")
    var yes = false
    @OptionGroup var rules: RulesOptions

    func run() async throws {
        let storage = Storage()
        let path = FilePath(bundle)
        var terms = try signing.terms(in: storage)
        terms.rules = try rules.judgement(for: bundle)
        // Refused before somebody reads for an hour.
        let role = try terms.certifiedRole()
        let review = try BundleReview(path, in: storage, trust: terms.trust, rules: terms.rules, at: terms.time)
        if !yes, digest == nil {
            try Confirmation.ask(
                review.page(role: role, meaning: terms.meaning).text(width: Terminal.width(of: .output)),
                for: review.page.name,
                question: "To sign this as \(terms.signer.certificate.commonName ?? terms.signer.certificate.subject)")
        }
        try BundleApproval.add(to: path, in: storage, terms, expecting: digest?.digest ?? review.page.digest)
        Terminal.say(
            "\(bundle): \(review.page.title), \(terms.meaning.rawValue)\(role.map { " as '\($0)'" } ?? "") by "
                + terms.signer.certificate.subject)
    }
}

struct WithdrawCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw", abstract: "Take an approval out of a bundle that has not gone out yet.",
        discussion: """
            That says so to nobody else. A release that devices may have already is stopped by a signed withdrawal: \
            'document new withdrawal', signed by the role that takes its approval back.
            """)

    @Argument(help: "The bundle.", completion: .file(extensions: ["aftercare"]))
    var bundle: String
    @Option(name: .long, help: "The role whose approval is taken out; needs --trust.")
    var role: RoleArgument?
    @Option(name: .long, help: "The key whose approval is taken out, as 'bundle inspect' shows it.")
    var key: DigestArgument?
    @OptionGroup var trust: TrustOptions

    func validate() throws {
        guard (role == nil) != (key == nil) else { throw ValidationError("give either --role or --key") }
        if role != nil, trust.trust == nil { throw ValidationError("--role needs --trust") }
    }

    func run() async throws {
        let storage = Storage()
        let path = FilePath(bundle)
        let before = try BundleReview(path, in: storage, trust: try trust.policy(in: storage), at: SystemClock().now())
        let key = try role.map { try before.standing.key(of: $0.role, in: path) } ?? key?.digest
        guard let key else { return }
        let taken = try BundleApproval.withdraw(from: path, in: storage, key: key)
        let left = before.standing.claims.count - 1
        Terminal.say(
            """
            \(bundle): the signature of '\(taken.person.name.printable())' of \(taken.signingTime) is taken out, \
            \(left) \(left == 1 ? "is" : "are") left
            """)
    }
}

/// The rule packs by which a bundle's record is judged before it is signed.
struct RulesOptions: ParsableArguments {
    @Option(
        name: .long, help: "The folder of the rule packs; by default 'rules' beside the bundle or one folder up.",
        completion: .directory)
    var rules: String?

    /// Nil where nobody named a folder and none is where it usually is.
    func judgement(for bundle: String) throws -> RecordJudgement? {
        let judgement = try JudgedRecord.judgement(rules, for: bundle)
        if judgement == nil {
            Terminal.write("\(bundle): not judged, because there are no rule packs beside it\n", to: .messages)
        }
        return judgement
    }
}

/// What is meant by a signature, on the command line.
struct MeaningArgument: ExpressibleByArgument {
    let meaning: SignatureMeaning

    init(_ meaning: SignatureMeaning) { self.meaning = meaning }

    init?(argument: String) {
        guard let meaning = SignatureMeaning(rawValue: argument) else { return nil }
        self.meaning = meaning
    }

    var defaultValueDescription: String { meaning.rawValue }
}

/// 64 hexadecimal digits on the command line.
struct DigestArgument: ExpressibleByArgument {
    let digest: Digest

    init?(argument: String) {
        guard let digest = Digest(hex: argument.lowercased()) else { return nil }
        self.digest = digest
    }
}
