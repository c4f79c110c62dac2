/// Something that a device does to its media, and what must hold wherever the power is cut meanwhile.
package protocol Scenario: Sendable {
    /// As it is chosen and as a case names it: `grub-update`.
    var name: String { get }
    /// One line for the table and the document.
    var summary: String { get }

    /// Whether a whole machine is started to judge it, or only a part of the agent.
    var isMachine: Bool { get }

    /// Does it once, uncut.
    func record() async throws -> Recording

    /// A place of one worker's own where media are judged, one after the other.
    func makeBench(_ recording: Recording) throws -> any Bench
}

/// A scenario whose device works on after a cut, so that the power can be cut again meanwhile.
package protocol Recovering: Scenario {
    /// Records what the device does from `content`, which a cut of `recording` left, until it is at rest.
    func recovery(
        from content: MediumContent, _ circumstances: Recording.Circumstances, of recording: Recording
    ) async throws -> Recording
}

/// Where what a power cut left is switched on again and held to its promises.
package protocol Bench: AnyObject {
    /// Gives what does not hold; nothing where all does.
    /// What the machine wrote about itself since the power came back, for a person who looks into one case.
    var account: String { get }

    func judge(_ content: MediumContent, _ circumstances: Recording.Circumstances) async throws -> [String]
}

extension Scenario {
    package var isMachine: Bool { true }
}
