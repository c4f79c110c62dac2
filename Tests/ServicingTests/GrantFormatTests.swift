import Platform
import Releases
import Servicing
import TestSupport
import Testing
import Vocabulary

/// docs/grants.md is all that a second implementation needs: the one below was written from it, in Python.
@Suite("The format of grants")
struct GrantFormatTests {
    /// The example of docs/grants.md: the first key of RFC 8032 §7.1, signed by `openssl pkeyutl`, written by the program below.
    @Test("The example of the document is what we write")
    func example() throws {
        let pem = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
            -----END PRIVATE KEY-----

            """
        let key = try PrivateKey(pem: Array(pem.utf8))
        let begin = try #require(Timestamp("2026-05-29T20:26:40Z"))
        let terms = try #require(
            GrantTerms(
                challenge: try Challenge(text: "IP4-000417/7KQ3-M9XD-2WFA-0"), rights: .all, notBefore: begin,
                until: begin.advanced(by: 4 * 3600 - 60)))
        let signature = try key.sign(terms.signedText(person: key.keyID), digest: key.kind.naturalDigest)
        let grant = try Grant(terms, person: key.keyID, certificates: [], signature: signature)
        let lines = [
            "1: 20ZG3 H5K18 0F00R YEW3E 7ZFS1 BF", "2: 5CYYG 1BC32 0YKCB 165S9 GM3AM WX",
            "3: 8ST6F Y5XN8 24TMK VBPCM 2P900 G1", "4: 4CYP1 517DF BXD91 Z6BQE PR2XQ TC",
            "5: YRJRZ PEAJ2 WXYXE YF9S9 KAA0Y 5E.",
        ]
        #expect(try grant.text() == lines.joined(separator: "\n"))
    }

    @Test(
        "A program that was written from the document makes the same text",
        arguments: [KeyKind.p256, .p384, .ed25519, .rsa(bits: 3072)], [false, true])
    func otherImplementation(kind: KeyKind, hasBundle: Bool) throws {
        let key = try PrivateKey.generate(kind)
        let terms = try GrantTerms.test(
            try Challenge(device: "ol-Device 7"), rights: ServiceRights([.update, .evidence]),
            bundle: hasBundle ? SHA256.digest(of: [7]) : nil)
        let signature = try kind.rawSignature(
            try key.sign(terms.signedText(person: key.keyID), digest: kind.naturalDigest))
        let grant = try Grant(terms, person: key.keyID, certificates: [], signature: signature)
        let arguments = [
            terms.challenge.device, terms.challenge.nonce, String(terms.notBefore.seconds), String(terms.until.seconds),
            String(terms.rights.rawValue), terms.bundle?.hex ?? "", key.keyID.hex, Hex.encode(signature),
        ]
        let result = try Tool.run(["python3", "-c", Self.program] + arguments)
        #expect(result.text == (try grant.text()), "\(result.error)")
    }

    private static let program = """
        import hashlib, sys
        device, nonce, begin, end, rights, bundle, key, signature = sys.argv[1:]
        letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

        def product(a, b):
            r = 0
            for bit in range(5):
                if b >> bit & 1: r ^= a
                a = a << 1 ^ (37 if a & 16 else 0)
            return r

        def check(symbols):
            high = low = 0
            for symbol in symbols:
                f = symbol ^ high
                high, low = low ^ product(6, f), product(8, f)
            return [high, low]

        device = device.replace(" ", "").upper().replace("O", "0").replace("I", "1").replace("L", "1")
        bits = [letters.index(c) for c in nonce]
        begin, end, bundle = int(begin) // 60, int(end) // 60, bytes.fromhex(bundle)
        data = bytes([0x10 | (8 if bundle else 0), int(rights)]) + begin.to_bytes(4, "big")
        data += (end - begin).to_bytes(2, "big") + hashlib.sha256(device.encode()).digest()[:1]
        data += (bits[0] << 10 | bits[1] << 5 | bits[2]).to_bytes(2, "big") + bytes.fromhex(key)[:3]
        data += bundle + bytes.fromhex(signature)
        text = "".join(f"{byte:08b}" for byte in data)
        text += "0" * (-len(text) % 5)
        symbols = [int(text[i:i + 5], 2) for i in range(0, len(text), 5)]
        lines, count = [], (len(symbols) + 24) // 25
        for line in range(1, count + 1):
            part = symbols[25 * (line - 1):25 * line]
            groups = [part[i:i + 5] for i in range(0, len(part), 5)] + [check([line // 32, line % 32] + part)]
            words = " ".join("".join(letters[s] for s in group) for group in groups)
            lines.append(f"{line:>{len(str(count))}}: {words}")
        print("\\n".join(lines) + ".", end="")
        """
}
