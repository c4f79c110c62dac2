package import Platform
package import SystemPackage
package import Transfers
import Vocabulary

/// Has a process of its own look into the stick, started anew for each question.
package struct SystemStick: StickReader {
    /// How that process is started; it is told the device's kernel name and where the agent's socket is.
    package enum Starter: Sendable {
        /// `aftercare-stick@INSTANCE.service`, which calls at `stick-INSTANCE.sock` in the agent's runtime folder.
        case unit(SystemdManager)
        /// A program and its arguments, to which `INSTANCE --socket PATH` is added: for containers and virtual devices.
        case command([String])
    }

    private let product: String
    private let starter: Starter
    private let runtime: FilePath
    private let machine: FilePath
    private let limits: StickLimits

    /// `machine` is the root below which `sys` shows the disks.
    package init(
        product: String, starter: Starter, runtime: FilePath, machine: FilePath = "/",
        limits: StickLimits = StickLimits()
    ) {
        self.product = product
        self.starter = starter
        self.runtime = runtime
        self.machine = machine
        self.limits = limits
    }

    package func releases() async throws -> [StickRelease] {
        try await found().map { StickRelease(name: $0.entry.path, bytes: $0.entry.bytes) }
    }

    /// The name may leave out the product's folder and the ending.
    package func open(_ name: String?) async throws -> OpenFile {
        let found = try await found(named: name)
        guard let first = found.first else { throw StickError.nothingThere(product: product) }
        guard name != nil || found.count == 1 else { throw StickError.several(found.map(\.entry.path)) }
        let answer = try await ask(.open(path: first.entry.path), of: first.device)
        guard let file = answer.file else { throw StickError.nonsense(device: first.device) }
        return file
    }

    /// What can be opened on all sticks; one that cannot be read hides no other, unless nothing is left.
    private func found(named name: String? = nil) async throws -> [(device: String, entry: Stick.Entry)] {
        let devices = StickDevices.all(root: machine)
        guard !devices.isEmpty else { throw StickError.noStick }
        let wanted = name.map { Set([$0, "\(product)/\($0)", "\(product)/\($0).aftercare"]) }
        var found: [(String, Stick.Entry)] = []
        var trouble: (any Error)?
        for device in devices {
            do {
                for entry in try await ask(.list(product: product), of: device).entries
                where wanted?.contains(entry.path) ?? true {
                    if let refusal = entry.refusal {
                        trouble = StickError.unfit(entry.path, reason: refusal)
                    } else {
                        found.append((device, entry))
                    }
                }
            } catch {
                trouble = error
            }
        }
        if found.isEmpty, let trouble { throw trouble }
        if found.isEmpty, let name { throw StickError.noSuchRelease(name.printable(limit: 128)) }
        return found
    }

    private func ask(_ question: StickExchange.Question, of device: String) async throws -> StickExchange.Answer {
        // A number of its own, because starting a unit that has not quite ended does nothing.
        let instance = "\(device)-\(UInt32.random(in: 0...UInt32.max))"
        let socket = runtime.appending("stick-\(instance).sock")
        let starter = starter
        return try await StickExchange.ask(question, of: device, at: socket, limits: limits) {
            switch starter {
            case .unit(let manager): try await manager.start("aftercare-stick@\(instance).service")
            case .command(let words):
                let result = try await ChildProcess.run(
                    arguments: words + [instance, "--socket", socket.string], timeout: .seconds(30))
                guard !result.isSuccess else { return }
                throw StickError.noReader(device: device, reason: "'\(words.first ?? "")' ended as \(result.ending)")
            }
        }
    }
}
