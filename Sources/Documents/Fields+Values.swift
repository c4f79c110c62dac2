package import SystemPackage

// What several kinds of documents have in common beyond the types of JSON.
extension Fields {
    /// A number of seconds, with decimals or without, kept to the millisecond.
    package mutating func optionalSeconds(
        _ key: String, in range: ClosedRange<Double>
    ) throws(DocumentError) -> Duration? {
        guard let seconds = try optionalDecimal(key) else { return nil }
        guard range.contains(seconds) else {
            throw refuse(key, "is \(seconds), outside \(range.lowerBound) to \(range.upperBound) seconds")
        }
        return .milliseconds(Int64((seconds * 1000).rounded()))
    }

    /// A number that is neither infinite nor `nan`, both of which TOML can write.
    package mutating func optionalFinite(_ key: String) throws(DocumentError) -> Double? {
        guard let number = try optionalDecimal(key) else { return nil }
        guard number.isFinite else { throw refuse(key, "is not a finite number") }
        return number
    }

    package mutating func path(_ key: String) throws(DocumentError) -> FilePath {
        let path = FilePath(try string(key, limit: 1024))
        guard path.isPlain else { throw refuse(key, "is not an absolute path without '..'") }
        return path
    }

    package mutating func optionalPath(_ key: String) throws(DocumentError) -> FilePath? {
        optional(key) == nil ? nil : try path(key)
    }
}

extension FilePath {
    /// Absolute and without `..`: what is declared is what is opened.
    package var isPlain: Bool {
        isAbsolute && !components.isEmpty && components.allSatisfy { $0.kind == .regular } && !string.utf8.contains(0)
    }
}
