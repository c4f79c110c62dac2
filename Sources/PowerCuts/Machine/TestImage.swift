import Platform
import Synchronization
import TestSupport
import Vocabulary

/// What a slot holds in the tests of the agent: an image that says how it behaves and can tell whether it is whole.
package struct TestImage: Equatable, Sendable {
    package enum Behaviour: String, Sendable {
        /// Its self-test passes.
        case good
        /// Its self-test fails.
        case failing
        /// Its self-test is tried over and over and never passes.
        case never
        /// It declares no self-test.
        case unproved
        /// The boot loader cannot start it.
        case dead
    }

    package let version: String
    package let behaviour: Behaviour

    private static let head = 4096
    package static let byteCount = 160 << 10

    /// What was made once; the making is slow.
    private static let made = Mutex<[String: [UInt8]]>([:])

    /// A head that says what it is, text, noise that no two versions share, zeros, and the digest of all that.
    package var bytes: [UInt8] {
        let name = "\(version) \(behaviour)"
        if let bytes = Self.made.withLock({ $0[name] }) { return bytes }
        let bytes = make()
        Self.made.withLock { $0[name] = bytes }
        return bytes
    }

    private func make() -> [UInt8] {
        var bytes = Array("\(version) \(behaviour.rawValue)\n".utf8)
        bytes += [UInt8](repeating: 0, count: Self.head - bytes.count)
        let line = Array("the pump \(version) holds its rate within two percent of what is set\n".utf8)
        bytes += (0..<(60 << 10)).map { line[$0 % line.count] }
        var dice = Dice(seed: UInt64(truncatingIfNeeded: version.utf8.reduce(7) { $0 &* 31 &+ Int($1) }))
        bytes += (0..<(32 << 10)).map { _ in UInt8.random(in: 0...255, using: &dice) }
        bytes += [UInt8](repeating: 0, count: Self.byteCount - 4096 - bytes.count)
        let digest = SHA256.digest(of: bytes)
        return bytes + digest.bytes + [UInt8](repeating: 0, count: 4096 - digest.bytes.count)
    }

    package init(_ version: String, _ behaviour: Behaviour = .good) {
        self.version = version
        self.behaviour = behaviour
    }

    /// Nil where the bytes are no whole image.
    package init?(bytes: [UInt8]) {
        let words = String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self).split(separator: " ")
        guard bytes.count == Self.byteCount, words.count == 2, let behaviour = Behaviour(rawValue: String(words[1]))
        else { return nil }
        self.init(String(words[0]), behaviour)
        let content = Array(bytes[..<(Self.byteCount - Self.head)])
        guard bytes[content.count...].starts(with: SHA256.digest(of: content).bytes) else { return nil }
    }
}
