import BootControl
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("GRUB's environment block, against grub-editenv")
struct GRUBEnvironmentTests {
    private let folder: TemporaryFolder
    private let path: FilePath
    private let names = ["ORDER", "CONFIRMED", "A_OK", "A_TRY", "A_LEFT"]

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("grubenv")
    }

    private var environment: GRUBEnvironment { GRUBEnvironment(path: path, storage: Storage()) }

    @discardableResult
    private func editenv(_ arguments: String...) throws -> String {
        let result = try Tool.run(["grub-editenv", path.string] + arguments)
        try #require(result.status == 0, "grub-editenv (package grub-common): \(result.error)")
        return result.text
    }

    private func randomValue(_ numbers: inout Dice) -> String {
        let letters = Array(#"abc XYZ019_=#\\'"$;.,äß"# + "\n")
        return String(
            (0..<Int.random(in: 0...12, using: &numbers)).map { _ in letters.randomElement(using: &numbers) ?? "a" })
    }

    @Test("Random variables that grub-editenv sets and unsets are what we read")
    func reads() throws {
        var numbers = Dice(seed: 1)
        for _ in 0..<60 {
            try editenv("create")
            var wanted: BootVariables = [:]
            for _ in 0..<8 {
                let name = (names + ["saved_entry", "boot_success"]).randomElement(using: &numbers) ?? "ORDER"
                if Bool.random(using: &numbers) || Bool.random(using: &numbers) {
                    let value = randomValue(&numbers)
                    try editenv("set", "\(name)=\(value)")
                    wanted[name] = value
                } else {
                    try editenv("unset", name)
                    wanted[name] = nil
                }
            }
            #expect(try environment.read(names + ["saved_entry", "boot_success"]) == wanted)
        }
    }

    @Test("Random variables that we set are what grub-editenv lists, and foreign ones stay as they were")
    func writes() throws {
        var numbers = Dice(seed: 2)
        for _ in 0..<60 {
            try editenv("create")
            var foreign: [String] = []
            for index in 0..<Int.random(in: 0...3, using: &numbers) {
                // `list` prints a newline in a value as it is, so lines are compared without one.
                foreign.append("other\(index)=\(randomValue(&numbers).filter { $0 != "\n" })")
                try editenv("set", foreign[index])
            }
            var wanted: BootVariables = [:]
            for _ in 0..<4 {
                for name in names {
                    wanted[name] = Bool.random(using: &numbers) ? randomValue(&numbers).filter { $0 != "\n" } : nil
                }
                try environment.change(names) { _ in wanted }
                let listed = try editenv("list").split(separator: "\n").map(String.init)
                #expect(listed.sorted() == (wanted.map { "\($0)=\($1)" } + foreign).sorted())
                #expect(try environment.read(names) == wanted)
                #expect(try folder.read("grubenv").count == 1024)
            }
        }
    }

    @Test("Only the first sector changes while foreign variables reach far into the second")
    func firstSector() throws {
        try editenv("create")
        for name in names { try editenv("set", "\(name)=1") }
        for index in 0..<7 { try editenv("set", "other\(index)=\(String(repeating: "v", count: 90))") }
        let foreign = try editenv("list").split(separator: "\n").filter { $0.hasPrefix("other") }
        let before = try folder.read("grubenv")
        // Shorter, missing, and as long as before again.
        for value in ["", nil, "1"] {
            try environment.change(names) { variables in
                var changed = variables
                changed["ORDER"] = value
                changed["A_OK"] = value
                return changed
            }
            #expect(try folder.read("grubenv")[512...] == before[512...])
            #expect(try editenv("list").split(separator: "\n").filter { $0.hasPrefix("other") } == foreign)
            #expect(try environment.read(["ORDER"])["ORDER"] == value)
        }
        #expect(try folder.read("grubenv").count == 1024)
    }

    @Test("Without room in the first sector a change is refused and nothing is written")
    func full() throws {
        try editenv("create")
        for index in 0..<7 { try editenv("set", "other\(index)=\(String(repeating: "v", count: 90))") }
        let before = try folder.read("grubenv")
        #expect(
            faultCode { try environment.change(names) { _ in ["ORDER": String(repeating: "A ", count: 60)] } }
                == FaultCode(2206))
        #expect(try folder.read("grubenv") == before)
    }

    @Test("Variables of ours behind the first sector are refused, for a cut could tear them")
    func scattered() throws {
        try editenv("create")
        for index in 0..<5 { try editenv("set", "other\(index)=\(String(repeating: "v", count: 90))") }
        try editenv("set", "ORDER=A B")
        #expect(throws: BootControlError.scattered(path, name: "ORDER")) {
            try environment.change(names) { _ in ["ORDER": "B A"] }
        }
    }

    @Test("The file is the same file after a change: GRUB keeps the list of its blocks")
    func inPlace() throws {
        try editenv("create")
        let inode = try Tool.run(["stat", "-c", "%i", path.string]).text
        try environment.change(names) { _ in ["ORDER": "A B"] }
        #expect(try Tool.run(["stat", "-c", "%i", path.string]).text == inode)
    }

    @Test(
        "What is no environment block is refused with its own code and left as it is",
        arguments: [
            ([], 2204), (Array(repeating: 0x23, count: 1023), 2204), (Array(repeating: 0x23, count: 1025), 2204),
            (Array(repeating: 0, count: 1024), 2205), (Array(repeating: 0x23, count: 1024), 2205),
            (Array(("# GRUB Environment Block\nORDER=" + String(repeating: "A", count: 993)).utf8), 2205),
            (Array(("# GRUB Environment Block\n" + String(repeating: "\\", count: 999)).utf8), 2205),
        ] as [([UInt8], Int)])
    func corrupt(bytes: [UInt8], code: Int) throws {
        try folder.write("grubenv", bytes)
        for body in [{ _ = try environment.read(names) }, { try environment.change(names) { _ in ["ORDER": "A"] } }] {
            #expect(faultCode(body) == FaultCode(code))
        }
        #expect(try folder.read("grubenv") == bytes)
    }

    @Test("A missing file is an error of its own, and is not made")
    func missing() throws {
        #expect(faultCode { try environment.change(names) { _ in ["ORDER": "A"] } } == FaultCode(2201))
        #expect(!Storage().exists(path))
    }

    @Test("Random bytes are refused or read, never a trap")
    func garbage() throws {
        var numbers = Dice(seed: 3)
        let alphabet = Array("AB=_\n\\#O \0".utf8)
        for _ in 0..<2000 {
            var bytes = Array("# GRUB Environment Block\n".utf8)
            while bytes.count < 1024 { bytes.append(alphabet.randomElement(using: &numbers) ?? 0) }
            try folder.write("grubenv", bytes)
            let code = faultCode {
                _ = try environment.read(names)
                try environment.change(names) { _ in ["ORDER": "A B"] }
                #expect(try environment.read(names) == ["ORDER": "A B"])
            }
            #expect([nil, FaultCode(2205), FaultCode(2206), FaultCode(2211)].contains(code))
        }
    }
}
