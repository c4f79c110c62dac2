import Agent
import ArgumentParser
import ChangeControl
import Commands
import Console
import Documents
import Platform
import SystemPackage
import Trust
import Vocabulary

struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Give the device a signed document: a rule pack, a baseline, a downgrade authorisation, a withdrawal.",
        discussion: """
            The document is checked as a bundle is: every signature, and the roles that such a document needs. It says for \
            itself what it does (docs/signed-documents.md). Taken or refused, it leaves one entry in the ledger. The same \
            document twice changes nothing.
            """)

    @Argument(help: "The document, a file of the form aftercare.signed/1.", completion: .file(extensions: ["json"]))
    var document: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let bytes = try Storage().read(FilePath(document), limit: SignedDocument.limit)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw TrustError.document(.malformed(offset: 0, reason: "invalid UTF-8"))
        }
        let answer = try await DaemonClient.connect().json("Apply", [.string(text)])
        output.print(answer) { ChangeControlText.applied(answer) }
    }
}

struct Acknowledge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say for the record that what a release asks of people was done; the update then goes on.",
        discussion: """
            training  the users were trained for the release (G10)
            notice    the field safety notice was read and handed on (G8)
            date      the date is right though the device's clock cannot be relied on; two people must say so (G14)

            'aftercare status' says what an update waits for.
            """)

    @Argument(help: "training, notice or date.", completion: .list(Acknowledgement.Subject.allCases.map(\.rawValue)))
    var subject: String
    @Option(name: .long, help: "Who you are.")
    var name: String
    @Option(name: .long, help: "In which capacity: nurse, biomedical-engineer.")
    var role: String

    func run() async throws {
        try await DaemonClient.connect().call("Acknowledge", [.string(subject), .string(name), .string(role)])
    }
}

struct BaselineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline",
        abstract: "Show what was cleared or certified for each market, and every change since.",
        discussion: """
            Each change with its requests, problem reports, corrective actions and approvals, from the baseline to the \
            confirmed release, linked by the digests of the change records. Exit status 3 if a link is missing.
            """)

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let changes = try await DaemonClient.connect().json("GetChanges")
        output.print(changes) { ChangeControlText.changes(changes, width: output.width) }
        if changes["whole"] != .bool(true) { throw ExitCode(FaultKind.refused.exitStatus) }
    }
}

struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Show the rule packs by which this device judges releases.")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let rules = try await DaemonClient.connect().json("GetDocuments")
        output.print(rules) { ChangeControlText.documents(rules) }
    }
}
