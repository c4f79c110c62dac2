import Documents
import SystemPackage

// What profiles are made of, beyond what every document has.
extension Fields {
    /// One table that may be missing.
    mutating func section<Value>(
        _ key: String, _ body: (inout Fields) throws(DocumentError) -> Value
    ) throws(DocumentError) -> Value? {
        guard var fields = try optionalFields(key) else { return nil }
        let value = try body(&fields)
        try fields.done()
        return value
    }

    /// The tables of one list, which may be missing.
    mutating func entries<Value>(
        _ key: String, _ body: (inout Fields) throws(DocumentError) -> Value
    ) throws(DocumentError) -> [Value] {
        var values: [Value] = []
        for (element, path) in try optionalList(key, limit: BoardProfile.entryLimit) {
            var fields = try Fields(element, at: path)
            values.append(try body(&fields))
            try fields.done()
        }
        return values
    }

    /// The name of a part: lower case, with dots and hyphens between its words.
    mutating func partName() throws(DocumentError) -> String {
        let text = try string("name", limit: 64)
        let words = text.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "-" }
        guard
            words.allSatisfy({ word in
                !word.isEmpty && word.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
            })
        else { throw refuse("name", "is '\(text)', not words of a-z and 0-9 with '.' or '-' between them") }
        return text
    }

    mutating func choice<Word: RawRepresentable<String> & CaseIterable>(
        _ key: String, default standard: Word? = nil
    ) throws(DocumentError) -> Word {
        if let standard, optional(key) == nil { return standard }
        let text = try string(key, limit: 64)
        guard let word = Word(rawValue: text) else { throw refuse(key, Self.notOne(text, of: Word.self)) }
        return word
    }

    /// The words of `reads`, each once.
    mutating func quantities<Word: Quantity>(standard: [Word]) throws(DocumentError) -> [Word] {
        guard optional("reads") != nil else { return standard }
        var words: [Word] = []
        for (index, text) in try strings("reads", limit: 64).enumerated() {
            let path = "\(name("reads"))[\(index)]"
            guard let word = Word(rawValue: text) else {
                throw .unacceptable(path, reason: Self.notOne(text, of: Word.self))
            }
            guard !words.contains(word) else { throw .unacceptable(path, reason: "is '\(text)' a second time") }
            words.append(word)
        }
        return words
    }

    private static func notOne<Word: RawRepresentable<String> & CaseIterable>(
        _ text: String, of type: Word.Type
    ) -> String {
        "is '\(text)', not one of \(type.allCases.map(\.rawValue).joined(separator: ", "))"
    }

    /// A file that the kernel makes: reading any other could hang on a network or wear a medium.
    mutating func kernelFile(_ key: String) throws(DocumentError) -> FilePath {
        let path = try path(key)
        guard path.starts(with: "/sys") || path.starts(with: "/proc") else {
            throw refuse(key, "is '\(path)', neither below '/sys' nor below '/proc'")
        }
        return path
    }

    /// One component of a path, as the kernel names its devices.
    mutating func fileName(_ key: String) throws(DocumentError) -> String {
        let text = try string(key, limit: 128)
        guard text.isFileName else { throw refuse(key, "is '\(text)', not a name without '/'") }
        return text
    }

    /// The last components of a device's path, without a leading slash.
    mutating func optionalPathEnd(_ key: String) throws(DocumentError) -> String? {
        guard let text = try optionalString(key, limit: 512) else { return nil }
        let path = FilePath(text)
        guard !path.isAbsolute, FilePath("/" + text).isPlain, path.string == text else {
            throw refuse(key, "is '\(text)', not the end of a device's path, like 'i2c-2/2-0048'")
        }
        return text
    }

    mutating func index() throws(DocumentError) -> Int { Int(try integer("index", default: 0, in: 0...255)) }

    /// Two numbers, the lowest and the highest.
    mutating func range(_ key: String) throws(DocumentError) -> ClosedRange<Double>? {
        guard optional(key) != nil else { return nil }
        let numbers = try list(key, limit: 2).map { (value, path) throws(DocumentError) -> Double in
            switch value {
            case .integer(let number): return Double(number)
            case .decimal(let number) where number.isFinite: return number
            default: throw .unacceptable(path, reason: "is not a number")
            }
        }
        guard numbers.count == 2 else { throw refuse(key, "is not a list of two numbers, the lowest and the highest") }
        guard numbers[0] < numbers[1] else { throw refuse(key, "begins with \(numbers[0]), not below \(numbers[1])") }
        return numbers[0]...numbers[1]
    }
}

extension String {
    /// One regular component of a path.
    var isFileName: Bool {
        let path = FilePath(self)
        return !isEmpty && !path.isAbsolute && path.components.count == 1 && path.string == self
            && path.lastComponent?.kind == .regular
    }
}
