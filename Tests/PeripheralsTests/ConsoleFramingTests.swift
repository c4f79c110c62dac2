import Peripherals
import TestSupport
import Testing
import Vocabulary

/// Frames packets, given as hexadecimal lines, with the public `smp` package.
private let framed = """
    import sys
    from smp import packet
    for line in sys.stdin:
        print(b"".join(packet.encode(bytes.fromhex(line))).hex())
    """

@Suite("Frames on a console")
struct ConsoleFramingTests {
    private static let packets: [[UInt8]] = {
        var dice = Dice(seed: 21)
        return [8, 9, 10, 86, 87, 88, 89, 90, 91, 92, 93, 94, 180, 181, 182, 500, 1024, 4000].map { count in
            (0..<count).map { _ in UInt8.random(in: 0...255, using: &dice) }
        }
    }()

    private func heard(_ bytes: [UInt8]) -> (packets: [[UInt8]], counts: ConsoleListener.Counts) {
        var listener = ConsoleListener()
        let packets = listener.take(bytes)
        return (packets, listener.counts)
    }

    @Test("Frames are byte for byte those of the smp package, none longer than 127 bytes")
    func encoding() throws {
        let input = Self.packets.map { Hex.encode($0) + "\n" }.joined()
        let result = try Tool.run([Tool.python, "-c", framed], input: Array(input.utf8))
        #expect(result.status == 0, "\(result.error)")
        let theirs = result.text.split(separator: "\n").map(String.init)
        #expect(theirs == Self.packets.map { Hex.encode(ConsoleFraming.lines(of: $0).joined()) })
        #expect(Self.packets.flatMap { ConsoleFraming.lines(of: $0) }.allSatisfy { $0.count <= 127 && $0.last == 10 })
    }

    @Test("Packets are found in pieces of any size, with text between frames and before them on the same line")
    func amongText() {
        var dice = Dice(seed: 4)
        var bytes: [UInt8] = []
        for packet in Self.packets {
            for line in ConsoleFraming.lines(of: packet) {
                bytes += Array("<inf> flow 12 ml/h\r\n\n*** ".utf8) + line.dropLast() + [13, 10]
            }
        }
        var listener = ConsoleListener()
        var found: [[UInt8]] = []
        while !bytes.isEmpty {
            let count = min(bytes.count, Int.random(in: 1...400, using: &dice))
            found += listener.take(Array(bytes[..<count]))
            bytes.removeFirst(count)
        }
        #expect(found == Self.packets)
        #expect(listener.counts.babble > 0)
        #expect(listener.counts.damaged == 0 && listener.counts.halves == 0 && listener.counts.huge == 0)
    }

    @Test("A frame that breaks off costs only itself, with its newline and without")
    func halves() {
        let (one, other) = (Self.packets[3], Self.packets[12])
        let lines = ConsoleFraming.lines(of: other)
        let half = Array(ConsoleFraming.lines(of: one)[0].prefix(40))
        let whole = ConsoleFraming.lines(of: one).joined()
        #expect(heard(half + whole) == ([one], with { $0.halves = 1 }))
        #expect(heard(lines[0] + whole) == ([one], with { $0.halves = 1 }))
        #expect(heard(lines[1] + whole) == ([one], with { $0.halves = 1 }))
    }

    @Test("Whatever one byte of a packet is changed to, no other packet comes of it")
    func damage() {
        let packet = Self.packets[4]
        let frames = Array(ConsoleFraming.lines(of: packet).joined())
        for offset in frames.indices {
            for change: UInt8 in [1, 0x20, 0x80] {
                var damaged = frames
                damaged[offset] ^= change
                let found = heard(damaged + [10]).packets
                #expect(found.isEmpty || found == [packet], "\(offset)")
            }
        }
    }

    @Test("What is larger than any answer is not kept")
    func huge() {
        let announced: [UInt8] = [6, 9] + Array("6mAA".utf8) + [10]
        let endless: [UInt8] = [6, 9] + [UInt8](repeating: 65, count: 100_000) + [10]
        let whole = ConsoleFraming.lines(of: Self.packets[0]).joined()
        #expect(heard(announced + whole) == ([Self.packets[0]], with { $0.huge = 1 }))
        let (packets, counts) = heard(endless + whole)
        #expect(packets == [Self.packets[0]] && counts.huge == 1)
        #expect(heard([UInt8](repeating: 65, count: 100_000) + [10] + whole).packets == [Self.packets[0]])
    }

    @Test("Whatever a line says, no packet comes of noise, and a whole one behind it is found")
    func noise() {
        var dice = Dice(seed: 77)
        let alphabet: [UInt8] = [6, 9, 4, 0x14, 10, 13, 65, 66, 61, 43, 47, 0, 255]
        let whole = ConsoleFraming.lines(of: Self.packets[5]).joined()
        for _ in 0..<500 {
            var listener = ConsoleListener()
            for _ in 0..<20 {
                let noise = (0..<Int.random(in: 1...500, using: &dice)).map { _ in
                    Bool.random(using: &dice)
                        ? alphabet.randomElement(using: &dice) ?? 0 : UInt8.random(in: 0...255, using: &dice)
                }
                #expect(listener.take(noise).isEmpty)
            }
            #expect(listener.take([10] + whole) == [Self.packets[5]])
        }
    }

    private func with(_ change: (inout ConsoleListener.Counts) -> Void) -> ConsoleListener.Counts {
        var counts = ConsoleListener.Counts()
        change(&counts)
        return counts
    }
}

private func == (
    left: (packets: [[UInt8]], counts: ConsoleListener.Counts),
    right: ([[UInt8]], ConsoleListener.Counts)
) -> Bool { left.packets == right.0 && left.counts == right.1 }
