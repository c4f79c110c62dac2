import CZlib

/// The CRC-32 of IEEE 802.3 by zlib, as gzip, U-Boot and Python's `zlib.crc32` compute it.
package enum CRC32 {
    package static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
    }
}
