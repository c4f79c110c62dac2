/// What a serial port said, and where in it the pattern matched: the whole match first, then its groups.
package struct SerialAnswer: Sendable, Equatable {
    package let bytes: [UInt8]
    package let match: [Range<Int>?]?

    package init(bytes: [UInt8], match: [Range<Int>?]?) {
        self.bytes = bytes
        self.match = match
    }
}

extension SerialPort {
    /// Listens until `pattern` matches what has come, or the time is up, or `limit` bytes have come without it.
    package func listen(
        for pattern: TextPattern, within time: Duration, limit: Int = 4096
    ) throws(SerialError) -> SerialAnswer {
        let deadline = ContinuousClock.now + time
        var heard: [UInt8] = []
        // A far end that never stops talking must not hold us either.
        while heard.count < limit, heard.isEmpty || ContinuousClock.now < deadline {
            let more = try read(min(256, limit - heard.count), within: deadline - ContinuousClock.now)
            guard !more.isEmpty else { break }
            heard += more
            if let match = pattern.firstMatch(in: heard) { return SerialAnswer(bytes: heard, match: match) }
        }
        return SerialAnswer(bytes: heard, match: nil)
    }
}
