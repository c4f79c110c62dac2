import ArgumentParser
import Commands
import Console
import Documents
import Platform
import SystemPackage
import Trust
import Vocabulary

struct PassportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passport", abstract: "Show what this device is, as one signed page, or check such a page.",
        discussion: """
            Who the device is, what runs on it and who approved that, what was changed since it was cleared, and what is not \
            right with it. --json prints it with the device's signature. --qr shows a code: the digest of the passport with \
            the device's signature over it, to be read from the screen.

            --verify checks anything that a device signed, on any machine: a passport, the text of its code, a configuration, \
            a measurement. It says by which key; that this is the right device's key must be known from elsewhere, and \
            --key-id says so. Exit status 3 if the signature does not hold.
            """)

    @Flag(name: .long, help: "Print it as JSON, with the signature.")
    var json = false
    @Flag(name: .long, help: "Show a QR code.")
    var qr = false
    @Flag(name: .long, help: "Print one page of text; this is what happens without an option, too.")
    var text = false
    @Option(name: .long, help: "Check this file instead, '-' for standard input.", completion: .file())
    var verify: String?
    @Option(name: .long, help: "The SHA-256 of the public key (DER) that must have signed.")
    var keyID: String?

    func validate() throws {
        guard [json, qr, text, verify != nil].filter({ $0 }).count <= 1 else {
            throw ValidationError("--json, --qr, --text and --verify exclude each other.")
        }
        guard keyID == nil || verify != nil else { throw ValidationError("--key-id belongs to --verify.") }
    }

    func run() async throws {
        if let verify { return try check(verify) }
        let answer = try await DaemonClient.connect().json("GetPassport")
        let (passport, code) = (answer["passport"] ?? .null, answer["code"] ?? .null)
        if json { return Terminal.write(passport.canonicalText + "\n") }
        if qr { return try show(code) }
        Terminal.write(
            PassportText.page(
                passport["statement"] ?? .null,
                width: Terminal.isInteractive(.output) ? Terminal.width(of: .output) : nil))
        Terminal.write("\nSigned by the key \(try DeviceStatement.keyID(of: passport))\n")
    }

    private func show(_ code: JSON) throws {
        guard let picture = QRCode(code.canonicalBytes) else {
            throw TrustError.document(.unacceptable("code", reason: "does not fit a QR code"))
        }
        let characters: TerminalCharacters = Terminal.speaksUnicode ? .utf8 : .ascii
        let width = QRCodeText.width(picture, characters)
        if Terminal.isInteractive(.output), width > Terminal.width(of: .output) {
            throw ValidationError("The code needs \(width) columns, the terminal has \(Terminal.width(of: .output)).")
        }
        for line in QRCodeText.lines(picture, characters) { Terminal.say(line) }
    }

    private func check(_ file: String) throws {
        let bytes = try Storage().read(FilePath(file == "-" ? "/dev/stdin" : file), limit: 64 << 20)
        let signed: JSON
        do throws(DocumentError) { signed = try JSONReader.read(bytes, limit: 64 << 20) } catch {
            throw TrustError.document(error)
        }
        let statement = try DeviceStatement.read(signed)
        let key = try DeviceStatement.keyID(of: signed)
        if let keyID, Digest(hex: keyID.lowercased()) != key {
            throw TrustError.deviceKey("the statement's", reason: "it is \(key), not the one that was named")
        }
        Terminal.say("The signature holds: \(statement["format"]?.string?.printable(limit: 64) ?? "a statement")")
        Terminal.say("Key \(key)\(keyID == nil ? ", which is not compared with a known one" : "")")
        Terminal.say("SHA-256 of the statement: \(SHA256.digest(of: statement.canonicalBytes))")
        Terminal.write("\n" + words(statement))
    }

    private func words(_ statement: JSON) -> String {
        switch statement["format"]?.string {
        case "aftercare.passport/1": PassportText.page(statement)
        case "aftercare.integrity/1": IntegrityText.page(statement)
        default: DetailsText.table(statement)
        }
    }
}
