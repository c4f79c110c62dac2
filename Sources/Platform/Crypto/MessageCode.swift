package import Vocabulary

/// HMAC-SHA-256 (RFC 2104): a digest that only the owner of the key can make.
package enum MessageCode {
    private static let blockSize = 64

    package static func code(of message: [UInt8], key: [UInt8]) -> Digest {
        var block = key.count > blockSize ? SHA256.digest(of: key).bytes : key
        block += repeatElement(0, count: blockSize - block.count)
        let inner = SHA256.digest(of: block.map { $0 ^ 0x36 } + message)
        return SHA256.digest(of: block.map { $0 ^ 0x5C } + inner.bytes)
    }
}
