import PowerCuts
import Testing

@Suite("What a medium may hold after a power cut")
struct MediumTests {
    /// Two sectors of one letter.
    private static func text(_ letter: Character, _ count: Int = 1024) -> [UInt8] {
        Array(String(repeating: letter, count: count).utf8)
    }

    struct Story: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let changes: [Change]
        var under: Change?
        /// What the file `f` may hold for each loss; nil where it may not be there.
        let allowed: [Loss: [UInt8]?]

        init(_ name: String, _ changes: [Change], under: Change? = nil, _ allowed: [Loss: [UInt8]?]) {
            (testDescription, self.changes, self.under, self.allowed) = (name, changes, under, allowed)
        }
    }

    private static let (a, b) = (text("a"), text("b"))
    private static let zeros = [UInt8](repeating: 0, count: 1024)

    static let stories = [
        Story(
            "written and not flushed", [.write("f", offset: 0, bytes: b)],
            [.kept: b, .lost: a, .hollow: a, .named: a, .nameless: b]),
        Story(
            "written and flushed", [.write("f", offset: 0, bytes: b), .flush("f")],
            [.kept: b, .lost: b, .hollow: b, .named: b, .nameless: b]),
        Story(
            "longer than before", [.write("f", offset: 1024, bytes: b)],
            [.kept: a + b, .lost: a, .hollow: a + zeros, .named: a]),
        Story(
            "torn in its second sector", [], under: .write("f", offset: 0, bytes: b),
            [.torn(sectors: 1): text("b", 512) + text("a", 512), .kept: a]),
        Story(
            "torn where it begins within a sector", [], under: .write("f", offset: 256, bytes: text("b", 600)),
            [.torn(sectors: 1): text("a", 256) + text("b", 256) + text("a", 512)]),
        Story("emptied", [.truncate("f", size: 0)], [.kept: [], .lost: a, .hollow: []]),
        Story("removed, its folder not flushed", [.remove("f")], [.kept: nil, .lost: a, .nameless: a]),
        Story(
            "removed, its folder flushed", [.remove("f"), .flushFolder("")], [.kept: nil, .lost: nil]),
        Story(
            "replaced as it should be",
            [.create(".f.new"), .write(".f.new", offset: 0, bytes: b), .flush(".f.new"), .rename(".f.new", to: "f")],
            [.kept: b, .lost: a, .named: b, .hollow: b, .nameless: a]),
        Story(
            "replaced without a flush",
            [.create(".f.new"), .write(".f.new", offset: 0, bytes: b), .rename(".f.new", to: "f")],
            [.kept: b, .lost: a, .named: [], .hollow: zeros]),
        Story(
            "replaced, and the folder flushed",
            [
                .create(".f.new"), .write(".f.new", offset: 0, bytes: b), .flush(".f.new"), .rename(".f.new", to: "f"),
                .flushFolder(""),
            ], [.kept: b, .lost: b, .named: b]),
    ]

    private func medium(_ changes: [Change]) throws -> Medium {
        var base = MediumContent()
        base.files["f"] = Self.a
        var medium = Medium(base)
        for change in changes { try medium.make(change) }
        return medium
    }

    @Test("Each loss leaves what the rules say", arguments: stories)
    func losses(story: Story) throws {
        let medium = try medium(story.changes)
        for (loss, bytes) in story.allowed {
            #expect(medium.content(loss, story.under).files["f"] == bytes, "\(loss.text)")
        }
    }

    @Test("Seeds leave every combination of sectors, and nothing else")
    func seeds() throws {
        let medium = try medium([.write("f", offset: 0, bytes: Self.b)])
        let found = Set((0..<400).map { medium.content(.seeded($0)).files["f"] })
        let (a, b) = (Self.text("a", 512), Self.text("b", 512))
        #expect(found == [a + a, a + b, b + a, b + b])
    }

    @Test("Of two writes to a sector the later one never arrives alone")
    func order() throws {
        let medium = try medium([
            .write("f", offset: 0, bytes: Self.text("b", 256)), .write("f", offset: 256, bytes: Self.text("c", 256)),
        ])
        let found = Set((0..<400).map { medium.content(.seeded($0)).files["f"].map { Array($0[..<512]) } })
        let (a, b, c) = (Self.text("a", 256), Self.text("b", 256), Self.text("c", 256))
        #expect(found == [a + a, b + a, b + c])
    }

    @Test("Without a flushed folder any name may be there, and a renaming is whole")
    func names() throws {
        let medium = try medium([.create("g"), .rename("f", to: "h")])
        let found = Set((0..<400).map { medium.content(.seeded($0)).files.keys.sorted() })
        #expect(found == [["f"], ["f", "g"], ["h"], ["g", "h"]])
    }

    @Test("A change of what is not there is refused")
    func unknown() throws {
        var medium = try medium([])
        #expect(throws: PowerCutsError.unrecorded("x", reason: "is not known")) { try medium.make(.flush("x")) }
    }

    @Test("A case is read as it is written", arguments: [Loss.kept, .torn(sectors: 3), .seeded(77), .nameless])
    func cases(loss: Loss) throws {
        for first in [nil, Case.Cut(9, .seeded(4))] {
            let this = Case(scenario: "grub-update", first: first, cut: Case.Cut(57, loss))
            #expect(try Case(this.description) == this)
        }
    }

    @Test(
        "What is no case is refused",
        arguments: [
            "", "a:1:kept", "a:-1:kept:0", "a:1:gone:0", "a:1:kept:x", "a:1:kept:0+", "a:1:kept:0+1:kept:0+1:kept:0",
        ])
    func noCase(text: String) { #expect(throws: PowerCutsError.self) { try Case(text) } }
}
