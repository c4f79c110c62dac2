import ArgumentParser
import Commands
import Documents
import Platform
import Releases
import SystemPackage
import Trust
import Vocabulary

struct PageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "page", abstract: "Show everything that an approval of a bundle is over, for people to read.",
        discussion: """
            The page is made from the manifest's bytes alone, and every value of theirs is on it. --html writes one file \
            that needs nothing else, to be sent, printed and read elsewhere. It names the digest that 'bundle approve \
            --digest' then signs.
            """)

    @Argument(help: "The bundle.", completion: .file(extensions: ["aftercare"]))
    var bundle: String
    @Option(name: .long, help: "Write the page as HTML to this file.", completion: .file(extensions: ["html"]))
    var html: String?
    @OptionGroup var trust: TrustOptions
    @OptionGroup var rules: RulesOptions

    func run() async throws {
        let storage = Storage()
        let review = try BundleReview(
            FilePath(bundle), in: storage, trust: try trust.policy(in: storage),
            rules: try rules.judgement(for: bundle), at: SystemClock().now())
        let page = review.page(role: nil, meaning: nil)
        if let html {
            try storage.replace(FilePath(html), with: Array(page.html.utf8), mode: 0o644)
            Terminal.say("\(html): \(page.title), digest \(page.digest)")
        } else {
            Terminal.page(page.text(width: Terminal.width(of: .output)))
        }
    }
}

struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show a bundle's manifest and its approvals, or write out what others check.",
        discussion: """
            openssl cms -verify -binary -inform DER -in SIGNATURES -content MANIFEST -purpose any -CAfile ANCHORS
            """)

    @Argument(help: "The bundle.", completion: .file(extensions: ["aftercare"]))
    var bundle: String
    @Option(name: .long, help: "Write the exact bytes that are signed to this file.")
    var manifest: String?
    @Option(name: .long, help: "Write the CMS message (DER) to this file.")
    var signatures: String?
    @Flag(name: .long, help: "Show the approvals only.")
    var approvals = false
    @Flag(name: .long, help: "Show the approvals as JSON.")
    var json = false
    @OptionGroup var trust: TrustOptions

    func run() async throws {
        let storage = Storage()
        let parts = try BundleApproval.parts(of: FilePath(bundle), in: storage)
        if let manifest { try storage.replace(FilePath(manifest), with: parts.manifest, mode: 0o644) }
        if let signatures { try storage.replace(FilePath(signatures), with: parts.signatures, mode: 0o644) }
        guard manifest == nil, signatures == nil else { return }
        let review = try BundleReview(
            FilePath(bundle), in: storage, trust: try trust.policy(in: storage), at: SystemClock().now())
        if json { return Terminal.say(self.json(review).canonicalText) }
        if !approvals { Terminal.say(try JSONReader.read(parts.manifest, limit: parts.manifest.count).prettyText) }
        Terminal.write(
            "manifest \(review.page.digest)\n", to: approvals ? .output : .messages)
        for (claim, line) in zip(review.standing.claims, review.standing.lines) {
            Terminal.write("\(line)\n  key \(claim.keyID)\n", to: approvals ? .output : .messages)
        }
        if review.standing.claims.isEmpty { Terminal.write("nobody has signed it yet\n", to: .messages) }
    }

    private func json(_ review: BundleReview) -> JSON {
        let judged = Dictionary(
            (review.standing.examination?.approvals ?? []).map { ($0.keyID, $0.json) },
            uniquingKeysWith: { first, _ in first })
        return [
            "manifest": .string(review.page.digest.hex),
            "approvals": .array(review.standing.claims.map { judged[$0.keyID] ?? $0.json }),
        ]
    }
}
