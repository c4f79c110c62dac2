import TestSupport
import Testing
import Vocabulary

@Suite("Small words")
struct WordsTests {
    @Test("Hexadecimal text and bytes turn into each other")
    func hex() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        #expect(Hex.encode([0x00, 0x0F, 0xA5, 0xFF]) == "000fa5ff")
        #expect(Hex.decode("") == [])
    }

    @Test(
        "What is no lower-case hexadecimal text is refused", arguments: ["0", "0G", "A0", " 0", "0x", "é", "00\u{0}0"])
    func noHex(text: String) { #expect(Hex.decode(text) == nil) }

    @Test("A digest has 32 bytes, no more and no fewer", arguments: [(0, false), (31, false), (32, true), (33, false)])
    func digest(count: Int, isTaken: Bool) {
        let bytes = [UInt8](repeating: 0xAB, count: count)
        #expect((Digest(bytes: bytes) != nil) == isTaken)
        #expect((Digest(hex: Hex.encode(bytes)) != nil) == isTaken)
        #expect(Digest(bytes: bytes)?.description == (isTaken ? String(repeating: "ab", count: 32) : nil))
    }

    @Test("A slot set's name fits into a boot loader's variable", arguments: ["A", "B", "slot1", "ABCDEFGHIJKLMNOP"])
    func slotSet(name: String) { #expect(SlotSet(name)?.description == name) }

    @Test("A name that does not fit is refused", arguments: ["", "A B", "A_1", "ABCDEFGHIJKLMNOPQ", "Ä", "A\n", "A=1"])
    func noSlotSet(name: String) { #expect(SlotSet(name) == nil) }

    @Test(
        "A size reads as a person says it",
        arguments: [
            (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 KiB"), (1536, "1.5 KiB"), (805_306_368, "768 MiB"),
            (1_610_612_736, "1.5 GiB"), (1 << 40, "1024 GiB"),
        ] as [(UInt64, String)])
    func byteCount(bytes: UInt64, text: String) { #expect(ByteCount(bytes).description == text) }

    @Test(
        "A kind of fault has its exit status",
        arguments: [
            (FaultKind.failed, 1), (.usage, 2), (.refused, 3), (.inUse, 4), (.unreachable, 5),
        ] as [(FaultKind, Int32)])
    func exitStatus(kind: FaultKind, status: Int32) { #expect(kind.exitStatus == status) }

    @Test("A fault's message is its code, its reason and its advice")
    func message() {
        #expect(Sample(advice: "").message == "AC-9999: the door is open")
        #expect(Sample(advice: "Close it.").message == "AC-9999: the door is open. Close it.")
        #expect(Sample(advice: "").kind == .failed)
    }

    private struct Sample: Fault {
        let advice: String
        let code = FaultCode(rawValue: 9999)
        let description = "the door is open"
    }
}
