/// A size in bytes that a person reads: `768 MiB`, `1.5 GiB`.
package struct ByteCount: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let bytes: UInt64

    package init(_ bytes: UInt64) { self.bytes = bytes }

    package var description: String {
        var unit: UInt64 = 1
        for name in ["bytes", "KiB", "MiB", "GiB"] {
            if bytes < unit * 1024 || name == "GiB" {
                guard unit > 1 else { return "\(bytes) bytes" }
                let tenths = (bytes * 10 + unit / 2) / unit
                return tenths.isMultiple(of: 10) ? "\(tenths / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
            }
            unit *= 1024
        }
        return "\(bytes) bytes"
    }

    package static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}
