import Platform
import TestSupport
import Testing
import Vocabulary

/// Reads hexadecimal CBOR line by line with cbor2 and writes it back in its canonical form.
private let readAndWrite = """
    import cbor2, sys
    for line in sys.stdin:
        print(cbor2.dumps(cbor2.loads(bytes.fromhex(line)), canonical=True).hex())
    """

/// Writes random values: in cbor2's usual form, with counts left open, and in canonical form.
private let randomValues = """
    import cbor2, random
    dice = random.Random(11)
    def value(depth):
        kinds = 9 if depth else 6
        match dice.randrange(kinds):
            case 0: return dice.getrandbits(dice.randrange(1, 65))
            case 1: return -1 - dice.getrandbits(dice.randrange(1, 65))
            case 2: return dice.randbytes(dice.randrange(300))
            case 3: return "".join(dice.choice("aä€😀 \\0") for _ in range(dice.randrange(40)))
            case 4: return dice.choice([True, False, None])
            case 5: return cbor2.undefined
            case 6 | 7: return [value(depth - 1) for _ in range(dice.randrange(6))]
            case _: return {"k%d" % n: value(depth - 1) for n in dice.sample(range(200), dice.randrange(6))}
    def opened(value):
        if isinstance(value, list): return b"\\x9f" + b"".join(map(opened, value)) + b"\\xff"
        if isinstance(value, dict):
            return b"\\xbf" + b"".join(opened(k) + opened(v) for k, v in value.items()) + b"\\xff"
        return cbor2.dumps(value)
    for _ in range(400):
        v = value(4)
        print(cbor2.dumps(v).hex(), opened(v).hex(), cbor2.dumps(v, canonical=True).hex())
    """

@Suite("CBOR")
struct CBORTests {
    private func decode(_ hex: String, _ limits: CBOR.Limits = CBOR.Limits()) throws -> CBOR {
        try CBOR(decoding: try #require(Hex.decode(hex)), limits: limits)
    }

    @Test("What cbor2 writes is read and written as cbor2 writes it canonically, counts given or open")
    func theirs() throws {
        let lines = try Tool.run([Tool.python, "-c", randomValues]).text.split(separator: "\n")
        #expect(lines.count == 400)
        for line in lines {
            let forms = line.split(separator: " ").map(String.init)
            #expect(Hex.encode(try decode(forms[0]).encoded) == forms[2])
            #expect(Hex.encode(try decode(forms[1]).encoded) == forms[2])
        }
    }

    @Test("Random values that we write are read by cbor2, and written by it the same")
    func ours() throws {
        var dice = Dice(seed: 3)
        let texts = (0..<400).map { _ in Hex.encode(Self.random(&dice, depth: 4).encoded) }
        let result = try Tool.run(
            [Tool.python, "-c", readAndWrite], input: Array((texts.joined(separator: "\n") + "\n").utf8))
        #expect(result.status == 0, "\(result.error)")
        #expect(result.text.split(separator: "\n").map(String.init) == texts)
    }

    private static func random(_ dice: inout Dice, depth: Int) -> CBOR {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &dice) {
        case 0: return .unsigned(dice.next() >> UInt64.random(in: 0...63, using: &dice))
        case 1: return .negative(dice.next() >> UInt64.random(in: 0...63, using: &dice))
        case 2: return .bytes((0..<Int.random(in: 0...300, using: &dice)).map { UInt8(truncatingIfNeeded: $0) })
        case 3: return .text(String(repeating: "ä€😀", count: Int.random(in: 0...20, using: &dice)))
        case 4: return .bool(Bool.random(using: &dice))
        case 5: return Bool.random(using: &dice) ? .null : .undefined
        case 6, 7: return .array((0..<Int.random(in: 0...5, using: &dice)).map { _ in random(&dice, depth: depth - 1) })
        default:
            var members: [String: CBOR] = [:]
            for _ in 0..<Int.random(in: 0...5, using: &dice) {
                members["k\(UInt8.random(in: 0...255, using: &dice))"] = random(&dice, depth: depth - 1)
            }
            return .map(members)
        }
    }

    @Test(
        "Numbers with a point are read in all three sizes (RFC 8949, appendix A), and written in the largest",
        arguments: [("f93e00", 1.5), ("fa47c35000", 100_000.0), ("fb3ff199999999999a", 1.1), ("f9c400", -4.0)])
    func decimals(hex: String, number: Double) throws {
        #expect(try decode(hex) == .decimal(number))
        #expect(try CBOR(decoding: CBOR.decimal(number).encoded) == .decimal(number))
    }

    @Test(
        "What is ambiguous, cut off or no CBOR is refused with its place",
        arguments: [
            ("", CBORError.truncated(at: 0)), ("18", .truncated(at: 0)), ("8301", .truncated(at: 2)),
            ("62c3", .truncated(at: 0)), ("9f01", .truncated(at: 2)), ("5affffffff00", .truncated(at: 0)),
            ("9affffffff01", .truncated(at: 6)), ("bf6161", .truncated(at: 3)), ("0000", .trailing(at: 1)),
            ("1c", .malformed(at: 0)), ("ff", .malformed(at: 0)), ("81ff", .malformed(at: 1)),
            ("bf6161ff", .malformed(at: 3)), ("c001", .unacceptable("a tag", at: 0)),
            ("5f4101ff", .unacceptable("a string in pieces", at: 0)),
            ("7f6161ff", .unacceptable("a string in pieces", at: 0)),
            ("61ff", .unacceptable("text that is not UTF-8", at: 0)),
            ("a10102", .unacceptable("a key that is not text", at: 1)),
            ("a2616101616102", .duplicateKey("a", at: 4)),
        ])
    func refused(hex: String, error: CBORError) { #expect(throws: error) { try decode(hex) } }

    @Test("Depth, size and count have limits")
    func limits() throws {
        #expect(throws: Never.self) { try decode(String(repeating: "81", count: 15) + "00") }
        #expect(throws: CBORError.tooDeep(at: 15, limit: 16)) { try decode(String(repeating: "81", count: 16) + "00") }
        #expect(throws: CBORError.tooLarge(65_537, limit: 65_536)) {
            try CBOR(decoding: [UInt8](repeating: 0, count: 65_537))
        }
        #expect(throws: CBORError.tooManyItems(limit: 4096)) {
            try CBOR(decoding: [0x99, 0x10, 0x00] + [UInt8](repeating: 0, count: 4096))
        }
    }

    @Test("Every cut of a value is refused, and any damage ends in a value or an error")
    func cutAndDamaged() throws {
        let whole: CBOR = ["images": [["slot": 0, "hash": .bytes([1, 2, 3]), "active": true]], "rc": -7]
        let bytes = whole.encoded
        for end in 0..<bytes.count { #expect(throws: CBORError.self) { try CBOR(decoding: Array(bytes[..<end])) } }
        var dice = Dice(seed: 5)
        var read = 0
        for _ in 0..<20_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                damaged[Int.random(in: 0..<bytes.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
            }
            if let value = try? CBOR(decoding: damaged) {
                read += 1
                #expect(try CBOR(decoding: value.encoded).encoded == value.encoded)
            }
        }
        #expect(read > 0)
    }
}
