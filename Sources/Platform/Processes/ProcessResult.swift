/// How a child process ended and what it said.
package struct ProcessResult: Sendable, Equatable {
    package enum Ending: Sendable, Hashable {
        case exited(Int32)
        /// Ended by this signal, which nobody here sent.
        case signalled(Int32)
        /// Its time was up: it and its process group were ended.
        case timedOut
    }

    package let ending: Ending
    package let output: Captured
    package let error: Captured
    package let duration: Duration
    /// What the kernel granted of the isolation that was asked for.
    package let isolation: ProcessIsolation

    package var isSuccess: Bool { ending == .exited(0) }
}

/// The beginning of a stream of output, of at most the limit that was given.
package struct Captured: Sendable, Equatable {
    package private(set) var bytes: [UInt8] = []
    /// How many more bytes came and were let go.
    package private(set) var dropped = 0

    package init() {}

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func take(_ more: ArraySlice<UInt8>, limit: Int) {
        let kept = more.prefix(max(0, limit - bytes.count))
        bytes.append(contentsOf: kept)
        dropped += more.count - kept.count
    }
}
