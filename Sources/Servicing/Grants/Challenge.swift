import Platform

/// What a device asks the person at its service port to have answered by a grant: used once, and then never again.
package struct Challenge: Hashable, Sendable, CustomStringConvertible {
    /// Twelve symbols of five bits.
    static let symbolCount = 12

    /// The device's id as it is shown.
    package let device: String
    /// The 60 bits as symbols, each below 32.
    let symbols: [UInt8]

    /// A new one, from OpenSSL's generator.
    package init(device: String) throws(ServiceError) {
        let bytes: [UInt8]
        do throws(CryptoError) {
            bytes = try randomBytes(Self.symbolCount)
        } catch {
            throw .crypto(error)
        }
        try self.init(device: device, symbols: bytes.map { $0 & 31 })
    }

    private init(device: String, symbols: [UInt8]) throws(ServiceError) {
        guard Self.isNameable(device) else { throw .unsuitableDevice(device) }
        self.device = device
        self.symbols = symbols
    }

    /// Whether a device of this id can be challenged: 1 to 64 printable ASCII characters, not all of them spaces.
    package static func isNameable(_ device: String) -> Bool {
        (1...64).contains(device.utf8.count) && device.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            && !folded(device).isEmpty
    }

    /// A device's id as it is signed: without spaces, in upper case, `O` as 0, `I` and `L` as 1.
    ///
    /// Whoever types a challenge may not know these apart; what makes it unique are its 60 bits.
    static func folded(_ device: String) -> String {
        String(decoding: device.utf8.filter { $0 != 0x20 }.map(Symbols.folded), as: UTF8.self)
    }

    var foldedDevice: String { Self.folded(device) }

    /// The 60 bits in one word, as they are signed.
    package var nonce: String { Symbols.text(symbols) }

    /// As in `IP4-000417/7KQ3-M9XD-2WFA-0`: the device, the bits, and a check symbol over both.
    package var description: String {
        let groups = stride(from: 0, to: symbols.count, by: 4).map { Symbols.text(symbols[$0..<$0 + 4]) }
        return "\(device)/\(groups.joined(separator: "-"))-\(Symbols.letter(check))"
    }

    private var check: UInt8 {
        CheckSymbols.one(Self.folded(device).utf8.flatMap { [$0 >> 5, $0 & 31] } + symbols)
    }

    /// Reads what somebody typed or pasted, forgiving case, spaces, hyphens and letters that look alike.
    package init(text: String) throws(ServiceError) {
        guard text.utf8.count <= 256 else { throw .challengeMalformed("it is longer than 256 characters") }
        let trimmed = text.trimmed
        guard let slash = trimmed.lastIndex(of: "/") else {
            throw .challengeMalformed("there is no '/' between the device and the rest")
        }
        var values: [UInt8] = []
        for scalar in trimmed[slash...].dropFirst().unicodeScalars where !Symbols.isSeparator(scalar) {
            guard let value = Symbols.value(scalar) else {
                throw .challengeMalformed("'\(Character(scalar).printable)' is no letter of it")
            }
            values.append(value)
        }
        guard values.count == Self.symbolCount + 1, let found = values.popLast() else {
            throw .challengeMalformed("\(values.count) letters follow the '/', not \(Self.symbolCount + 1)")
        }
        try self.init(device: String(trimmed[..<slash]).trimmed, symbols: values)
        guard found == check else {
            throw .challengeMalformed("its check letter is not right, so something is mistyped")
        }
    }
}

extension String {
    /// Without white space at its ends.
    var trimmed: String {
        var scalars = unicodeScalars[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    /// Fit for a terminal that knows ASCII and nothing else: everything else as `?`, or as what comes close.
    var plain: String {
        String(String.UnicodeScalarView(unicodeScalars.map { (0x20...0x7E).contains($0.value) ? $0 : "?" }))
    }
}

extension Character {
    /// The character, or how it is numbered where it could disturb a terminal.
    var printable: String {
        guard let scalar = unicodeScalars.first, unicodeScalars.count == 1, (0x21...0x7E).contains(scalar.value)
        else { return unicodeScalars.map { "U+" + String($0.value, radix: 16, uppercase: true) }.joined() }
        return String(self)
    }
}
