import Agent
import BootControl
import Documents
import Platform
import SystemPackage
import TestSupport
import Vocabulary

extension Seeds {
    /// The project's own boards, what its documents show, and what our own scan writes.
    static func profiles(_ ground: Ground) throws -> [[UInt8]] {
        let storage = ground.storage
        let boards = ProjectFolder.file("boards")
        var seeds: [[UInt8]] = []
        for name in try storage.names(in: boards).sorted() {
            seeds.append([0] + (try storage.read(boards.appending(name), limit: 1 << 20)))
        }
        let documents: [(UInt8, String)] = [
            (0, "hardware"), (1, "health"), (2, "self-tests"), (3, "operations"), (3, "boot-control"), (3, "trust"),
            (3, "heartbeats"), (3, "change-control"), (3, "console"), (3, "integrity"), (4, "peripherals"),
        ]
        for (kind, name) in documents {
            let text = try storage.read(ProjectFolder.file("docs/\(name).md"), limit: 1 << 20)
            seeds += examples(in: String(decoding: text, as: UTF8.self)).map { [kind] + Array($0.utf8) }
        }
        // Together they are a whole configuration.
        seeds.append([3] + Array(configuration.utf8))
        return seeds
    }

    /// What stands in a document between the signs of an example in TOML.
    private static func examples(in text: String) -> [String] {
        var (examples, current) = ([String](), [Substring]?.none)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                if let lines = current { examples.append(lines.joined(separator: "\n") + "\n") }
                current = current == nil && line == "```toml" ? [] : nil
            } else {
                current?.append(line)
            }
        }
        return examples
    }

    private static let configuration = """
        [device]
        id = "IP4-000417"
        product = "infusion-pump"
        hardware = "rev-c"

        [[slots]]
        set = "A"
        image = "rootfs"
        device = "/dev/mmcblk2p2"

        [[slots]]
        set = "B"
        image = "rootfs"
        device = "/dev/mmcblk2p3"

        [boot]
        loader = "grub"
        slot-sets = ["A", "B"]
        environment = "/boot/grub/grubenv"

        [trust]
        required = ["software", "quality", "regulatory"]
        roles.software.anchors = ["software.pem"]
        roles.quality.anchors = ["quality.pem"]
        roles.regulatory.anchors = ["regulatory.pem"]

        [update]
        soak-seconds = 60

        [service]
        attempts = 5

        """

    /// Environments as our own writers leave them after an activation, a commit and an abandonment.
    static func environments(_ ground: Ground) throws -> [[UInt8]] {
        let sets: [SlotSet] = [.a, .b]
        var seeds: [[UInt8]] = []
        func copies() throws(StorageError) -> [[UInt8]] {
            try ["grubenv", "one", "two"].map { (name) throws(StorageError) in
                ground.storage.exists(ground.path(name)) ? try ground.storage.read(ground.path(name), limit: 4096) : []
            }
        }
        let places = ["one", "two"].map { UBootEnvironment.Copy(path: ground.path($0), offset: 0, size: 1024) }
        let loaders: [BootConfiguration.Loader] = [
            .grub(environment: ground.path("grubenv")), .uboot(.single(places[0])),
            .uboot(.redundant(places[0], places[1])),
        ]
        for (kind, loader) in loaders.enumerated() {
            let configuration = BootConfiguration(loader: loader, slotSets: sets)
            try configuration.createEnvironment(confirmed: .a, storage: ground.storage)
            let control = configuration.control(storage: ground.storage)
            for step in 0..<3 {
                if step == 1 { try control.activate(.b) }
                if step == 2 { try control.commit(.b) }
                let now = try copies()
                switch kind {
                case 0:
                    seeds.append([64] + now[0])
                    let text = now[0].dropFirst(25).prefix { $0 != UInt8(ascii: "#") }
                    seeds.append([68] + text + Array("saved=1\n".utf8))
                case 1:
                    seeds.append([65, 0, 4] + now[1])
                    seeds.append([69, 0xFC, 3] + now[1].dropFirst(4))
                default:
                    seeds.append([66, 0, 4] + now[1] + now[2])
                    seeds.append([70, 0xFC, 3] + now[1].dropFirst(4) + now[2].dropFirst(4))
                }
            }
        }
        return seeds
    }

    static func databases(_ ground: Ground) throws -> [[UInt8]] {
        let facts = [
            "lifecycle", "slot.A", "slot.B", "holds", "acknowledgements", "findings", "configuration", "security-floor",
            "watermark", "news-told", "boots", "trial-began", "service.access", "ledger-sequence",
        ]
        func row(_ table: UInt8, _ name: String, _ text: [UInt8]) -> [UInt8] {
            [table, UInt8(name.utf8.count)] + Array(name.utf8)
                + [UInt8(text.count & 255), UInt8(text.count >> 8)] + text
        }
        let states = Templates.states.map(\.canonicalBytes)
        let lifecycles = states.map { [1] + row(0, "lifecycle", $0) }
        let others = facts.enumerated().map { number, name in
            [1] + row(0, name, states[(number + 17) % states.count]) + row(2, "u\(number)", states[number])
                + row(3, "u\(number)", states[number])
        }
        return lifecycles + others + [[0], [0, 0, 100, 0, 4], [1] + row(0, "security-floor", Array("3".utf8))]
    }
}
