import ArgumentParser
import Bundles
import Commands
import Documents
import Platform
import SystemPackage
import Vocabulary

struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a bundle says of itself; nothing of it is checked.",
        discussion: "What it shows is only as good as the bundle: 'aftercare verify' says whether it can be believed.")

    @Argument(help: "A bundle, or '-' for standard input.", completion: .file(extensions: ["aftercare"]))
    var bundle: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let source = try FileSource.open(FilePath(bundle == "-" ? "/dev/stdin" : bundle), in: Storage())
        let unverified = try UnverifiedBundle.open(source)
        let header = unverified.header
        let manifest = try Manifest(bytes: unverified.manifestBytes)
        let document = try JSONReader.read(unverified.manifestBytes, limit: unverified.manifestBytes.count)
        let signaturesLength = unverified.signatures.count
        output.print(["manifest": document, "checked": false, "signaturesLength": .number(signaturesLength)]) {
            var rows = [
                ["Product", manifest.product], ["Hardware", manifest.hardware.joined(separator: ", ")],
                ["Version", manifest.version.description],
                ["Installs over", manifest.from.map(\.description).joined(separator: ", ")],
                ["May fall back to", manifest.fallbacks.map(\.description).joined(separator: ", ")],
                ["Security version", String(manifest.securityVersion)], ["Created", manifest.created.description],
                ["Self-tests within", "\(manifest.selfTestDeadline) s"],
                ["Change record", manifest.change["id"]?.string ?? ""],
                ["Signatures", "\(signaturesLength) bytes of CMS, not checked"],
                ["Payload", ByteCount(header.payloadLength).description],
            ]
            for image in manifest.images {
                rows.append(["Image \(image.name)", "\(ByteCount(image.size)), SHA-256 \(image.digest)"])
            }
            return Terminal.table(rows)
        }
    }
}
