import ArgumentParser
import ChangeControl
import Commands
import Platform
import Releases
import SystemPackage
import Trust
import Vocabulary

struct DocumentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "document",
        abstract: "Write, approve and look at documents that devices act upon: baselines, downgrades, withdrawals.",
        discussion: """
            1. 'document new' writes a draft in TOML, which can be edited. 2. 'document sign', by each role, shows it and \
            signs it; the first time a JSON file is made beside the draft. 3. At the device: 'aftercare apply FILE'.
            """,
        subcommands: [NewDocumentCommand.self, Sign.self, Show.self, Verify.self])

    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a document, and sign it beside the signatures that are there.",
            discussion: """
                FILE is a draft (TOML, or JSON that is the document), a rule pack, or a document that others have signed \
                already. At a terminal you get all of it to read, and are asked for its number.
                """)

        @Argument(help: "The draft or the signed document.", completion: .file(extensions: ["toml", "json"]))
        var file: String
        @Option(name: .shortAndLong, help: "Where the signed document goes; FILE, or FILE.json beside a draft in TOML.")
        var output: String?
        @OptionGroup var signing: SigningOptions
        @Option(name: .long, help: "The digest on the page that was read: nothing else is signed.")
        var digest: DigestArgument?
        @Flag(name: .long, help: "Show nothing and ask nothing.")
        var yes = false

        func run() async throws {
            let storage = Storage()
            var terms = try signing.terms(in: storage)
            var document = try DocumentFile(FilePath(file), in: storage)
            // What must have approved differs by what a document is.
            if let trust = terms.trust, let kind = ControlDocumentKind(rawValue: document.document.kind) {
                let roles = kind.requiredRoles(of: document.document.document, by: trust)
                terms.trust = try trust.requiring(roles)
            }
            let target = output.map { FilePath($0) } ?? document.signedPath
            try document.takeUp(target, in: storage)
            let role = try terms.certifiedRole()
            let page = ReviewPage(document: document.document)
            if !yes, digest == nil {
                try Confirmation.ask(
                    page.text(width: Terminal.width(of: .output)), for: page.name,
                    question:
                        "To sign this as \(terms.signer.certificate.commonName ?? terms.signer.certificate.subject)")
            }
            try document.sign(terms, expecting: digest?.digest ?? page.digest)
            try document.write(to: target, in: storage)
            Terminal.say(
                "\(target): \(page.title), \(terms.meaning.rawValue)\(role.map { " as '\($0)'" } ?? "") by "
                    + terms.signer.certificate.subject)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a document, and who says to have signed it.")

        @Argument(help: "The draft or the signed document.", completion: .file(extensions: ["toml", "json"]))
        var file: String
        @Option(name: .long, help: "Write it as HTML to this file.", completion: .file(extensions: ["html"]))
        var html: String?
        @OptionGroup var trust: TrustOptions

        func run() async throws {
            let storage = Storage()
            let document = try DocumentFile(FilePath(file), in: storage).document
            let standing = try ApprovalStanding(
                of: document.signatures, over: document.content, trust: try trust.policy(in: storage),
                at: SystemClock().now())
            let page = standing.page(ReviewPage(document: document), role: nil, meaning: nil)
            if let html {
                try storage.replace(FilePath(html), with: Array(page.html.utf8), mode: 0o644)
                Terminal.say("\(html): \(page.title), digest \(page.digest)")
            } else {
                Terminal.page(page.text(width: Terminal.width(of: .output)))
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a signed document as a device would that trusts these authorities.")

        @Argument(help: "The signed document.", completion: .file(extensions: ["json"]))
        var file: String
        @OptionGroup var trust: TrustOptions

        func validate() throws {
            if trust.trust == nil { throw ValidationError("--trust is missing") }
        }

        func run() async throws {
            let storage = Storage()
            guard let policy = try trust.policy(in: storage) else { return }
            let document = try DocumentFile(FilePath(file), in: storage).document
            guard !document.signatures.isEmpty else {
                throw ApprovalError.noApproval(FilePath(file), "at all")
            }
            let time = TrustedTime(clock: SystemClock().now(), watermark: nil)
            let verified = try document.verifiedByKind(policy, at: time)
            for approval in verified.content.approvals { Terminal.say(approval.line) }
            for warning in verified.content.warnings { Terminal.write("\(warning)\n", to: .messages) }
            Terminal.say("\(file): every check holds")
        }
    }
}
