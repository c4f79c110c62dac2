import Platform
import SystemPackage
import TestSupport
import Testing
import Transfers

@Suite("Frames on a line")
struct FrameTests {
    private static let examples = [
        Frame(.hello), Frame(.probe, number: 7, [0]), Frame(.event, number: 65535, Array(0...255)),
        Frame(.data, number: 1, [UInt8](repeating: 0, count: 300)),
        Frame(.data, number: 2, [UInt8](repeating: 0xAA, count: 244)),
        Frame(.data, number: 2, [UInt8](repeating: 0xAA, count: 245)),
        Frame(.data, number: 3, (0..<Frame.payloadLimit).map { UInt8(truncatingIfNeeded: $0 &* 7) }),
    ]

    @Test(
        "A frame is read as it was written, has no zero inside, and costs at most one byte in 254", arguments: examples)
    func roundTrip(frame: Frame) {
        let bytes = frame.encoded
        #expect(bytes.first == 0 && bytes.last == 0)
        #expect(!bytes.dropFirst().dropLast().contains(0))
        #expect(bytes.count <= 2 + 10 + frame.payload.count + (frame.payload.count + 10) / 254 + 1)
        var decoder = FrameDecoder()
        #expect(decoder.feed(bytes) == [frame])
        #expect(decoder.losses == .init())
    }

    @Test("Frames are found whatever the pieces they come in", arguments: [1, 2, 3, 7, 64, 1000])
    func pieces(length: Int) {
        let stream = Self.examples.flatMap(\.encoded)
        var decoder = FrameDecoder()
        var found: [Frame] = []
        for start in stride(from: 0, to: stream.count, by: length) {
            found += decoder.feed(stream[start..<min(start + length, stream.count)])
        }
        #expect(found == Self.examples)
    }

    @Test("Noise between frames loses no frame, and is counted")
    func noiseBetween() {
        var dice = Dice(seed: 3)
        var decoder = FrameDecoder()
        var noise = 0
        for frame in Self.examples {
            let garbage = (0..<Int.random(in: 1...20000, using: &dice)).map { _ in
                UInt8.random(in: 1...255, using: &dice)
            }
            noise += garbage.count
            #expect(decoder.feed(garbage + frame.encoded) == [frame])
        }
        #expect(decoder.losses == .init(runs: Self.examples.count, bytes: noise))
    }

    enum Damage: CaseIterable {
        case flip, lose, insert, double, swap
    }

    @Test("A damaged frame is never taken for another", arguments: Damage.allCases)
    func damaged(kind: Damage) {
        var dice = Dice(seed: 11)
        for frame in Self.examples {
            for _ in 0..<2000 / max(1, frame.payload.count / 100) {
                var bytes = frame.encoded
                let place = Int.random(in: 1..<bytes.count - 1, using: &dice)
                switch kind {
                case .flip: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
                case .lose: bytes.remove(at: place)
                case .insert: bytes.insert(UInt8.random(in: 0...255, using: &dice), at: place)
                case .double: bytes.insert(bytes[place], at: place)
                case .swap: bytes.swapAt(place, max(1, place - 1))
                }
                var decoder = FrameDecoder()
                // Two bytes that are the same change nothing when they are swapped, nor does a zero beside a delimiter.
                #expect(decoder.feed(bytes).allSatisfy { $0 == frame })
            }
        }
    }

    @Test("A megabyte of chance holds no frame")
    func chance() {
        var dice = Dice(seed: 5)
        var decoder = FrameDecoder()
        let bytes = (0..<1 << 20).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        #expect(decoder.feed(bytes) == [])
        #expect(decoder.losses.bytes > 1_000_000)
    }

    @Test("A run longer than any frame is let go, and the frame behind it is found")
    func endless() {
        var decoder = FrameDecoder()
        #expect(decoder.feed([UInt8](repeating: 0x55, count: 1 << 20)) == [])
        #expect(decoder.feed(Frame(.bye).encoded) == [Frame(.bye)])
        #expect(decoder.losses == .init(runs: 1, bytes: 1 << 20))
    }
}

@Suite("Frames, as docs/line-protocol.md describes them")
struct FrameOracleTests {
    private static let decoder = ProjectFolder.file("Tests/Peers/line_frames.py").string

    private static func line(_ frame: Frame) -> String {
        let payload = frame.payload.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return #"{"type": \#(frame.type.rawValue), "number": \#(frame.number), "payload": "\#(payload)"}"# + "\n"
    }

    private static let frames: [Frame] = {
        var dice = Dice(seed: 29)
        return (0..<200).map { index in
            let length = index < 12 ? 240 + index : Int.random(in: 0...Frame.payloadLimit, using: &dice)
            // Few different bytes, so that zeros and long runs without one both occur.
            let highest = UInt8.random(in: 0...255, using: &dice)
            return Frame(
                FrameType(rawValue: UInt8.random(in: 0...255, using: &dice)),
                number: UInt16.random(in: 0...65535, using: &dice),
                (0..<length).map { _ in UInt8.random(in: 0...highest, using: &dice) })
        }
    }()

    @Test("Another program reads our frames between noise")
    func read() throws {
        let stream = Self.frames.flatMap { frame -> [UInt8] in [1, 2, 3] + frame.encoded }
        let result = try Tool.run(["python3", Self.decoder], input: stream)
        #expect(result.status == 0 && result.text == Self.frames.map(Self.line).joined())
    }

    @Test("We read another program's frames")
    func write() throws {
        let text = Self.frames.map(Self.line).joined()
        let result = try Tool.run(["python3", Self.decoder, "--encode"], input: Array(text.utf8))
        var decoder = FrameDecoder()
        #expect(result.status == 0 && decoder.feed(result.output) == Self.frames)
    }

    @Test("The examples of the document are frames")
    func examples() throws {
        let text = String(
            decoding: try Storage().read(ProjectFolder.file("docs/line-protocol.md"), limit: 1 << 20), as: UTF8.self)
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("00 ") && $0.hasSuffix(" 00") }
        let frames = lines.flatMap { line in
            var decoder = FrameDecoder()
            return decoder.feed(line.split(separator: " ").compactMap { UInt8($0, radix: 16) })
        }
        let request = Array(#"{"command":"status"}"#.utf8)
        #expect(
            frames == [
                Frame(.request, number: 1, [0, 0, 0, 0, 20, 0, 0, 0] + request),
                Frame(.want, number: 1, [0, 16, 0, 0, 0, 0, 0, 0, 0x78, 5, 0, 0]),
            ])
    }
}

@Suite("Telling a service tool from a person")
struct MachineModeDetectorTests {
    private let hello = Frame(.hello, Array("{}".utf8))

    @Test("What a person types is a person's")
    func person() {
        var detector = MachineModeDetector()
        #expect(detector.feed(Array("status\r".utf8)) == .init(text: Array("status\r".utf8)))
    }

    @Test("A hello is found between what is typed, byte by byte, and what follows it is kept")
    func found() {
        var detector = MachineModeDetector()
        var text: [UInt8] = []
        var found: Frame?
        for byte in Array("sta".utf8) + hello.encoded {
            let finding = detector.feed([byte])
            text += finding.text
            found = finding.hello ?? found
        }
        #expect(found == hello && text == Array("sta".utf8))
        var second = MachineModeDetector()
        #expect(second.feed(hello.encoded + [0, 1, 2]) == .init(hello: hello, rest: [0, 1, 2]))
    }

    @Test("A zero that begins no frame gives back what was held: at the next zero, when it is long, or on demand")
    func noFrame() {
        var detector = MachineModeDetector()
        #expect(detector.feed([0] + Array("abc".utf8)).text == [] && detector.isHolding)
        #expect(detector.feed([0]).text == Array("abc".utf8))
        #expect(detector.feed(Array("x".utf8)).text == [] && detector.release() == Array("x".utf8))
        #expect(!detector.isHolding && detector.feed(Array("y".utf8)).text == Array("y".utf8))
        let long = [UInt8](repeating: 0x61, count: 2000)
        #expect(detector.feed([0] + long).text == long)
    }

    @Test("Other frames, late ones of a conversation that ended, are nobody's")
    func late() {
        var detector = MachineModeDetector()
        let finding = detector.feed(Frame(.probe).encoded + Frame(.bye).encoded)
        #expect(finding == .init())
    }
}
