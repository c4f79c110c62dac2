import Peripherals
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Firmware files for MCUboot")
struct MCUbootImageTests {
    @Test("Version and hash are those that another reader finds", arguments: [false, true])
    func read(isProtected: Bool) throws {
        let bytes = try SimulatedPeripheral.image("3.20.1000+70000", size: 5000, seed: 9, isProtected: isProtected)
        let folder = try TemporaryFolder()
        let file = try folder.write("image.bin", bytes)
        let image = try MCUbootImage.read(file, in: Storage(), for: "motor")
        let theirs = try Tool.run([Tool.python, SimulatedPeripheral.program, "hash", file.string]).text
        #expect(theirs == "3.20.1000.70000 \(image.hash)\n")
        #expect(image.version == MCUbootVersion("3.20.1000.70000"))
        #expect("\(image.version)" == "3.20.1000+70000")
    }

    @Test("Every cut of a file is refused, and every changed byte of what is hashed is found")
    func cutAndChanged() throws {
        let bytes = try SimulatedPeripheral.image("1.0.0", size: 300, seed: 9, isProtected: true)
        let image = try MCUbootImage(bytes, for: "motor")
        for end in bytes.indices {
            #expect(throws: PeripheralError.self) { try MCUbootImage(Array(bytes[..<end]), for: "motor") }
        }
        for offset in bytes.indices {
            var changed = bytes
            changed[offset] ^= 0x10
            // Only the other TLV, which stands for the signature's key, is not hashed.
            let taken = try? MCUbootImage(changed, for: "motor")
            #expect(taken == nil || taken?.hash == image.hash && offset > bytes.count - 76, "\(offset)")
        }
    }

    @Test("A padded file is refused: its trailer would switch over by itself")
    func padded() throws {
        let bytes = try SimulatedPeripheral.image("1.0.0", size: 300)
        #expect(throws: PeripheralError.imageMalformed("motor", reason: "has 16 bytes behind its TLVs")) {
            try MCUbootImage(bytes + [UInt8](repeating: 0xFF, count: 16), for: "motor")
        }
    }

    @Test(
        "Versions are read as peripherals write them",
        arguments: [("1.2.3", "1.2.3"), ("1.2.3.4", "1.2.3+4"), ("1.2.3+4", "1.2.3+4"), ("1.2.3.0", "1.2.3")])
    func versions(text: String, canonical: String) throws {
        #expect("\(try #require(MCUbootVersion(text)))" == canonical)
    }

    @Test(
        "What is no version is not taken",
        arguments: ["", "1.2", "1.2.3.4.5", "1..3", "a.b.c", "1.2.-3", "1.2.99999999999"])
    func noVersion(text: String) { #expect(MCUbootVersion(text) == nil) }
}
