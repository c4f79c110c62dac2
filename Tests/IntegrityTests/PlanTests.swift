import Documents
import Integrity
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("The plan of measurements")
struct PlanTests {
    @Test("Everything that a plan can say is read")
    func whole() throws {
        let plan = try IntegrityPlan(
            """
            images = ["rootfs"]
            interval-hours = 6
            rate-mib = 4
            [[file]]
            path = "/etc/machine-info"
            sha256 = "\(SHA256.digest(of: []).hex)"
            mode = "0640"
            uid = 0
            gid = 5
            [[file]]
            path = "/etc/localtime"
            target = "/usr/share/zoneinfo/UTC"
            [[tree]]
            path = "/etc/aftercare"
            exclude = ["*.bak", "cache/*"]
            [packages]
            dpkg = "/var/lib/dpkg/status"
            """)
        #expect(plan.images == .named(["rootfs"]))
        #expect(plan.interval == .seconds(21600))
        #expect(plan.rate == 4 << 20)
        #expect(plan.packages == "/var/lib/dpkg/status")
        #expect(plan.files.first?.expected.mode == 0o640)
        #expect(plan.files.first?.expected.group == 5)
        #expect(plan.files.last?.expected.kind == .link)
        #expect(plan.trees.first?.exclusions.count == 2)
        #expect(try IntegrityPlan("").images == .all)
        #expect(try IntegrityPlan("images = []").images == .named([]))
    }

    @Test(
        "What cannot be meant is refused",
        arguments: [
            "[[file]]\npath = \"etc/relative\"", "[[file]]\npath = \"/etc/../shadow\"", "[[file]]\nmode = \"0644\"",
            "[[file]]\npath = \"/a\"\nmode = \"0999\"", "[[file]]\npath = \"/a\"\nmode = 644",
            "[[file]]\npath = \"/a\"\nsha256 = \"00\"", "[[file]]\npath = \"/a\"\nuid = -1",
            "[[tree]]\npath = \"/a\"\nexclude = [\"/abs\"]", "[[tree]]\npath = \"/a\"\nexclude = [\"\"]",
            "[[tree]]\npath = \"/a\"\nfollow = true", "interval-hours = 0", "rate-mib = 0", "images = \"all\"",
            "[packages]\nrpm = \"/var/lib/rpm\"", "unknown = 1",
            "[[file]]\npath = \"/a\"\ntarget = \"/b\"\nsha256 = \"\(String(repeating: "0", count: 64))\"",
        ])
    func refused(_ text: String) {
        #expect(throws: DocumentError.self) { try IntegrityPlan(text) }
    }

    @Test("A release without a plan has none, and one that is no text is refused")
    func files() throws {
        let folder = try TemporaryFolder()
        #expect(try IntegrityPlan.read(folder.file("integrity.toml"), storage: Storage()) == nil)
        let file = try folder.write("integrity.toml", [0xFF, 0xFE])
        #expect(throws: IntegrityError.notText(file)) { try IntegrityPlan.read(file, storage: Storage()) }
    }

    @Test(
        "A pattern without '/' is about names, one with it about paths, and '*' stops at '/'",
        arguments: [
            ("*.bak", "x.bak", true), ("*.bak", "deep/in/x.bak", true), ("*.bak", "x.bak2", false),
            ("cache/*", "cache/x", true), ("cache/*", "cache/x/y", false), ("cache/*", "a/cache/x", false),
            ("a*b*c", "aXbYc", true), ("a*b*c", "abbbbbbbbb", false), ("*", "anything", true), ("**", "x", true),
            ("logs", "logs", true), ("logs", "my/logs", true), ("logs", "logs2", false), ("*/x", "a/x", true),
            ("*/x", "a/b/x", false),
        ])
    func patterns(_ pattern: String, _ path: String, _ holds: Bool) throws {
        let name = path.split(separator: "/").last.map { Array($0.utf8) } ?? []
        #expect(try #require(NamePattern(pattern)).holds(name: name, path: Array(path.utf8)) == holds)
    }
}
