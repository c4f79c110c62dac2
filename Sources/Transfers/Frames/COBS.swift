/// Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): bytes without a zero, one in 254 longer at most.
enum COBS {
    /// How long `count` bytes can become.
    static func longest(_ count: Int) -> Int { count + count / 254 + 1 }

    static func encode(_ bytes: some Sequence<UInt8>, into output: inout [UInt8]) {
        var code = output.count
        output.append(1)
        for byte in bytes {
            if byte != 0 {
                output.append(byte)
                output[code] += 1
            }
            if byte == 0 || output[code] == 0xFF {
                code = output.count
                output.append(1)
            }
        }
    }

    /// The bytes that were encoded, or nil where these are no code.
    static func decode(_ bytes: some Collection<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var (left, isFull) = (0, true)
        for byte in bytes {
            guard byte != 0 else { return nil }
            if left > 0 {
                decoded.append(byte)
                left -= 1
            } else {
                // A code stands for the zero before it, except for the first and for one after a full run.
                if !isFull { decoded.append(0) }
                left = Int(byte) - 1
                isFull = byte == 0xFF
            }
        }
        return left == 0 && !bytes.isEmpty ? decoded : nil
    }
}
