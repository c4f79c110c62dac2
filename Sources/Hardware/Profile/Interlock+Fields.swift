import Documents
import Platform
import SystemPackage

extension BoardProfile.Interlock {
    init(_ fields: inout Fields) throws(DocumentError) {
        name = try fields.partName()
        sentence = try fields.string("says", limit: 256)
        let kind: Kind = try fields.choice("kind")
        switch kind {
        case .value: question = .value(try BoardProfile.ValueQuestion(&fields))
        case .gpio: question = .gpio(try BoardProfile.GPIOQuestion(&fields))
        case .serial: question = .serial(try BoardProfile.SerialQuestion(&fields))
        case .dbus: question = .bus(try BoardProfile.BusQuestion(&fields))
        }
    }
}

extension BoardProfile.ValueQuestion {
    init(_ fields: inout Fields) throws(DocumentError) {
        switch (fields.optional("indicator"), fields.optional("file")) {
        case (_?, nil): subject = .indicator(try fields.string("indicator", limit: 128))
        case (nil, _?): subject = .file(try fields.kernelFile("file"))
        case (nil, nil): throw .missing(fields.name("indicator"))
        case (_?, _?): throw fields.refuse("file", "stands beside 'indicator': one of them is compared")
        }
        switch (fields.optional("free"), fields.optional("in-use")) {
        case (_?, nil): answer = .free(try fields.readingValues("free"))
        case (nil, _?): answer = .inUse(try fields.readingValues("in-use"))
        case (nil, nil): throw .missing(fields.name("free"))
        case (_?, _?): throw fields.refuse("in-use", "stands beside 'free': one of them decides")
        }
    }
}

extension BoardProfile.GPIOQuestion {
    init(_ fields: inout Fields) throws(DocumentError) {
        gpio = try fields.string("gpio", limit: 64)
        let free: State = try fields.choice("free")
        isFreeWhileActive = free == .active
    }

    private enum State: String, CaseIterable { case active, inactive }
}

extension BoardProfile.SerialQuestion {
    init(_ fields: inout Fields) throws(DocumentError) {
        port = try fields.string("port", limit: 64)
        // Sent as it stands, so control characters belong.
        guard case .string(let text) = try fields.value("ask"), !text.isEmpty, text.utf8.count <= 256 else {
            throw fields.refuse("ask", "is not a string of 1 to 256 bytes")
        }
        ask = Array(text.utf8)
        guard let pattern = TextPattern(try fields.string("free", limit: TextPattern.maximumLength)) else {
            throw fields.refuse("free", "is not an extended regular expression without intervals and back-references")
        }
        free = pattern
        timeout = try fields.optionalSeconds("timeout", in: 0.05...60) ?? .seconds(2)
    }
}

extension BoardProfile.BusQuestion {
    private static let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")

    init(_ fields: inout Fields) throws(DocumentError) {
        service = try fields.busName("service", allowing: "-")
        path = try fields.string("path", limit: 255)
        let elements = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard path.hasPrefix("/"),
            path == "/" || elements.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.letters.contains) })
        else { throw fields.refuse("path", "is not an object's path, like '/org/example/Pump'") }
        interface = try fields.busName("interface", allowing: "")
        switch (fields.optional("property"), fields.optional("method")) {
        case (_?, nil): member = .property(try fields.busMember("property"))
        case (nil, _?): member = .method(try fields.busMember("method"))
        case (nil, nil): throw .missing(fields.name("property"))
        case (_?, _?): throw fields.refuse("method", "stands beside 'property': one of them is asked")
        }
        free = try fields.value("free")
        switch free {
        case .string, .integer, .bool: break
        default: throw fields.refuse("free", "is not a string, a whole number, true or false")
        }
        timeout = try fields.optionalSeconds("timeout", in: 0.05...60) ?? .seconds(2)
    }
}

extension Fields {
    /// A number or a word, or a list of them.
    fileprivate mutating func readingValues(_ key: String) throws(DocumentError) -> [Reading.Value] {
        let elements: [(value: JSON, path: String)]
        if case .array = try value(key) {
            elements = try list(key, limit: 32)
        } else {
            elements = [(try value(key), name(key))]
        }
        guard !elements.isEmpty else { throw refuse(key, "is empty, so nothing would ever be one of it") }
        var values: [Reading.Value] = []
        for (element, path) in elements {
            switch element {
            case .integer(let number): values.append(.number(Double(number)))
            case .decimal(let number) where number.isFinite: values.append(.number(number))
            case .string(let text) where !text.isEmpty && text.utf8.count <= 64: values.append(.word(text))
            default: throw .unacceptable(path, reason: "is neither a number nor a word of at most 64 bytes")
            }
        }
        return values
    }

    /// A D-Bus name of at least two elements (D-Bus specification, "Valid Names").
    fileprivate mutating func busName(_ key: String, allowing more: String) throws(DocumentError) -> String {
        let text = try string(key, limit: 255)
        let elements = text.split(separator: ".", omittingEmptySubsequences: false)
        let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_" + more)
        guard elements.count >= 2,
            elements.allSatisfy({ element in
                element.first.map { !$0.isNumber } ?? false && element.allSatisfy(letters.contains)
            })
        else { throw refuse(key, "is not a name on the bus, like 'org.example.Pump'") }
        return text
    }

    fileprivate mutating func busMember(_ key: String) throws(DocumentError) -> String {
        let text = try string(key, limit: 255)
        guard let first = text.first, !first.isNumber,
            text.utf8.allSatisfy({ byte in
                (65...90).contains(byte) || (97...122).contains(byte) || (48...57).contains(byte) || byte == 95
            })
        else { throw refuse(key, "is not a member's name, like 'InUse'") }
        return text
    }
}
