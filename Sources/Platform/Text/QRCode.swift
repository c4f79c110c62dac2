import CQRencode

/// A QR code (ISO/IEC 18004): the smallest that holds some bytes, with the least error correction, for a bright screen.
package struct QRCode: Sendable, Equatable {
    /// Modules on each side.
    package let size: Int
    private let modules: [UInt8]

    /// Nil for what is empty or fits no code.
    package init?(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, bytes.count < 4096,
            let code = QRcode_encodeData(Int32(bytes.count), bytes, 0, QR_ECLEVEL_L)
        else { return nil }
        defer { QRcode_free(code) }
        guard code.pointee.width > 0, let data = code.pointee.data else { return nil }
        size = Int(code.pointee.width)
        modules = Array(UnsafeBufferPointer(start: data, count: size * size))
    }

    /// Whether a module is dark; what is outside is light.
    package func isDark(_ row: Int, _ column: Int) -> Bool {
        guard (0..<size).contains(row), (0..<size).contains(column) else { return false }
        return modules[row * size + column] & 1 == 1
    }
}
