import Platform
import Releases
import Servicing
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("The text of grants")
struct GrantTextTests {
    private let technicians: Technicians
    private let challenge: Challenge
    private let grant: Grant
    private let lines: [String]

    init() throws {
        technicians = try Technicians.shared.get()
        challenge = try Challenge(text: "IP4-000417/7KQ3-M9XD-2WFA-0")
        grant = try technicians.ada().grant(try .test(challenge), with: .none)
        lines = try grant.text().split(separator: "\n").map(String.init)
    }

    @Test("What is written is read again, in one form")
    func roundTrip() throws {
        let ada = try technicians.ada()
        for certificates in GrantSigner.Certificates.allCases {
            for bundle in [nil, SHA256.digest(of: [1])] {
                let grant = try ada.grant(
                    try .test(challenge, rights: ServiceRights([.test]), bundle: bundle), with: certificates)
                let read = try Grant(text: try grant.text())
                #expect(read == grant)
                let again = try read.text()
                #expect(try grant.text() == again)
                #expect(Grant.isComplete(again))
            }
        }
        #expect(!Grant.isComplete(lines.dropLast().joined(separator: "\n")))
    }

    /// What docs/grants.md says; a certificate's length depends on the names in it, here short ones.
    @Test(
        "Grants are as long as they are said to be",
        arguments: [(KeyKind.p256, 125, 5), (.ed25519, 125, 5), (.p384, 176, 8), (.rsa(bits: 3072), 637, 26)])
    func lengths(kind: KeyKind, letters: Int, count: Int) throws {
        let person = try Technicians().person("Ada", keys: kind)
        let text = try person.grant(try .test(challenge), with: .none).text()
        let short = text.split(separator: "\n")
        #expect(short.count == count)
        var typed = 0
        for line in short { typed += line.drop { $0 != ":" }.filter { $0.isLetter || $0.isNumber }.count }
        #expect(typed == letters + 2 * count)
        let long = try person.grant(try .test(challenge), with: .person).text()
        #expect(long.utf8.count <= 8192)
    }

    @Test("What people make of a grant when they paste or type it is read")
    func forgiving() throws {
        let text = lines.joined(separator: "\n")
        let bare = lines.map { String($0.dropFirst(2)) }
        let cut = lines.flatMap { [String($0.prefix(14)), String($0.dropFirst(14))] }
        let prompted = lines.map { "grant> " + $0 }
        let quoted = lines.map { "> > " + $0 + "  " }
        let backwards: [String] = lines.reversed().map { $0.replacing(".", with: "") }
        let forms: [String] = [
            text.lowercased(), text.replacing("0", with: "O").replacing("1", with: "l"),
            lines.joined(separator: "\r\n"),
            prompted.joined(separator: "\n"), quoted.joined(separator: "\n\n"),
            lines.joined(separator: " "), bare.joined(separator: "\n"), bare.joined().replacing(" ", with: ""),
            backwards.joined(separator: "\n"),
            text.replacing(" ", with: "-").replacing("1:-", with: "1:"), "grant: " + text, text + "\nthank you",
            cut.joined(separator: "\n"),
        ]
        for (index, form) in forms.enumerated() { #expect(try Grant(text: form) == grant, "form \(index): \(form)") }
    }

    @Test("Every wrong letter is found, and its line is named")
    func mistyped() throws {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        for (number, line) in lines.enumerated() {
            let letters = Array(line)
            for index in letters.indices.dropFirst(3) where letters[index] != " " && letters[index] != "." {
                for letter in alphabet where letter != letters[index] {
                    var wrong = letters
                    wrong[index] = letter
                    #expect(try named(replacing(number, with: String(wrong))) == number + 1)
                }
            }
        }
    }

    @Test("Any two wrong letters of a line are found, and two that changed places")
    func twice() throws {
        var dice = Dice(seed: 4)
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        for _ in 0..<5000 {
            let number = Int.random(in: 0..<lines.count, using: &dice)
            var letters = Array(lines[number])
            let places = letters.indices.dropFirst(3).filter { letters[$0] != " " && letters[$0] != "." }
            let (one, other) = (places.randomElement(using: &dice) ?? 3, places.randomElement(using: &dice) ?? 4)
            guard one != other else { continue }
            if Bool.random(using: &dice) {
                guard letters[one] != letters[other] else { continue }
                letters.swapAt(one, other)
            } else {
                for place in [one, other] {
                    letters[place] = alphabet.filter { $0 != letters[place] }.randomElement(using: &dice) ?? "0"
                }
            }
            #expect(try named(replacing(number, with: String(letters))) == number + 1)
        }
    }

    @Test("A line that is left out, doubled, cut or in another's place is named")
    func lost() throws {
        #expect(refusal { _ = try Grant(text: (lines[..<2] + lines[3...]).joined(separator: "\n")) } == 3432)
        #expect(refusal { _ = try Grant(text: lines.dropLast().joined(separator: "\n")) } == 3433)
        #expect(try named(lines + [lines[1]].map { $0 + "" }, dotless: true) == 2)
        #expect(try named(replacing(3, with: String(lines[3].dropLast()))) == 4)
        #expect(try named(replacing(1, with: "2:" + lines[2].dropFirst(2))) == 2)
        let unnumbered = lines.map { String($0.split(separator: ":")[1]) }
        #expect(try named([unnumbered[0], unnumbered[2], unnumbered[1]] + unnumbered[3...]) == 2)
        #expect(try named(replacing(2, with: lines[2].replacing(" ", with: "U"))) == 3)
    }

    @Test("Ten thousand random texts are refused, and none harms")
    func random() {
        var dice = Dice(seed: 10)
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZabcoil:.- \n\r\t>U\u{0}\u{1B}é€\u{1F600}")
        for _ in 0..<10_000 {
            let count = Int.random(in: 0...400, using: &dice)
            let text = String((0..<count).map { _ in alphabet.randomElement(using: &dice) ?? "0" })
            #expect(refusal { _ = try Grant(text: text) } != nil, "\(text)")
        }
        for _ in 0..<2000 {
            // Right check letters around random bytes reach what reads the bytes.
            let count = Int.random(in: 1...300, using: &dice)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &dice) }
            bytes[0] = 0x10 | bytes[0] & 0x0F
            if let grant = try? Grant(bytes: bytes) { #expect(grant.bytes == bytes) }
        }
        #expect(refusal { _ = try Grant(text: String(repeating: "0", count: 9000)) } == 3434)
        #expect(refusal { _ = try Grant(text: "") } == 3430)
    }

    private func replacing(_ number: Int, with line: String) -> [String] {
        var all = lines
        all[number] = line
        return all
    }

    /// The line that a refusal names; nil where there is none.
    private func named(_ lines: [String], dotless: Bool = false) throws -> Int? {
        let text = lines.joined(separator: "\n")
        do {
            _ = try Grant(text: dotless ? text.replacing(".", with: "") : text)
            return nil
        } catch ServiceError.lineMistyped(let line, _) {
            return line
        }
    }
}
