import ArgumentParser
import Commands
import Documents
import Platform
import Releases
import Servicing
import SystemPackage
import Vocabulary

struct GrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Answer a device's challenge, so that you can service it. Needs no network.",
        discussion: """
            1. At the device's service port, type 'login': it shows a challenge, such as IP4-000417/7KQ3-M9XD-2WFA-0.
            2. Here: aftercare-fleet grant IP4-000417/7KQ3-M9XD-2WFA-0 --certificate me.pem --key 'pkcs11:token=me'
            3. Paste the lines that come out, or type them, at the device. A line that is mistyped is named there.

            Small and capital letters, O and 0, I, L and 1, spaces and hyphens need not be right. The grant works once, \
            on that device, for that challenge, and never for more than your role may do. It holds no secret.

            KEY is a PEM file, or the pkcs11: address of a key on a smart card; CERTIFICATE was issued to you for \
            service (extended key usage clientAuth). A device that knows you takes a grant without your certificate: \
            --short is five lines with a P-256 or Ed25519 key. One that knows only your root needs --with-chain.

            Exit status: 0 done, 1 failed, 2 wrong usage, 3 refused: a mistyped challenge, for instance.
            """)

    @Argument(help: "What the device shows; it may have spaces.")
    var challenge: [String]
    @Option(
        name: .long, help: "Your certificate, and after it its intermediates.", completion: .file(extensions: ["pem"]))
    var certificate: String
    @Option(name: .long, help: "Your key: a PEM file or a pkcs11: address.")
    var key: String
    @Option(name: .long, help: "What you want to do: observe, test, update, activate, rollback, evidence, with commas.")
    var rights: RightsArgument?
    @Flag(name: .long, help: "Everything that your role may do; this is so without --rights.")
    var roleRights = false
    @Option(
        name: .long, help: "The one release that may be installed; any that the device accepts if it is left out.",
        completion: .file(extensions: ["aftercare"]))
    var bundle: String?
    @Option(name: .long, help: "For how many hours, from now; devices take 4 unless they are set otherwise.")
    var hours: Int64 = 4
    @Flag(name: .long, help: "Leave your certificate out: the device knows you.")
    var short = false
    @Flag(name: .long, help: "Send the intermediates of your certificate along: the device does not know them.")
    var withChain = false
    @Option(name: .long, help: "Also write the exact bytes that are signed to this file, for an audit.")
    var signedText: String?
    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if roleRights, rights != nil { throw ValidationError("--rights and --role-rights exclude each other") }
        if short, withChain { throw ValidationError("--short and --with-chain exclude each other") }
        guard (1...168).contains(hours) else { throw ValidationError("--hours is \(hours), not 1 to 168") }
    }

    func run() async throws {
        let storage = Storage()
        let challenge = try Challenge(text: challenge.joined(separator: " "))
        let signer = GrantSigner(
            try ContentSigner.read(certificate: FilePath(certificate), key: key, storage: storage))
        let manifest = try bundle.map {
            SHA256.digest(of: try BundleApproval.parts(of: FilePath($0), in: storage).manifest)
        }
        let now = SystemClock().now()
        guard
            let terms = GrantTerms(
                challenge: challenge, rights: rights?.rights ?? .all, bundle: manifest, notBefore: now,
                until: now.advanced(by: hours * 3600 - 60))
        else { throw ServiceError.terms("the clock says \(now)") }
        let grant = try signer.grant(terms, with: short ? .none : withChain ? .chain : .person)
        let text = try grant.text()
        if let signedText {
            try storage.replace(
                FilePath(signedText), with: terms.signedText(person: signer.signer.certificate.keyID), mode: 0o644)
        }
        Terminal.say(json ? self.json(terms, signer.signer.certificate, text).canonicalText : text)
        guard !json else { return }
        let release = bundle.map { ", to install \($0) only" } ?? ""
        Terminal.write(
            """
            for \(challenge.device): \(terms.rights.names.joined(separator: ", "))\(release), until \(terms.until)
            by \(signer.signer.certificate.subject)\n
            """, to: .messages)
    }

    private func json(_ terms: GrantTerms, _ certificate: Certificate, _ text: String) -> JSON {
        .members([
            "grant": .string(text), "challenge": .string(terms.challenge.description),
            "device": .string(terms.challenge.device), "person": .string(certificate.subject),
            "key": .string(certificate.keyID.hex), "rights": .strings(terms.rights.names),
            "bundle": terms.bundle.map { .string($0.hex) }, "notBefore": .string(terms.notBefore.description),
            "until": .string(terms.until.description),
        ])
    }
}

/// Rights on the command line, with commas between them.
struct RightsArgument: ExpressibleByArgument {
    let rights: ServiceRights

    init?(argument: String) {
        var rights: [ServiceRight] = []
        for name in argument.split(whereSeparator: { $0 == "," || $0 == " " }) {
            guard let right = ServiceRight(rawValue: String(name)) else { return nil }
            rights.append(right)
        }
        guard !rights.isEmpty else { return nil }
        self.rights = ServiceRights(rights)
    }
}
