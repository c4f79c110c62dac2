import Bundles
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Reading a bundle")
struct ReadingTests {
    private let device: Device

    init() throws { device = try Device() }

    @Test("The images come out as they went in, from a file and from a pipe of single bytes", arguments: [false, true])
    func roundTrip(asPipe: Bool) throws {
        let content = [Sample.text(20480) + Sample.noise(8192) + Sample.zeros(20480), Sample.text(5000)]
        let factory = try BundleFactory(
            images: [("rootfs", content[0]), ("boot", content[1])], chunkLength: 4096)
        let source = MemorySource(
            try device.bytes(factory), asPipe: asPipe, largestRead: asPipe ? 1 : .max)
        let bundle = try device.verified(source)
        #expect(bundle.manifest == factory.manifest)
        #expect(Set(bundle.index.map(\.kind)) == [.zero, .raw, .zstd])
        #expect(try bundle.images() == content)
    }

    @Test("The header survives being written and read")
    func header() throws {
        let header = BundleHeader(
            signaturesLength: 8192, manifestLength: 777, indexLength: 640, payloadLength: 6 << 30,
            signaturesDigest: SHA256.digest(of: []))
        #expect(try BundleHeader(bytes: header.bytes) == header)
        #expect(header.bytes.count == BundleFormat.headerLength)
    }

    @Test("The header's bytes are those of the format's description")
    func headerBytes() throws {
        let header = BundleHeader(
            signaturesLength: 0x1000, manifestLength: 2, indexLength: 3, payloadLength: 4,
            signaturesDigest: SHA256.digest(of: []))
        let start = "894146540d0a1a0a" + "01000000" + "80000000"
        let lengths = "0010000000000000" + "0200000000000000" + "0300000000000000" + "0400000000000000"
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(Hex.encode(header.bytes[..<80]) == start + lengths + digest)
        #expect(header.bytes[80..<96].allSatisfy { $0 == 0 })
        #expect(Array(header.bytes[96...]) == SHA256.digest(of: Array(header.bytes[..<96])).bytes)
    }

    @Test("A record's bytes are those of the format's description")
    func recordBytes() {
        let record = ChunkRecord(
            image: 0, outputOffset: 0x1_0000_0000, outputLength: 0x100000, digest: SHA256.digest(of: []), kind: .zstd,
            storedOffset: 0x2_0000_0001, storedLength: 0x1234)
        #expect(
            Hex.encode(record.bytes) == "0000000001000000" + "00001000" + "02" + "00" + "0000" + "0100000002000000"
                + "34120000" + "00000000" + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test("Chunks that nobody wants are passed over, and the rest are still right", arguments: [false, true])
    func skipping(asPipe: Bool) throws {
        let bundle = try device.verified(
            MemorySource(try device.bytes(try Sample.factory()), asPipe: asPipe, largestRead: 100))
        let stored = AlignedBuffer(byteCount: bundle.readBufferLength)
        let chunk = try #require(try bundle.readNumberedChunk(into: stored.bytes) { $0.kind == .raw })
        #expect(chunk.number == 3)
        var output = Sample.zeros(700)
        try output.withMutableBytes { (output) throws(BundleError) in
            var decoder = ChunkDecoder()
            try decoder.decode(chunk.record, stored: UnsafeRawBufferPointer(stored.bytes), into: output)
        }
        #expect(output == Sample.noise(700))
        #expect(try bundle.readChunk(into: stored.bytes) == nil)
    }

    @Test("A bundle that nobody has signed can be looked at but not verified")
    func unsigned() throws {
        let factory = try Sample.factory()
        let bytes = factory.bytes(sign: { _ in [] })
        let opened = try UnverifiedBundle.open(MemorySource(bytes))
        let manifest = try Manifest(bytes: opened.manifestBytes)
        #expect(manifest == factory.manifest)
        #expect(throws: BundleError.unsigned) { try device.verified(MemorySource(bytes)) }
    }

    @Test("The whole payload is checked on any number of threads, and progress rises to the end", arguments: [1, 2, 5])
    func wholeCheck(threads: Int) async throws {
        let bundle = try device.verified(try Sample.factory())
        let seen = Collected<UInt64>()
        try await bundle.checkPayload(threads: threads, progress: { seen.append($0) })
        #expect(seen.values == seen.values.sorted())
        #expect(seen.values.last == bundle.outputLength)
    }

    @Test("What is stored is checked first, as often as wanted, and read from its start afterwards")
    func storedCheck() throws {
        let folder = try TemporaryFolder()
        let factory = try Sample.factory()
        let path = try folder.write("r.aftercare", try device.bytes(factory))
        let bundle = try device.verified(try FileSource.open(path, in: Storage()))
        let seen = Collected<UInt64>()
        #expect(try bundle.checkStoredPayload { seen.append($0) })
        #expect(try bundle.checkStoredPayload())
        #expect(seen.values.count == bundle.index.count)
        #expect(seen.values == seen.values.sorted())
        #expect(seen.values.last == bundle.manifest.payloadLength)
        #expect(try bundle.images() == [Sample.text(8192) + Sample.zeros(4096), Sample.noise(700)])
        #expect(try bundle.checkStoredPayload())
    }

    @Test("A check of what is stored that is cancelled says so, and the bundle can still be read")
    func storedCheckCancelled() throws {
        let bundle = try device.verified(try Sample.factory())
        let cancellation = Cancellation()
        #expect(throws: BundleError.cancelled) {
            _ = try bundle.checkStoredPayload(cancellation: cancellation) { _ in cancellation.cancel() }
        }
        #expect(try bundle.images().count == 2)
    }

    @Test("What a pipe brings is not checked beforehand: nothing of it is used up")
    func pipeIsNotChecked() throws {
        let source = MemorySource(try device.bytes(try Sample.factory()), asPipe: true)
        let bundle = try device.verified(source)
        let position = source.position
        #expect(try !bundle.checkStoredPayload())
        #expect(source.position == position)
        #expect(try bundle.images().count == 2)
    }

    @Test("A check that is cancelled says so")
    func cancelled() async throws {
        let bundle = try device.verified(try Sample.factory())
        let cancellation = Cancellation()
        let seen = Collected<UInt64>()
        await #expect(throws: BundleError.cancelled) {
            try await bundle.checkPayload(threads: 1, cancellation: cancellation) { done in
                seen.append(done)
                if done == 8192 { cancellation.cancel() }
            }
        }
        #expect(seen.values == [4096, 8192])
    }

    @Test("A file and a pipe are read by their paths")
    func files() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("r.aftercare", try device.bytes(try Sample.factory()))
        let bundle = try device.verified(try FileSource.open(path, in: Storage()))
        try await bundle.checkPayload(threads: 2)
        let missing = folder.file("none.aftercare")
        #expect(throws: BundleError.unreadable(.cannot("open", missing, .noSuchFileOrDirectory))) {
            _ = try FileSource.open(missing, in: Storage())
        }
    }
}
