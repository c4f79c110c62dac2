import Bundles
import Documents
import Platform
import Releases
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

/// What a reviewer reads, and what is signed after it was read.
@Suite("Reviewing and approving a bundle")
struct ReviewTests {
    private static let approvers = Result { try Approvers() }
    private let folder: TemporaryFolder
    private let approvers: Approvers
    private let storage = Storage()

    init() throws {
        folder = try TemporaryFolder()
        approvers = try Self.approvers.get()
    }

    private func manifest(_ change: (inout Manifest) -> Void = { _ in }) throws -> Manifest {
        var factory = try BundleFactory(images: [("rootfs", Array("image".utf8))])
        factory.manifest.change = SampleRecord.complete("1.1.0")
        change(&factory.manifest)
        return factory.manifest
    }

    /// A bundle that nobody has signed, in a file.
    private func bundle(
        _ name: String = "r.aftercare", _ change: (inout Manifest) -> Void = { _ in }
    ) throws -> FilePath {
        var factory = try BundleFactory(images: [("rootfs", Array("image".utf8))])
        factory.manifest.change = SampleRecord.complete("1.1.0")
        change(&factory.manifest)
        return try folder.write(name, factory.bytes { _ in [] })
    }

    private func terms(
        _ index: Int, meaning: SignatureMeaning = .approved, trusted: Bool = true, as role: Role? = nil
    ) -> ApprovalTerms {
        ApprovalTerms(
            approvers.signers[index], at: Approvers.time, meaning: meaning, trust: trusted ? approvers.policy : nil,
            as: role)
    }

    private func code(_ body: () throws -> Void) -> Int? {
        do {
            try body()
            return nil
        } catch { return (error as? any Fault)?.code.rawValue }
    }

    // The page

    /// Every leaf of a value, as a person would look for it.
    private static func leaves(_ value: JSON) -> [String] {
        switch value {
        case .object(let members): members.values.flatMap(leaves)
        case .array(let elements): elements.flatMap(leaves)
        case .string(let text): [text]
        case .bool(let flag): [flag ? "yes" : "no"]
        case .null: ["nothing"]
        case .integer, .decimal: [value.canonicalText]
        }
    }

    private static func dense(_ text: String) -> String { text.filter { !$0.isWhitespace } }

    /// The text of an HTML page, as a browser shows it.
    private static func shown(_ html: String) -> String {
        var text = ""
        var isTag = false
        for letter in html {
            if letter == "<" { isTag = true }
            if !isTag { text.append(letter) }
            if letter == ">" { isTag = false }
        }
        for (name, letter) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
            text = text.replacing(name, with: letter)
        }
        return text
    }

    @Test("Every value of the manifest stands on the page, in text and in HTML")
    func complete() throws {
        let manifest = try manifest { manifest in
            manifest.history = [SampleRecord.baseline("0.8.0"), SampleRecord.complete("0.9.0", from: ["0.8.0"])]
            manifest.extensions = ["x-note": ["deep": [["deeper": "the deepest"], 7, .decimal(1.5), true, .null]]]
            guard case .object(let members) = manifest.change else { return }
            manifest.change = .object(members.merging(["x-own": "of the record", "x-": ["empty": ""]]) { $1 })
        }
        let page = try ReviewPage(manifest: manifest.canonicalBytes)
        let texts = [Self.dense(page.text(width: 80)), Self.dense(Self.shown(page.html))]
        let content = try JSONReader.read(manifest.canonicalBytes, limit: 1 << 20)
        let leaves = Self.leaves(content)
        #expect(leaves.count > 150)
        for leaf in leaves {
            for text in texts { #expect(text.contains(Self.dense(leaf)), "'\(leaf)' is not on the page") }
        }
        #expect(page.digest == SHA256.digest(of: manifest.canonicalBytes))
        for text in texts { #expect(text.contains(page.digest.hex)) }
    }

    /// A record of any shape: names and values that nobody has seen before.
    private static func random(_ dice: inout Dice, _ depth: Int) -> JSON {
        func roll(_ dice: inout Dice, _ count: Int) -> Int { Int.random(in: 0..<count, using: &dice) }
        let letters = Array("abcXYZ019 _-.:/äß漢")
        func text() -> String { String((0...roll(&dice, 12)).map { _ in letters[roll(&dice, letters.count)] }) }
        switch depth > 3 ? roll(&dice, 4) : roll(&dice, 7) {
        case 0: return .string("s" + text())
        case 1: return .integer(Int64(roll(&dice, 1_000_000)))
        case 2: return .bool(roll(&dice, 2) == 0)
        case 3: return .decimal(Double(roll(&dice, 1000)) + 0.5)
        case 4: return .array((0..<roll(&dice, 4)).map { _ in random(&dice, depth + 1) })
        default:
            var members: [String: JSON] = [:]
            for _ in 0..<roll(&dice, 6) { members["k" + text()] = random(&dice, depth + 1) }
            return .object(members)
        }
    }

    @Test("Whatever shape a record has, none of its values is left out", arguments: 0..<40)
    func anyShape(seed: Int) throws {
        var dice = Dice(seed: UInt64(seed) + 1)
        let manifest = try manifest { manifest in
            guard case .object(var members) = manifest.change else { return }
            for name in ["risk", "markets", "x-new", "changes"] { members[name] = Self.random(&dice, 0) }
            manifest.change = .object(members)
        }
        let page = try ReviewPage(manifest: manifest.canonicalBytes)
        let texts = [Self.dense(page.text(width: 60)), Self.dense(Self.shown(page.html))]
        for leaf in Self.leaves(manifest.change) {
            for text in texts { #expect(text.contains(Self.dense(leaf)), "'\(leaf)' is not on the page") }
        }
    }

    private static let hostile = [
        "<script>alert(1)</script>", "</dd></dl><h1>Approved", "\" onload=\"x", "' style='x", "&lt;b&gt;", "<!--",
        "]]>",
        "<img src=x onerror=x>", "javascript:alert(1)",
    ]

    /// Every string of a value, and every name of an `x-` member, in place of another.
    private static func poisoned(_ value: JSON, _ poison: String) -> JSON {
        switch value {
        case .object(let members):
            var result: [String: JSON] = [:]
            for (key, member) in members { result[key] = poisoned(member, poison) }
            result["x-\(poison)"] = .string(poison)
            return .object(result)
        case .array(let elements): return .array(elements.map { poisoned($0, poison) })
        case .string: return .string(poison)
        default: return value
        }
    }

    @Test("Nothing in a record becomes markup on the page", arguments: hostile)
    func hostileText(poison: String) throws {
        let clean = try ReviewPage(manifest: try manifest().canonicalBytes).html
        let manifest = try manifest { manifest in
            guard case .object(var members) = Self.poisoned(manifest.change, poison) else { return }
            members["schema"] = .string(Manifest.changeSchema)
            manifest.change = .object(members)
        }
        let html = try ReviewPage(manifest: manifest.canonicalBytes).html
        #expect(Self.shown(html).contains(poison))
        /// The names of the elements in a page, without their closing tags.
        func elements(_ text: String) -> Set<Substring> {
            Set(text.split(separator: "<").dropFirst().map { $0.prefix { $0.isLetter || $0.isNumber || $0 == "!" } })
        }
        #expect(elements(html).isSubset(of: elements(clean)))
        #expect(!html.contains("<script") && !html.contains("<img"))
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("url("))
    }

    @Test("What cannot be seen is named, so that nothing on a page is other than it looks")
    func invisible() throws {
        let manifest = try manifest { manifest in
            guard case .object(var members) = manifest.change else { return }
            members["x-note"] = "not\u{202E}approved\u{200B}\u{7}\u{1B}[2J"
            manifest.change = .object(members)
        }
        let page = try ReviewPage(manifest: manifest.canonicalBytes)
        for text in [page.text(), page.html] {
            #expect(text.contains("not[U+202E]approved[U+200B][U+0007][U+001B][2J"))
            #expect(!text.unicodeScalars.contains { ["\u{202E}", "\u{200B}", "\u{7}", "\u{1B}"].contains($0) })
        }
    }

    // Approving

    @Test("Three people approve one after the other, each as what they are, and a device takes it")
    func approves() throws {
        let path = try bundle()
        let read = try BundleReview(path, in: storage, at: Approvers.time).page.digest
        #expect(try BundleApproval.add(to: path, in: storage, terms(0, as: .software), expecting: read) == .software)
        #expect(
            try BundleApproval.add(to: path, in: storage, terms(1, meaning: .released), expecting: read) == .quality)
        try BundleApproval.add(to: path, in: storage, terms(2, trusted: false))
        let verified = try approvers.verified(try FileSource.open(path, in: storage))
        #expect(Set(verified.content.approvals.map(\.role)) == Set(TrustPolicy.usualRoles))
        let review = try BundleReview(path, in: storage, trust: approvers.policy, at: Approvers.time)
        #expect(review.standing.lines.contains("quality: released by Approver quality at \(Approvers.time)"))
        #expect(review.page(role: .quality, meaning: .approved).text().contains("regulatory: approved by"))
    }

    @Test("What was changed since it was read is not signed, nor is it signed beside approvals of something else")
    func edited() throws {
        let path = try bundle()
        let read = try BundleReview(path, in: storage, at: Approvers.time).page.digest
        try BundleApproval.add(to: path, in: storage, terms(0), expecting: read)
        let signatures = try BundleApproval.parts(of: path, in: storage).signatures
        var factory = try BundleFactory(images: [("rootfs", Array("image".utf8))])
        factory.manifest.change = SampleRecord.complete("1.1.0")
        factory.manifest.selfTestDeadline += 1
        let changed = try folder.write("r.aftercare", factory.bytes { _ in signatures })
        #expect(code { try BundleApproval.add(to: changed, in: storage, terms(1), expecting: read) } == 2850)
        #expect(code { try BundleApproval.add(to: changed, in: storage, terms(1)) } == 2857)
        let standing = try BundleReview(changed, in: storage, at: Approvers.time).standing
        #expect(standing.lines.allSatisfy { $0.contains("THE SIGNATURE IS NOT RIGHT") })
        #expect(try BundleApproval.parts(of: changed, in: storage).signatures == signatures)
    }

    @Test("Who has signed, by key or by name, does not sign again; a role is the certificate's")
    func refused() throws {
        let path = try bundle()
        try BundleApproval.add(to: path, in: storage, terms(0))
        #expect(code { try BundleApproval.add(to: path, in: storage, terms(0)) } == 2844)
        let authority = Authority(folder: approvers.folder.path, storage: storage)
        let files = try authority.issue(
            role: .regulatory, person: "APPROVER  software", days: 30, now: Approvers.time.advanced(by: -60))
        let again = ApprovalTerms(
            try ContentSigner.read(certificate: files.certificate, key: files.key.string, storage: storage),
            at: Approvers.time)
        #expect(code { try BundleApproval.add(to: path, in: storage, again) } == 2846)
        #expect(code { try BundleApproval.add(to: path, in: storage, terms(1, as: .regulatory)) } == 2855)
        let stranger = ApprovalTerms(try Approvers().signers[1], at: Approvers.time, trust: approvers.policy)
        #expect(code { try BundleApproval.add(to: path, in: storage, stranger) } == 2131)
        let late = ApprovalTerms(
            approvers.signers[1], at: Approvers.time.advanced(by: 60 * 86400), trust: approvers.policy)
        #expect(code { try BundleApproval.add(to: path, in: storage, late) } == 2136)
        #expect(try BundleReview(path, in: storage, at: Approvers.time).standing.claims.count == 1)
    }

    @Test("A change record that a device would not read is not approved, nor one of an earlier release")
    func badRecord() throws {
        let own = try bundle("a.aftercare") { $0.change = BundleFactory.change("1.1.0") }
        #expect(code { try BundleApproval.add(to: own, in: storage, terms(0)) } == 2856)
        let earlier = try bundle("b.aftercare") { $0.history = [BundleFactory.change("1.0.0")] }
        #expect(code { try BundleApproval.add(to: earlier, in: storage, terms(0)) } == 2856)
    }

    @Test("An approval is taken out whole, and the others stay as they are")
    func withdrawn() throws {
        let path = try bundle()
        for index in 0..<3 { try BundleApproval.add(to: path, in: storage, terms(index)) }
        let before = try BundleReview(path, in: storage, trust: approvers.policy, at: Approvers.time).standing
        let key = try before.key(of: .quality, in: path)
        #expect(try BundleApproval.withdraw(from: path, in: storage, key: key).person.name == "Approver quality")
        let after = try BundleReview(path, in: storage, trust: approvers.policy, at: Approvers.time).standing
        #expect(Set(after.claims.map(\.keyID)) == Set(before.claims.map(\.keyID)).subtracting([key]))
        // Their certificates are all that is left: else a device would refuse the whole.
        #expect(after.examination?.approvals.count == 2)
        #expect(throws: BundleError.untrusted(.missingRole(.quality, found: [.regulatory, .software]))) {
            try approvers.verified(try FileSource.open(path, in: storage))
        }
        #expect(code { _ = try BundleApproval.withdraw(from: path, in: storage, key: key) } == 2853)
        #expect(code { _ = try after.key(of: .quality, in: path) } == 2853)
        try BundleApproval.add(to: path, in: storage, terms(1))
        #expect(try approvers.verified(try FileSource.open(path, in: storage)).content.approvals.count == 3)
        for claim in try BundleReview(path, in: storage, at: Approvers.time).standing.claims {
            _ = try BundleApproval.withdraw(from: path, in: storage, key: claim.keyID)
        }
        #expect(try BundleApproval.parts(of: path, in: storage).signatures.isEmpty)
        #expect(throws: BundleError.unsigned) { try approvers.verified(try FileSource.open(path, in: storage)) }
        #expect(code { _ = try BundleApproval.withdraw(from: path, in: storage, key: key) } == 2853)
    }
}
