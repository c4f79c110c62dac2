import Bundles
import Platform
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("A damaged bundle")
struct DamageTests {
    private let device: Device
    private let factory: BundleFactory
    private let bytes: [UInt8]
    private let header: BundleHeader

    init() throws {
        device = try Device()
        factory = try Sample.factory()
        bytes = try device.bytes(factory)
        header = try BundleHeader(bytes: Array(bytes[..<BundleFormat.headerLength]))
    }

    /// The code that reading these bytes up to the payload ends with; nil where they are taken.
    private func code(_ source: MemorySource) -> FaultCode? {
        do throws(BundleError) {
            _ = try device.verified(source)
            return nil
        } catch { return error.code }
    }

    @Test("Every flipped bit before the payload is refused, with the code of the part it is in")
    func everyBit() throws {
        var bytes = bytes
        let magic = 8
        for position in 0..<Int(header.payloadOffset) {
            let expected: FaultCode? =
                switch UInt64(position) {
                case ..<UInt64(magic): BundleError.notABundle.code
                case ..<UInt64(BundleFormat.headerLength): BundleError.headerDamaged.code
                case ..<header.manifestOffset: BundleError.signaturesDamaged.code
                case ..<header.indexOffset: nil
                default: BundleError.indexDamaged(image: "").code
                }
            for bit in 0..<8 {
                bytes[position] ^= 1 << bit
                defer { bytes[position] ^= 1 << bit }
                let found = try #require(code(MemorySource(bytes)), "byte \(position), bit \(bit) was taken")
                // What a changed manifest is told is Trust's to say; any of its codes will do.
                let isAsExpected = expected.map { $0 == found } ?? (2100...2199).contains(found.rawValue)
                if !isAsExpected { Issue.record("byte \(position), bit \(bit): \(found)") }
            }
        }
    }

    @Test("Every flipped bit of the payload is refused by the digest of its chunk or of its frame")
    func everyPayloadBit() throws {
        let allowed: Set<FaultCode> = [
            BundleError.chunkDamaged(offset: 0).code, BundleError.chunkMalformed(offset: 0, reason: "").code,
            BundleError.chunkLength(offset: 0, found: 0, expected: 0).code,
        ]
        var bytes = bytes
        for position in stride(from: Int(header.payloadOffset), to: bytes.count, by: 7) {
            bytes[position] ^= 1 << (position % 8)
            defer { bytes[position] ^= 1 << (position % 8) }
            let bundle = try device.verified(MemorySource(bytes))
            let error = #expect(throws: BundleError.self) { _ = try bundle.images() }
            #expect(error.map { allowed.contains($0.code) } == true, "byte \(position): \(String(describing: error))")
        }
    }

    @Test("Every flipped byte of a file's payload is refused before a chunk of it is used")
    func everyStoredByte() throws {
        var bytes = bytes
        for position in Int(header.payloadOffset)..<bytes.count {
            bytes[position] ^= 1 << (position % 8)
            defer { bytes[position] ^= 1 << (position % 8) }
            let bundle = try device.verified(MemorySource(bytes))
            let error = #expect(throws: BundleError.self) { _ = try bundle.checkStoredPayload() }
            #expect(error == .payloadDamaged, "byte \(position): \(String(describing: error))")
        }
    }

    @Test("A file that became shorter after it was opened is refused before a chunk of it is used")
    func shrunken() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("r.aftercare", bytes)
        let bundle = try device.verified(try FileSource.open(path, in: Storage()))
        try Storage().open(path, [.read, .write]).truncate(to: UInt64(bytes.count - 1))
        let error = #expect(throws: BundleError.self) { _ = try bundle.checkStoredPayload() }
        #expect(error == .unreadable(.ended(path, offset: UInt64(bytes.count - 1))))
    }

    @Test("Every shorter file is refused before anything of it is believed")
    func everyLengthOfAFile() throws {
        for length in 0..<bytes.count {
            let source = MemorySource(Array(bytes[..<length]))
            #expect(code(source) == BundleError.truncated(.header, missing: 0).code, "\(length) bytes")
            #expect(source.position <= BundleFormat.headerLength)
        }
    }

    @Test("Every shorter pipe is refused where it ends")
    func everyLengthOfAPipe() throws {
        for length in 0..<bytes.count {
            let source = MemorySource(Array(bytes[..<length]), asPipe: true)
            let error = #expect(throws: BundleError.self) {
                _ = try device.verified(source).images()
            }
            guard case .truncated(let section, _) = error else {
                Issue.record("\(length) bytes: \(String(describing: error))")
                continue
            }
            #expect(section == self.section(at: UInt64(length)), "\(length) bytes")
        }
    }

    private func section(at offset: UInt64) -> BundleSection {
        switch offset {
        case ..<UInt64(BundleFormat.headerLength): .header
        case ..<header.manifestOffset: .signatures
        case ..<header.indexOffset: .manifest
        case ..<header.payloadOffset: .index
        default: .payload
        }
    }

    @Test("A byte too many is refused: at once in a file, at its end in a pipe")
    func trailing() throws {
        let refusal = BundleError.trailingBytes(after: header.bundleLength)
        #expect(throws: refusal) { try device.verified(MemorySource(bytes + [0])) }
        let bundle = try device.verified(MemorySource(bytes + [0], asPipe: true))
        #expect(throws: refusal) { try bundle.images() }
    }

    @Test(
        "Sections in any other order are refused",
        arguments: [[1, 0, 2, 3], [0, 2, 1, 3], [0, 1, 3, 2], [3, 2, 1, 0], [0, 3, 1, 2]])
    func reordered(order: [Int]) throws {
        let bounds = [128, header.manifestOffset, header.indexOffset, header.payloadOffset, header.bundleLength]
        let sections = zip(bounds, bounds.dropFirst()).map { Array(bytes[Int($0)..<Int($1)]) }
        let shuffled = Array(bytes[..<128]) + order.flatMap { sections[$0] }
        let error = #expect(throws: BundleError.self) {
            _ = try device.verified(MemorySource(shuffled)).images()
        }
        #expect(error?.kind == .refused)
    }

    @Test("After one failed read every later one fails the same way")
    func poisoned() throws {
        let bundle = try device.verified(MemorySource(Array(bytes.dropLast(10)), asPipe: true))
        let first = #expect(throws: BundleError.self) { try bundle.images() }
        let second = #expect(throws: BundleError.self) { try bundle.images() }
        #expect(first == second)
    }

    @Test("The whole check names the first damaged chunk, on any number of threads", arguments: [1, 4])
    func wholeCheck(threads: Int) async throws {
        var bytes = bytes
        for record in try device.verified(factory).index where record.kind == .raw {
            bytes[Int(header.payloadOffset + record.storedOffset)] ^= 1
        }
        let bundle = try device.verified(MemorySource(bytes))
        let damaged = try #require(bundle.index.first { $0.kind == .raw })
        await #expect(throws: BundleError.chunkDamaged(offset: damaged.outputOffset)) {
            try await bundle.checkPayload(threads: threads)
        }
    }
}
