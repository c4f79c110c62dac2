import Documents
import Foundation
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("An installation whose agent is killed", .timeLimit(.minutes(5)))
struct KillTests {
    /// How often the agent is killed.
    private static let kills = 200
    /// The longest that an agent lives, from its start on; about what an installation takes, in milliseconds.
    private static let longest = 120

    @Test("kill -9 at 200 random moments: the installation always goes on, and the slot holds the image in the end")
    func randomMoments() async throws {
        try await Device.on { device in
            let bundle = try await device.product.bundle("1.1.0")
            let image = SHA256.digest(of: try Storage().read(device.product.image("1.1.0"), limit: 1 << 30)).bytes
            var dice = Dice(seed: 2)
            var (kills, installations) = (0, 0)
            while kills < Self.kills {
                let start = device.lines.count
                async let command = device.aftercare(["install", "--no-activate", bundle.string])
                _ = try await device.enters("verifying", from: start)
                while kills < Self.kills,
                    !device.hasEntered("installed", since: start)
                {
                    try await passRandomMoment(ofAtMost: Self.longest, using: &dice)
                    if try await device.killAgent() { kills += 1 }
                }
                _ = try await device.enters("installed", from: start)
                #expect(try await command.status != 124)
                installations += 1
                #expect(try device.slots()[1] == image, "installation \(installations), after \(kills) kills")
                guard kills < Self.kills else { break }
                try await forget(device)
            }
            print("kills: \(kills), installations: \(installations)")
            let start = device.lines.count
            try await device.whenServed { try await device.aftercare(["activate"]) }
            let status = try await device.conclusion(from: start)
            #expect(status["last"]?["outcome"] == "committed")
            #expect(status["version"] == "1.1.0")
            #expect(try await device.json(["ledger", "verify"])["intact"] == true)
        }
    }

    /// Cancels what is installed and wipes the slot, so that the next installation has everything to write.
    private func forget(_ device: Device) async throws {
        let start = device.lines.count
        try await device.whenServed { try await device.aftercare(["cancel"]) }
        _ = try await device.enters("idle", from: start)
        let slot = try Storage().open(device.path("disk/rootfs-b.img"), [.write])
        try slot.truncate(to: 0)
        try slot.truncate(to: UInt64(VirtualProduct.imageLength))
    }
}
