import Platform
import Releases
import Servicing
import Testing

@Suite("Challenges")
struct ChallengeTests {
    @Test("A challenge is read as it is shown, and no two are the same")
    func roundTrip() throws {
        var nonces: Set<String> = []
        for _ in 0..<1000 {
            let challenge = try Challenge(device: "IP4-000417")
            #expect(try Challenge(text: challenge.description) == challenge)
            #expect(challenge.nonce.utf8.count == 12)
            nonces.insert(challenge.nonce)
        }
        #expect(nonces.count == 1000)
    }

    @Test(
        "What people make of a challenge when they type it is read",
        arguments: [
            "IP4-000417/7KQ3-M9XD-2WFA-0", "  ip4-000417/7kq3-m9xd-2wfa-0\r\n", "IP4-OOO4I7/7KQ3M9XD2WFAO",
            "lp4-000417 / 7KQ3 M9XD 2WFA 0", "iP4-0oO4L7/7kQ3--m9xD 2wfa o",
        ])
    func forgiving(text: String) throws {
        let read = try Challenge(text: text)
        #expect(read.nonce == "7KQ3M9XD2WFA")
        let terms = try GrantTerms.test(read)
        let asShown = try GrantTerms.test(try Challenge(text: "IP4-000417/7KQ3-M9XD-2WFA-0"))
        let person = try Technicians.shared.get().ada().signer.certificate.keyID
        #expect(terms.signedText(person: person) == asShown.signedText(person: person))
    }

    @Test("Every wrong letter and every two neighbours that changed places are found")
    func mistyped() throws {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        let letters = Array("IP4-000417/7KQ3-M9XD-2WFA-0")
        for index in letters.indices where index > 10 && letters[index] != "-" {
            for letter in alphabet where letter != letters[index] {
                var wrong = letters
                wrong[index] = letter
                #expect(refusal { _ = try Challenge(text: String(wrong)) } == 3420, "\(String(wrong))")
            }
        }
        for index in letters.indices.dropLast() where letters[index] != letters[index + 1] {
            var wrong = letters
            wrong.swapAt(index, index + 1)
            guard !wrong.suffix(15).contains("/"), letters[index] != "-", letters[index + 1] != "-" else { continue }
            #expect(refusal { _ = try Challenge(text: String(wrong)) } == 3420, "\(String(wrong))")
        }
    }

    @Test(
        "What is no challenge is refused",
        arguments: [
            "", "/", "IP4-000417", "IP4-000417/", "IP4-000417/7KQ3-M9XD-2WFA", "IP4-000417/7KQ3-M9XD-2WFU-0",
            "/7KQ3-M9XD-2WFA-0", "IP4-000418/7KQ3-M9XD-2WFA-0", String(repeating: "A", count: 300),
            "Gerät/7KQ3-M9XD-2WFA-0",
        ])
    func refused(text: String) {
        #expect([3403, 3420].contains(refusal { _ = try Challenge(text: text) }))
    }

    @Test(
        "A device whose id nobody could type cannot ask",
        arguments: [("", false), ("a b", true), ("A/B", true), ("   ", false), ("a\nb", false), ("Ü", false)])
    func devices(id: String, isNameable: Bool) throws {
        #expect(Challenge.isNameable(id) == isNameable)
        #expect((refusal { _ = try Challenge(device: id) } == nil) == isNameable)
        guard isNameable else { return }
        let challenge = try Challenge(device: id)
        #expect(try Challenge(text: challenge.description) == challenge)
    }
}
