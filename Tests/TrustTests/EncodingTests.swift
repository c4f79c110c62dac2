import Platform
import Testing
import Trust
import Vocabulary

@Suite("The encoding of approvals")
struct EncodingTests {
    @Test("Every flipped bit of two P-256 approvals is refused")
    func flips() throws {
        let scenario = try Scenario()
        let signatures = try scenario.approve(scenario.ada, scenario.grace)
        let verifier = Verifier(policy: try scenario.policy())
        #expect(verifier.refusal(scenario.content, signatures) == nil)
        var codes: Set<Int> = []
        for offset in signatures.indices {
            for bit in 0..<8 {
                var changed = signatures
                changed[offset] ^= 1 << bit
                let refusal = verifier.refusal(scenario.content, changed)
                #expect(refusal != nil, "byte \(offset), bit \(bit)")
                if let refusal { codes.insert(refusal.code.rawValue) }
            }
        }
        // Encoding, signatures, certificates and chains each noticed something.
        #expect(codes.isSuperset(of: [2111, 2112, 2114, 2120, 2121]))
    }

    @Test("Approvals cut anywhere are refused")
    func truncation() throws {
        let scenario = try Scenario()
        let signatures = try scenario.approve(scenario.ada, scenario.grace)
        let verifier = Verifier(policy: try scenario.policy())
        for count in 0..<signatures.count {
            let code = verifier.refusal(scenario.content, Array(signatures[..<count]))?.code.rawValue
            #expect(code == 2111, "cut at \(count)")
        }
    }

    @Test("Anything after the approvals is refused", arguments: [[0], [0, 0], [5, 0], [48, 0]] as [[UInt8]])
    func trailing(garbage: [UInt8]) throws {
        let scenario = try Scenario()
        let signatures = try scenario.approve(scenario.ada, scenario.grace)
        let verifier = Verifier(policy: try scenario.policy())
        #expect(verifier.refusal(scenario.content, signatures + garbage)?.code.rawValue == 2111)
    }

    @Test("More than 64 KiB are refused unread")
    func size() throws {
        let scenario = try Scenario()
        let refusal = Verifier(policy: try scenario.policy()).refusal([], [UInt8](repeating: 0x30, count: 65537))
        #expect(refusal == .tooLarge("the signatures", count: 65537, limit: 65536, unit: "bytes"))
    }

    @Test("Deep nesting ends in a refusal, not in the stack's end")
    func nesting() throws {
        var der: [UInt8] = []
        while der.count < 60_000 {
            let count = der.count
            der = count < 128 ? [0x30, UInt8(count)] + der : [0x30, 0x82, UInt8(count >> 8), UInt8(count & 255)] + der
        }
        let scenario = try Scenario()
        #expect(Verifier(policy: try scenario.policy()).refusal([], der)?.code.rawValue == 2111)
    }

    @Test("Writing again what was read gives the same bytes")
    func again() throws {
        let scenario = try Scenario()
        let signatures = try scenario.approve(scenario.ada, scenario.grace)
        #expect(try SignedData(der: signatures).der == signatures)
    }

    @Test("A number that a long length or a wrong sign spells differently is not DER")
    func lengths() throws {
        #expect(throws: TrustError.notCanonical(offset: 1, reason: "the length 3 has more octets than it needs")) {
            try SignedData(der: [0x30, 0x81, 0x03, 0x02, 0x01, 0x00])
        }
        #expect(throws: TrustError.notCanonical(offset: 1, reason: "the length is indefinite")) {
            try SignedData(der: [0x30, 0x80, 0x00, 0x00])
        }
        #expect(throws: TrustError.notCanonical(offset: 2, reason: "an integer has more octets than it needs")) {
            try SignedData(der: [0x30, 0x04, 0x02, 0x02, 0x00, 0x01])
        }
    }
}
