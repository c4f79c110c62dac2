package import Platform
package import Vocabulary

extension SMPClient: PeripheralLink {
    /// Has a text come back, which tells whether anybody is there.
    package func echo(_ text: String) throws(PeripheralError) {
        let answer = try ask(.write, .echo, ["d": .text(text)])
        guard answer["r"]?.text == text else { throw lacking("r", .echo) }
    }

    package func identity() throws(PeripheralError) -> String { try info() }

    /// What the running firmware says of itself; `format` is that of uname(1).
    package func info(_ format: String = "a") throws(PeripheralError) -> String {
        let answer = try ask(.read, .info, ["format": .text(format)])
        guard let output = answer["output"]?.text else { throw lacking("output", .info) }
        // From a stranger and for a terminal: one line of what can be seen.
        return String(output.unicodeScalars.prefix(256).map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
    }

    /// How large a packet the peripheral takes, with its header.
    package func packetSize() throws(PeripheralError) -> Int {
        let answer = try ask(.read, .parameters)
        guard let size = answer["buf_size"]?.integer, (64...65_535).contains(size) else {
            throw lacking("buf_size", .parameters)
        }
        return size
    }

    package func images() throws(PeripheralError) -> [PeripheralImage] {
        try Self.images(in: try ask(.read, .imageState), of: name)
    }

    package func test(_ hash: Digest) throws(PeripheralError) {
        _ = try ask(.write, .imageState, ["hash": .bytes(hash.bytes), "confirm": false])
    }

    package func confirm(_ hash: Digest) throws(PeripheralError) {
        _ = try ask(.write, .imageState, ["hash": .bytes(hash.bytes), "confirm": true])
    }

    /// Makes whatever runs the one for good.
    package func confirm() throws(PeripheralError) { _ = try ask(.write, .imageState, ["confirm": true]) }

    /// Asks for a restart once: asked a second time, a peripheral that restarted already would leave its trial.
    package func reset() throws(PeripheralError) { _ = try ask(.write, .reset, attempts: 1) }

    /// Empties a slot, the one that does not run unless one is named.
    package func erase(slot: Int? = nil) throws(PeripheralError) {
        let body: CBOR = slot.map { ["slot": .number($0)] } ?? [:]
        _ = try ask(.write, .imageErase, body, within: timing.erase)
    }

    func lacking(_ member: String, _ command: SMPCommand) -> PeripheralError {
        .unexpectedAnswer(name, command: "\(command)", lacks: member)
    }

    /// The images that an answer to `image state` names; `name` is the peripheral's.
    package static func images(in answer: CBOR, of name: String) throws(PeripheralError) -> [PeripheralImage] {
        func lacking(_ member: String) -> PeripheralError {
            .unexpectedAnswer(name, command: "\(SMPCommand.imageState)", lacks: member)
        }
        guard let entries = answer["images"]?.array, entries.count <= 32 else { throw lacking("images") }
        var images: [PeripheralImage] = []
        for entry in entries {
            guard let slot = entry["slot"]?.integer, (0...31).contains(slot) else { throw lacking("slot") }
            guard let version = entry["version"]?.text, version.utf8.count <= 64 else {
                throw lacking("version")
            }
            let number = entry["image"]?.integer ?? 0
            guard (0...31).contains(number) else { throw lacking("image") }
            images.append(
                PeripheralImage(
                    number: number, slot: slot, version: version,
                    hash: entry["hash"]?.bytes.flatMap { Digest(bytes: $0) },
                    isActive: entry["active"]?.bool ?? false, isConfirmed: entry["confirmed"]?.bool ?? false,
                    isPending: entry["pending"]?.bool ?? false, isPermanent: entry["permanent"]?.bool ?? false))
        }
        return images
    }
}
