import Fuzzing
import Platform
import SystemPackage
import TestSupport
import Testing

@Suite("The doors")
struct DoorTests {
    /// How many changed inputs each door gets here; scripts/fuzz gives them millions.
    private static let counts: [Door: Int] = [
        .database: 8, .ledger: 40, .bundle: 40, .rulePack: 60, .signedDocument: 60,
    ]
    private static let usualCount = 250

    @Test("A door takes what our own tools make, and hundreds of changes to it", arguments: Door.allCases)
    func changes(door: Door) async throws {
        let broken = try await BlockingThread.run("door") { () throws -> [String] in
            let folder = try TemporaryFolder(inMemory: true)
            let entrance = try door.entrance(in: folder.path)
            let seeds = try Seeds.seeds(of: door)
            var broken = seeds.compactMap { Self.broken(by: $0, at: entrance) }
            var dice = Dice(seed: 1)
            for _ in 0..<(Self.counts[door] ?? Self.usualCount) {
                guard var input = seeds.randomElement(using: &dice), let other = seeds.randomElement(using: &dice)
                else { return ["there are no seeds"] }
                for _ in 0...Int.random(in: 0..<4, using: &dice) { Mutation.change(&input, other, &dice) }
                broken += [Self.broken(by: input, at: entrance)].compactMap { $0 }
            }
            return broken
        }
        #expect(broken.isEmpty, "\(broken.prefix(3))")
    }

    @Test("What broke a door once does so no more", arguments: Door.allCases)
    func findings(door: Door) async throws {
        let kept = ProjectFolder.file("Tests/FuzzingTests/Findings").appending(door.rawValue)
        guard Storage().exists(kept) else { return }
        let broken = try await BlockingThread.run("door") { () throws -> [String] in
            let folder = try TemporaryFolder(inMemory: true)
            let entrance = try door.entrance(in: folder.path)
            return try Storage().names(in: kept).sorted().compactMap { name in
                let input = try Storage().read(kept.appending(name), limit: 1 << 20)
                return Self.broken(by: input, at: entrance).map { "\(name): \($0)" }
            }
        }
        #expect(broken.isEmpty, "\(broken)")
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

    /// What an input broke, with its beginning; nil for nothing.
    ///
    /// A trap ends the whole run.
    private static func broken(by input: [UInt8], at entrance: any Entrance) -> String? {
        do throws(FuzzingError) { try entrance.enter(input) } catch {
            return "\(error) by \(input.count) bytes: \(input.prefix(400))"
        }
        return nil
    }
}

/// Changes to an input such as noise, a hand, or a fuzzer makes them.
private enum Mutation {
    static func change(_ input: inout [UInt8], _ other: [UInt8], _ dice: inout Dice) {
        let place = Int.random(in: 0...max(0, input.count - 1), using: &dice)
        guard !input.isEmpty else {
            input = other
            return
        }
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
