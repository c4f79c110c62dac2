/// Tells what a person types from a service tool's `hello`, while a console still listens to a person.
///
/// A person types no zero byte. From one on, bytes are held until the next; what was no frame then is a person's after all, as it is
/// when `release` is called because nothing more came.
package struct MachineModeDetector: Sendable {
    /// What became of some bytes.
    package struct Finding: Equatable, Sendable {
        /// What a person said.
        package var text: [UInt8] = []
        /// The frame that asks for machine mode; `rest` came behind it and is for the `LineServer`.
        package var hello: Frame?
        package var rest: [UInt8] = []

        package init(text: [UInt8] = [], hello: Frame? = nil, rest: [UInt8] = []) {
            self.text = text
            self.hello = hello
            self.rest = rest
        }
    }

    /// No `hello` is longer.
    package static let helloLimit = 512

    private var held: [UInt8]?

    package init() {}

    /// Whether bytes are held back: `release` them when nothing comes for half a second.
    package var isHolding: Bool { held.map { !$0.isEmpty } ?? false }

    package mutating func feed(_ bytes: [UInt8]) -> Finding {
        var finding = Finding()
        for (index, byte) in bytes.enumerated() {
            guard let run = held else {
                if byte == 0 { held = [] } else { finding.text.append(byte) }
                continue
            }
            guard byte == 0 else {
                held?.append(byte)
                if run.count >= Self.helloLimit { finding.text += release() }
                continue
            }
            held = []
            guard let frame = Frame(encoded: run) else {
                finding.text += run
                continue
            }
            // Other frames are late ones of a conversation that ended: nobody typed them.
            guard frame.type == .hello else { continue }
            finding.hello = frame
            finding.rest = Array(bytes[(index + 1)...])
            held = nil
            return finding
        }
        return finding
    }

    /// Gives up what is held: it was a person's.
    package mutating func release() -> [UInt8] { held.take() ?? [] }
}
