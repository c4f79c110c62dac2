import Fuzzing
import Platform
import SystemPackage
import TestSupport
import Testing

@Suite("The doors")
struct DoorTests {
    /// How many changed inputs each door gets here; scripts/fuzz gives them millions.
    private static let counts: [Door: Int] = [.database: 8, .ledger: 40, .bundle: 40, .rulePack: 60, .signedDocument: 60]
    private static let usualCount = 250

    @Test("A door takes what our own tools make, and thousands of changes to it", arguments: Door.allCases)
    func changes(door: Door) async throws {
        try await BlockingThread.run("door") {
            let folder = try TemporaryFolder(inMemory: true)
            let entrance = try door.entrance(in: folder.path)
            let seeds = try Seeds.seeds(of: door)
            try #require(!seeds.isEmpty)
            for seed in seeds { try Self.enter(seed, entrance) }
            var dice = Dice(seed: 1)
            for _ in 0..<(Self.counts[door] ?? Self.usualCount) {
                guard var input = seeds.randomElement(using: &dice), let other = seeds.randomElement(using: &dice)
                else { return }
                for _ in 0...Int.random(in: 0..<4, using: &dice) { Mutation.change(&input, other, &dice) }
                try Self.enter(input, entrance)
            }
        }
    }

    @Test("What broke a door once does so no more", arguments: Door.allCases)
    func findings(door: Door) async throws {
        let kept = ProjectFolder.file("Tests/FuzzingTests/Findings").appending(door.rawValue)
        guard Storage().exists(kept) else { return }
        try await BlockingThread.run("door") {
            let folder = try TemporaryFolder(inMemory: true)
            let entrance = try door.entrance(in: folder.path)
            for name in try Storage().names(in: kept).sorted() {
                try Self.enter(try Storage().read(kept.appending(name), limit: 1 << 20), entrance)
            }
        }
    }

    @Test("Every folder of findings is that of a door")
    func findingsHaveDoors() throws {
        let names = try Storage().names(in: ProjectFolder.file("Tests/FuzzingTests/Findings"))
        #expect(names.allSatisfy { Door(rawValue: $0) != nil })
        #expect(!names.isEmpty)
    }

    @Test("A door that is not there is refused by its name")
    func unknown() {
        #expect(throws: FuzzingError.unknownDoor("window")) { try Door(named: "window") }
    }

    /// A trap would end the whole run, so the input is told before it could.
    private static func enter(_ input: [UInt8], _ entrance: any Entrance) throws {
        do throws(FuzzingError) { try entrance.enter(input) } catch {
            Issue.record("\(error) (\(input.count) bytes: \(input.prefix(400)))")
        }
    }
}

/// Changes to an input such as noise, a hand, or a fuzzer makes them.
private enum Mutation {
    static func change(_ input: inout [UInt8], _ other: [UInt8], _ dice: inout Dice) {
        let place = Int.random(in: 0...max(0, input.count - 1), using: &dice)
        guard !input.isEmpty else { return input = other }
        switch Int.random(in: 0..<7, using: &dice) {
        case 0: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
        case 1: input[place] = UInt8.random(in: 0...255, using: &dice)
        case 2: input.insert([0, 0xFF, 0x7F, 0x80, 0x22, 0x5B].randomElement(using: &dice) ?? 0, at: place)
        case 3: input.removeSubrange(place..<min(input.count, place + Int.random(in: 1...16, using: &dice)))
        case 4: input.removeSubrange(place...)
        case 5:
            let start = Int.random(in: 0...max(0, other.count - 1), using: &dice)
            input.insert(contentsOf: other[start..<min(other.count, start + 64)], at: place)
        default: input[0] = UInt8.random(in: 0...255, using: &dice)
        }
    }
}
