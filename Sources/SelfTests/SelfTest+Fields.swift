import Documents
import Platform
import SystemPackage
import Vocabulary

extension SelfTest {
    /// What a test may be told to wait, in seconds.
    static let waits = 0.01...3600.0

    /// Reads one `[[test]]`, and refuses every key that its kind does not have.
    init(_ fields: inout Fields) throws(DocumentError) {
        id = try fields.identifier("id")
        title = try fields.optionalString("title") ?? id
        isRequired = try fields.bool("required", default: true)
        timeout = try fields.optionalSeconds("timeout", in: Self.waits) ?? .seconds(10)
        let kind = try fields.string("kind")
        isAttended = try fields.bool("attended", default: kind == "ask")
        preparation = try fields.optionalString("prepare", limit: 500)
        if preparation != nil, !isAttended {
            throw fields.refuse("prepare", "has nobody to read it: it needs 'attended = true'")
        }
        retries = Int(try fields.integer("retries", default: 0, in: 0...100))
        interval = try fields.optionalSeconds("interval", in: Self.waits) ?? .seconds(1)
        switch kind {
        case "command": check = .command(try CommandCheck(&fields))
        case "unit": check = .unit(try UnitCheck(&fields))
        case "file":
            check = .file(FileCheck(path: try fields.path("path"), digest: try fields.digest("sha256")))
        case "sysfs": check = .sysfs(try SysfsCheck(&fields))
        case "http": check = .http(try HTTPCheck(&fields))
        case "serial": check = .serial(try SerialCheck(&fields, timeout: timeout))
        case "ask":
            guard isAttended else {
                throw fields.refuse("attended", "is false, and a question needs somebody to answer")
            }
            guard retries == 0 else { throw fields.refuse("retries", "is above 0, and a question is asked once") }
            check = .ask(try AskCheck(&fields))
        case let other:
            throw fields.refuse("kind", "is '\(other)', not one of command, unit, file, sysfs, http, serial, ask")
        }
        try fields.done()
    }
}

extension CommandCheck {
    init(_ fields: inout Fields) throws(DocumentError) {
        arguments = try fields.strings("run", limit: 64)
        guard let program = arguments.first, FilePath(program).isPlain else {
            throw fields.refuse("run", "does not start with the absolute path of a program")
        }
        guard !arguments.contains(where: { $0.utf8.contains(0) }) else {
            throw fields.refuse("run", "holds a zero byte")
        }
        user = try fields.optionalString("user", limit: 32)
        status = Int32(try fields.integer("expect-status", default: 0, in: 0...255))
        output = try fields.optionalString("expect-output", limit: 1024)
        value = try fields.optionalPattern("value")
        limits = try Limits(&fields)
        if value != nil, limits == nil { throw fields.refuse("value", "has no 'min' or 'max' to hold it to") }
        mayUseNetwork = try fields.bool("network", default: false)
        mayWrite = try fields.bool("writes", default: false)
    }
}

extension UnitCheck {
    private static let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@")
    private static let states = ["active", "reloading", "inactive", "failed", "activating", "deactivating"]

    init(_ fields: inout Fields) throws(DocumentError) {
        unit = try fields.string("unit")
        guard unit.allSatisfy(Self.letters.contains), let dot = unit.lastIndex(of: "."), dot != unit.startIndex,
            unit.index(after: dot) != unit.endIndex
        else { throw fields.refuse("unit", "is not the full name of a unit, like 'pump.service'") }
        state = try fields.optionalString("state") ?? "active"
        guard Self.states.contains(state) else {
            throw fields.refuse("state", "is '\(state)', not one of \(Self.states.joined(separator: ", "))")
        }
    }
}

extension SysfsCheck {
    init(_ fields: inout Fields) throws(DocumentError) {
        path = try fields.path("path")
        scale = try fields.optionalDecimal("scale") ?? 1
        guard scale.isFinite, scale != 0 else { throw fields.refuse("scale", "is not a number other than 0") }
        guard let limits = try Limits(&fields) else { throw fields.refuse("path", "has neither 'min' nor 'max'") }
        self.limits = limits
    }
}

extension HTTPCheck {
    init(_ fields: inout Fields) throws(DocumentError) {
        url = try fields.string("url", limit: 2048)
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw fields.refuse("url", "starts with neither http:// nor https://")
        }
        status = Int(try fields.integer("status", default: 200, in: 100...599))
        contains = try fields.optionalString("contains", limit: 1024)
        authorities = try fields.optionalPath("ca")
    }
}

extension SerialCheck {
    init(_ fields: inout Fields, timeout: Duration) throws(DocumentError) {
        port = try fields.path("port")
        let bauds = Int64(SerialSettings.bauds.lowerBound)...Int64(SerialSettings.bauds.upperBound)
        baud = Int(try fields.integer("baud", default: 115_200, in: bauds))
        send = try fields.bytes("send", limit: 1024)
        guard let pattern = try fields.optionalPattern("expect") else { throw .missing(fields.name("expect")) }
        expect = pattern
        within = try fields.optionalSeconds("within", in: SelfTest.waits) ?? timeout
        limits = try Limits(&fields)
    }
}

extension AskCheck {
    init(_ fields: inout Fields) throws(DocumentError) {
        question = try fields.string("question", limit: 500)
        guard question.contains(where: { !$0.isWhitespace }) else { throw fields.refuse("question", "is empty") }
        let answer = try fields.optionalString("answer", limit: 8) ?? "yes"
        guard answer == "yes" || answer == "no" else {
            throw fields.refuse("answer", "is '\(answer)', neither 'yes' nor 'no'")
        }
        expected = answer == "yes"
    }
}

extension Limits {
    /// Nil where neither `min` nor `max` is set.
    init?(_ fields: inout Fields) throws(DocumentError) {
        let minimum = try fields.optionalDecimal("min")
        let maximum = try fields.optionalDecimal("max")
        let unit = try fields.optionalString("unit", limit: 16)
        for (key, value) in [("min", minimum), ("max", maximum)] where value?.isFinite == false {
            throw fields.refuse(key, "is not a finite number")
        }
        if let minimum, let maximum, minimum > maximum {
            throw fields.refuse("min", "is \(minimum), above 'max', which is \(maximum)")
        }
        guard minimum != nil || maximum != nil else {
            if unit != nil { throw fields.refuse("unit", "has no 'min' or 'max' it belongs to") }
            return nil
        }
        self.init(minimum: minimum, maximum: maximum, unit: unit)
    }
}

extension Fields {
    /// 1 to 64 of `a-z 0-9 -`.
    fileprivate mutating func identifier(_ key: String) throws(DocumentError) -> String {
        let text = try string(key, limit: 64)
        guard !text.isEmpty, text.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 })
        else { throw refuse(key, "is not 1 to 64 of a-z, 0-9 and '-'") }
        return text
    }

    fileprivate mutating func optionalPattern(_ key: String) throws(DocumentError) -> TextPattern? {
        guard let text = try optionalString(key, limit: TextPattern.maximumLength) else { return nil }
        guard let pattern = TextPattern(text) else {
            throw refuse(key, "is not an extended regular expression without intervals and back-references")
        }
        return pattern
    }

    /// Text that is sent as it stands, control characters too.
    fileprivate mutating func bytes(_ key: String, limit: Int) throws(DocumentError) -> [UInt8] {
        guard case .string(let text) = try value(key) else { throw refuse(key, "is not a string") }
        guard text.utf8.count <= limit else { throw refuse(key, "is longer than \(limit) bytes") }
        return Array(text.utf8)
    }
}
