/// The room that one call of `read` offers, on its way into the transfer.
// Not checked, because a pointer never is: the call that owns the memory holds the transfer's lock and waits until it
// is given back.
struct HTTPReaderBuffer: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer
}

/// Hands bytes from libcurl's calls to the reader's buffer; what does not fit waits, and more is held back until it is
/// gone.
struct HTTPDelivery {
    private var destination: UnsafeMutableRawBufferPointer?
    private var carried: [UInt8] = []
    /// How much of the destination is filled.
    private(set) var count = 0
    /// Whether libcurl holds bytes back until it is told to go on.
    var isPaused = false

    /// Opens the reader's buffer, and puts into it what was left over before.
    mutating func begin(_ buffer: UnsafeMutableRawBufferPointer) {
        destination = buffer
        count = min(carried.count, buffer.count)
        carried.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        carried.removeFirst(count)
    }

    mutating func end() { destination = nil }

    var hasRoom: Bool {
        guard let destination else { return false }
        return carried.isEmpty && count < destination.count
    }

    /// Takes all of one chunk, which libcurl never makes larger than 16 KiB.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        guard let destination else { return }
        let fitting = min(bytes.count, destination.count - count)
        UnsafeMutableRawBufferPointer(rebasing: destination[count...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<fitting]))
        count += fitting
        carried.append(contentsOf: bytes[fitting...])
    }
}
