import ArgumentParser
import Commands
import Console
import Documents
import Platform
import Vocabulary

struct IntegrityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "integrity", abstract: "Show whether what runs is what was approved.",
        discussion: """
            The device measures the images, files and packages that its release names, in the background, and holds them \
            against what was signed. Anything else makes the configuration 'unknown', until a signed document or an update \
            says otherwise; the digest is what such a document has to name.

            With --now it measures first, as slowly as always, and waits for the result. With --json the result is printed with \
            the device's signature: 'aftercare passport --verify' checks it anywhere. Exit status 0 where the configuration is \
            known, else 1.
            """)

    @Flag(name: .long, help: "Measure now, and wait for the result.")
    var now = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await DaemonClient.connect()
        let signed = try await client.json(now ? "Measure" : "GetIntegrity", timeout: now ? nil : .seconds(25))
        let statement = signed["statement"] ?? .null
        output.print(signed) { IntegrityText.page(statement, width: output.width) }
        if statement["configuration"] != "known" { throw ExitCode(FaultKind.failed.exitStatus) }
    }
}

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "The device's configuration items, for programs.", subcommands: [Export.self])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print every configuration item, signed by the device.",
            discussion: """
                Slot sets with their manifests' and images' digests, peripherals' firmware, what was measured of files and \
                packages, the bill of materials' digest, documents in force, policy. Canonical JSON without a time: as long as \
                nothing changes, the statement is the same, byte for byte, and with an Ed25519 key the signature too.
                """)

        @Flag(name: .long, help: "Measure first, and wait for it.")
        var now = false

        func run() async throws {
            let client = try await DaemonClient.connect()
            if now { try await client.call("Measure", timeout: nil) }
            Terminal.write(try await client.json("ExportConfiguration").canonicalText + "\n")
        }
    }
}
