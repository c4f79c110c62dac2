import Platform
import TestSupport
import Testing
import Vocabulary

@Suite("gzip")
struct GzipTests {
    private func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7 &* 31) } }

    @Test("gzip itself reads what we write, and we read what it writes", arguments: [0, 1, 65535, 65536, 300_000])
    func oracle(size: Int) throws {
        let content = content(size)
        let ours = try Gzip.compress(content)
        #expect(try Tool.run(["gzip", "-dc"], input: ours).output == content)
        #expect(try Gzip.decompress(try Tool.run(["gzip", "-c"], input: content).output, limit: size) == content)
        #expect(try Gzip.decompress(ours, limit: size) == content)
        #expect(try Gzip.compress(content) == ours)
    }

    @Test("What is cut, damaged, too large or followed by something is refused")
    func refused() throws {
        let file = try Gzip.compress(content(1000))
        for count in 0..<file.count {
            #expect(throws: CompressionError.self) { try Gzip.decompress(Array(file.prefix(count)), limit: 1000) }
        }
        var damaged = file
        damaged[file.count - 8] ^= 1
        #expect(throws: CompressionError.self) { try Gzip.decompress(damaged, limit: 1000) }
        #expect(throws: CompressionError.contentLength(found: 1000, expected: 999)) {
            try Gzip.decompress(file, limit: 999)
        }
        #expect(throws: CompressionError.notOneFrame) { try Gzip.decompress(file + [0], limit: 1000) }
    }
}
