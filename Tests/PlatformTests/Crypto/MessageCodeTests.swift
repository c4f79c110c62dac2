import Platform
import TestSupport
import Testing
import Vocabulary

@Suite("Message codes")
struct MessageCodeTests {
    @Test("OpenSSL makes the same code", arguments: [0, 1, 63, 64, 65, 200])
    func oracle(keySize: Int) throws {
        let key = (0..<keySize).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ 1) }
        let message = Array("what a pump is called".utf8)
        let ours = MessageCode.code(of: message, key: key)
        let theirs = try Tool.run(
            ["openssl", "mac", "-digest", "SHA256", "-macopt", "hexkey:\(Hex.encode(key))", "HMAC"], input: message)
        // An empty key is one that the tool does not take: RFC 2104 pads it with zeros, as it does a key of one zero.
        let expected = keySize == 0 ? MessageCode.code(of: message, key: [0]).hex : theirs.text.lowercased()
        #expect(ours.hex == expected.filter { !$0.isWhitespace })
    }
}
