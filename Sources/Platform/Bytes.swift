import Glibc

// The standard library's withUnsafeBytes forgets the type of the error; these keep it.
extension Array where Element == UInt8 {
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBufferPointer { (bytes) throws(Failure) in try body(UnsafeRawBufferPointer(bytes)) }
    }

    package mutating func withMutableBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeMutableBufferPointer { (bytes) throws(Failure) in
            try body(UnsafeMutableRawBufferPointer(bytes))
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether both hold the same bytes.
    package func holdsSame(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard let mine = baseAddress, let theirs = other.baseAddress else { return true }
        return memcmp(mine, theirs, count) == 0
    }

    package var isAllZero: Bool {
        guard let first else { return true }
        // The first byte is zero, and every byte equals the one before it.
        return first == 0
            && UnsafeRawBufferPointer(rebasing: dropLast()).holdsSame(as: UnsafeRawBufferPointer(rebasing: dropFirst()))
    }
}

extension UnsafeMutableRawBufferPointer {
    package func fillWithZeros() {
        if let start = baseAddress { memset(start, 0, count) }
    }
}
