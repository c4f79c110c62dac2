import Bundles
import Documents
import Platform
import Releases
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("A hostile bundle", .timeLimit(.minutes(10)))
struct HostileBundleTests {
    /// How a bundle is hostile, and the code that it is refused with.
    private struct Attack: Sendable {
        let name: String
        let code: String
        let make: @Sendable (Bundle) throws -> [UInt8]

        init(_ name: String, _ code: String, _ make: @escaping @Sendable (Bundle) throws -> [UInt8]) {
            self.name = name
            self.code = code
            self.make = make
        }
    }

    /// A small good bundle to make bad ones of.
    private struct Bundle: Sendable {
        let product: VirtualProduct
        var factory: BundleFactory

        init(_ product: VirtualProduct) throws {
            self.product = product
            let content = (0..<16384).map { UInt8(truncatingIfNeeded: $0 >> 4) }
            factory = try BundleFactory(
                images: [("rootfs", content)], chunkLength: 8192, version: "1.1.0", securityVersion: 2)
        }

        func bytes() throws -> [UInt8] { try factory.bytes(sign: product.sign) }

        func bytes(_ change: (inout BundleFactory) throws -> Void) throws -> [UInt8] {
            var changed = self
            try change(&changed.factory)
            return try changed.bytes()
        }

        /// The good bundle with a bit flipped at an offset that `place` chooses.
        func flipped(_ place: (BundleHeader) -> UInt64) throws -> [UInt8] {
            var bytes = try bytes()
            let header = try BundleHeader(bytes: Array(bytes[..<BundleFormat.headerLength]))
            bytes[Int(place(header))] ^= 4
            return bytes
        }

        func signed(by signers: [ContentSigner]) throws -> [UInt8] {
            let now = SystemClock().now()
            return try factory.bytes { content in
                try signers.reduce([]) { try $1.sign(content, at: now, addingTo: $0.isEmpty ? nil : $0) }
            }
        }
    }

    private static let attacks: [Attack] = [
        Attack("empty", "AC-2006") { _ in [] },
        Attack("text", "AC-2001") { _ in Array(repeating: UInt8(ascii: "#"), count: 70000) },
        Attack("cut off in the header", "AC-2006") { Array(try $0.bytes()[..<100]) },
        Attack("cut off in the signatures", "AC-2006") { Array(try $0.bytes()[..<1000]) },
        Attack("one byte short", "AC-2006") { try $0.bytes().dropLast() },
        Attack("one byte too long", "AC-2007") { try $0.bytes() + [0] },
        Attack("a megabyte too long", "AC-2007") { try $0.bytes() + Array(repeating: 0, count: 1 << 20) },
        Attack("bit flipped in the magic", "AC-2001") { try $0.flipped { _ in 3 } },
        Attack("bit flipped in the header", "AC-2002") { try $0.flipped { _ in 20 } },
        Attack("bit flipped in the signatures", "AC-2008") { try $0.flipped { _ in 400 } },
        Attack("bit flipped in the manifest", "AC-2120") { try $0.flipped { $0.manifestOffset + 40 } },
        Attack("bit flipped in the index", "AC-2014") { try $0.flipped { $0.indexOffset + 5 } },
        Attack("unsigned", "AC-2010") { try $0.signed(by: []) },
        Attack("approved by one role only", "AC-2150") { try $0.signed(by: [$0.product.signers[0]]) },
        Attack("signed by strangers", "AC-2131") { try $0.signed(by: try Approvers().signers) },
        Attack("for another product", "AC-2603") { try $0.bytes { $0.manifest.product = "ventilator" } },
        Attack("for other hardware, and the record is not", "AC-2602") {
            try $0.bytes { $0.manifest.hardware = ["rev-a"] }
        },
        Attack("for other hardware", "AC-2604") { try $0.bytes { $0.describe("1.1.0", hardware: "rev-a") } },
        Attack("from another version", "AC-2605") { try $0.bytes { $0.describe("1.1.0", from: "0.9.0") } },
        Attack("older than what runs, and in no chain with it", "AC-2620") {
            try $0.bytes { $0.describe("0.9.0", from: "0.8.0") }
        },
        Attack("without a change record worth the name", "AC-2601") {
            try $0.bytes { $0.manifest.change = BundleFactory.change("1.1.0") }
        },
        Attack("chunks that overlap", "AC-2015") { try $0.bytes { $0.changeRecord(1) { $0[1] = 0x10 } } },
        Attack("a chunk of 4 GiB", "AC-2016") {
            try $0.bytes { $0.changeRecord(0) { $0.replaceSubrange(8..<12, with: [255, 255, 255, 255]) } }
        },
        Attack("a payload that has a gap", "AC-2017") { try $0.bytes { $0.changeRecord(0) { $0[16] = 1 } } },
        Attack("a chunk of a kind that nobody knows", "AC-2020") { try $0.bytes { $0.changeRecord(0) { $0[12] = 9 } } },
        Attack("sizes that do not add up", "AC-2013") {
            try $0.bytes {
                $0.payload.append(0)
                $0.settle()
            }
        },
        Attack("an image named with a path", "AC-1108") { try $0.bytes { $0.manifest.images[0].name = "../rootfs" } },
        Attack("an image that this device has no slot for", "AC-2301") {
            try $0.bytes { $0.manifest.images[0].name = "firmware" }
        },
        Attack("an image that does not fit", "AC-2306") { try large($0) },
        Attack("a zstd bomb", "AC-2024") { try bomb($0) },
    ]

    /// Zeros, so that it is small as a bundle and a block larger than the slot.
    private static func large(_ bundle: Bundle) throws -> [UInt8] {
        var copy = bundle
        copy.factory = try BundleFactory(
            images: [("rootfs", [UInt8](repeating: 0, count: VirtualProduct.imageLength + 4096))],
            chunkLength: 4 << 20, version: "1.1.0", securityVersion: 2)
        return try copy.bytes()
    }

    /// One chunk that says 8 KiB and becomes 64 MiB; properly signed.
    private static func bomb(_ bundle: Bundle) throws -> [UInt8] {
        let zeros = [UInt8](repeating: 0, count: 64 << 20)
        var frame = [UInt8](repeating: 0, count: ZstdEncoder.bound(zeros.count))
        let encoder = try ZstdEncoder(level: 19)
        let length = try zeros.withUnsafeBytes { bytes in
            try frame.withUnsafeMutableBytes { try encoder.encode(bytes, into: $0) }
        }
        var copy = bundle
        copy.factory = try BundleFactory(
            images: [("rootfs", Array(repeating: 1, count: 8192))], chunkLength: 8192, version: "1.1.0",
            securityVersion: 2)
        copy.factory.payload = Array(frame[..<length])
        let record = ChunkRecord(
            image: 0, outputOffset: 0, outputLength: 8192,
            digest: SHA256.digest(of: [UInt8](repeating: 1, count: 8192)), kind: .zstd, storedOffset: 0,
            storedLength: length)
        copy.factory.index = record.bytes
        copy.factory.settle()
        return try copy.bytes()
    }

    @Test(
        "It is refused with its code and exit status 3, leaves one refusal in the record, and both slots as they were")
    func refused() async throws {
        try await Device.on { device in
            let bundle = try Bundle(device.product)
            let slots = try device.slots()
            let folder = try TemporaryFolder()
            for attack in Self.attacks {
                let note: Comment = "\(attack.name)"
                let path = try folder.write("hostile.aftercare", try attack.make(bundle))
                let before = try device.entries().count
                let result = try await device.aftercare(["install", path.string])
                #expect(result.status == 3, "\(attack.name): \(result.status), \(result.error)")
                #expect(result.error.contains("[\(attack.code)]"), "\(attack.name): \(result.error)")
                let entries = try device.entries(from: before)
                #expect(entries.filter { $0 == "update.refused" }.count == 1, "\(attack.name): \(entries)")
                // What only the payload betrays was an accepted release until then, and that is recorded too.
                if attack.name != "a zstd bomb" { #expect(entries.count == 1, "\(attack.name): \(entries)") }
                #expect(try device.slots() == slots, note)
                let verify = try await device.aftercare(["verify", "-q", path.string])
                let isForTheSlots = ["AC-2301", "AC-2306"].contains(attack.code)
                if !isForTheSlots { #expect(verify.status == 3, "\(attack.name): \(verify.error)") }
            }
            let status = try await device.status()
            #expect(status["version"] == "1.0.0")
            #expect(status["state"] == "idle")
            // After all that, a good one is taken.
            let start = device.lines.count
            try await device.aftercare(["install", try await device.product.bundle("1.1.0").string])
            #expect(try await device.conclusion(from: start)["last"]?["outcome"] == "committed")
        }
    }

    @Test("Through a pipe, what is cut off or too long is refused as well")
    func pipe() async throws {
        try await Device.on { device in
            let bytes = try Bundle(device.product).bytes()
            let short = try await device.aftercare(["install", "-"], input: bytes.dropLast())
            #expect(short.status == 3)
            #expect(short.error.contains("[AC-2006]"), "\(short.error)")
            let long = try await device.aftercare(["install", "-"], input: bytes + [0])
            #expect(long.status == 3)
            #expect(long.error.contains("[AC-2007]"), "\(long.error)")
            #expect(try await device.status()["version"] == "1.0.0")
        }
    }
}

extension BundleFactory {
    /// Makes it a release of that version, for that hardware, over that version; its record says the same.
    fileprivate mutating func describe(_ version: String, hardware: String = "rev-c", from: String = "1.0.0") {
        manifest.version = Version(version) ?? manifest.version
        manifest.hardware = [hardware]
        manifest.from = [from].compactMap { Version($0) }
        manifest.fallbacks = manifest.from
        manifest.change = SampleRecord.complete(
            version, from: [from], hardware: [hardware], securityVersion: manifest.securityVersion)
    }
}
