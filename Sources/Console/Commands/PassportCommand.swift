import Documents
import Platform
import Servicing

extension ConsoleCommand {
    static let passport = ConsoleCommand(
        name: "passport", summary: "identity, versions, approvals and open findings",
        details: ["'passport qr' shows the device's identity as a QR code, to be read from the screen."],
        parameters: [
            Parameter(
                name: "FORM", about: "how to show it", choices: .words([Word("qr", "the identity as a QR code")]),
                isOptional: true)
        ]
    ) { session, arguments throws(CommandEnd) in
        let passport = try await session.ask(.passport)["passport"] ?? .null
        guard arguments.first == "qr" else {
            return try await session.say(text: PassportText.page(passport, width: TerminalKind.columns))
        }
        try await session.showCode(of: passport)
    }
}

extension ConsoleSession {
    /// The device's identity as a code, without a stop in between: it is read as one picture.
    func showCode(of passport: JSON) async throws(CommandEnd) {
        let text = identity(passport)
        guard let code = QRCode(Array(text.utf8)), QRCodeText.width(code, terminal.characters) <= TerminalKind.columns
        else {
            let hint = terminal.characters == .ascii ? "Type 'terminal utf8' where the terminal can show it." : ""
            return try await say("The identity does not fit a QR code of 80 columns. \(hint)", text)
        }
        for line in QRCodeText.lines(code, terminal.characters) { try await note(line) }
        try await note(text.split(separator: "\n").joined(separator: " "))
    }

    /// What a scanner is given: the UDI where there is one, as it is printed on the label, else what the device is called.
    private func identity(_ passport: JSON) -> String {
        if let udi = passport["udi"]?.string ?? passport["udi"]?["carrier"]?.string, !udi.isEmpty { return udi }
        return [device["product"], device["device"], device["version"]].compactMap { $0?.string }.joined(separator: " ")
    }
}
