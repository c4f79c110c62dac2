import Bundles
import Documents
import Installation
import Ledger
import Logging
import Peripherals
import Platform
import Synchronization
import SystemPackage
import Vocabulary

// A peripheral's firmware comes as an image of the bundle. It is written and read back like every other image, into a slot that
// is a file of ours: so the bundle is read once, an interrupted installation resumes, and the way back needs no bundle.
extension Agent {
    /// The largest firmware that is taken for a peripheral; microcontrollers have far less.
    private static let firmwareLimit: UInt64 = 64 << 20
    /// How long the way back is tried before the device says that a peripheral needs a technician.
    private static let takeBackTries = 8

    /// The slots of all images: those of the host, and the files of its peripherals.
    func slotPaths(of set: SlotSet) -> [String: FilePath] {
        configuration.paths(of: set).merging(
            machine.peripherals.members.map { ($0.image, firmware($0.image, of: set)) }
        ) { host, _ in host }
    }

    private func firmware(_ image: String, of set: SlotSet) -> FilePath {
        configuration.places.peripheralFirmware(set).appending(image)
    }

    /// What an update has to do for peripherals, in their declared order.
    func peripheralChanges(in manifest: Manifest) -> [PeripheralChange] {
        let images = Set(manifest.images.map(\.name))
        return machine.peripherals.members.filter { images.contains($0.image) }
            .map { PeripheralChange(peripheral: $0.peripheral) }
    }

    /// Makes room for each peripheral's image, of exactly its size: the file ends where the firmware does.
    func preparePeripheralSlots(_ manifest: Manifest, of set: SlotSet) throws {
        let posts = machine.peripherals.members
        for image in manifest.images where posts.contains(where: { $0.image == image.name }) {
            try storage.createFolder(configuration.places.peripheralFirmware(set))
            let file = try storage.open(firmware(image.name, of: set), [.read, .write, .create])
            if try file.size() != image.size { try file.truncate(to: image.size) }
            // Its name must last before the ledger says that the image is there.
            try storage.flushFolder(configuration.places.peripheralFirmware(set))
        }
    }

    /// Which images of a bundle are the host's; a peripheral's must not be larger than any is.
    nonisolated func hostImages(_ manifest: Manifest) throws(AgentError) -> [ImageDescription] {
        let peripheral = Set(machine.peripherals.members.map(\.image))
        // It would go to one of both, and the other would be said to have it.
        if let image = configuration.slots.map(\.image).first(where: peripheral.contains) { throw .imageOfTwo(image) }
        for image in manifest.images where peripheral.contains(image.name) && image.size > Self.firmwareLimit {
            throw .firmwareTooLarge(
                image: image.name, size: ByteCount(image.size), limit: ByteCount(Self.firmwareLimit))
        }
        return manifest.images.filter { !peripheral.contains($0.name) }
    }

    func upload(_ update: Update) async {
        let (board, evidence) = (progress, Evidence(update.offer.id))
        board.begin()
        defer { board.end() }
        do throws(FaultReport) {
            let changes = try await machine.peripherals.upload(
                orders(of: update), cancellation: cancellation,
                progress: { board.update(InstallProgress(phase: .uploading, done: $0, total: $1, skipped: 0)) },
                step: evidence.note)
            guard case .upload(update) = state.action else { return }
            let content = records.content(of: update.target)?.running(changes.compactMap(\.pairAfter))
            if let content { try? records.setContent(content, of: update.target) }
            var details: [String: JSON] = ["slotSet": .string(update.target.name)]
            details["content"] = content?.json
            if !follow(.uploaded(changes), details: details, evidence: evidence.events) { await pause(.seconds(10)) }
        } catch {
            record(evidence.events)
            // Being stopped is no verdict: the upload is gone on with at the next start, from where the peripheral says.
            if !isStopped { end(with: error) }
        }
    }

    private func orders(of update: Update) -> [PeripheralOrder] {
        let known = records.content(of: update.target)?.peripherals ?? [:]
        let images = Dictionary(
            machine.peripherals.members.map { ($0.peripheral, $0.image) }, uniquingKeysWith: { first, _ in first })
        return update.peripherals.map { change in
            let file = images[change.peripheral].map { firmware($0, of: update.target) }
            return PeripheralOrder(
                peripheral: change.peripheral, file: file.flatMap { storage.exists($0) ? $0 : nil },
                release: known[change.peripheral] ?? change.after)
        }
    }

    func switchPeripherals(_ update: Update) async {
        let left = secondsLeft(of: update)
        guard left > 0 else {
            follow(.deadlinePassed)
            return
        }
        let evidence = Evidence(update.offer.id)
        do throws(FaultReport) {
            try await machine.peripherals.switchOver(
                update.peripherals, within: .seconds(left), cancellation: cancellation, step: evidence.note)
            guard case .switchPeripherals(update) = state.action else { return record(evidence.events) }
            if !follow(.switched, evidence: evidence.events) { await pause(.seconds(10)) }
        } catch {
            // What was done to a peripheral is written down, whatever became of the update meanwhile.
            guard case .switchPeripherals(update) = state.action, !isStopped else { return record(evidence.events) }
            follow(.peripheralsFailed, details: ["fault": error.json], evidence: evidence.events)
        }
    }

    /// The last look before the commit: a peripheral that went back by itself while the release soaked fails the trial.
    func confirmPeripherals(_ update: Update) async -> FaultReport? {
        guard !update.peripherals.isEmpty else { return nil }
        let evidence = Evidence(update.offer.id)
        defer { record(evidence.events) }
        do throws(FaultReport) {
            try await machine.peripherals.confirm(
                update.peripherals, cancellation: cancellation, step: evidence.note)
            return nil
        } catch { return error }
    }

    /// Takes the peripherals back, last first; gives up on those that do not come after many tries, and says so.
    ///
    /// Gives false where it shall be tried again.
    func takeBackPeripherals(_ update: Update) async -> Bool {
        let changes = update.peripherals.filter { $0.before != nil }
        guard !changes.isEmpty else { return true }
        let evidence = Evidence(update.offer.id)
        let failures = await machine.peripherals.takeBack(
            changes, cancellation: cancellation, step: evidence.note)
        takeBackAttempts += 1
        if failures.isEmpty || takeBackAttempts == 1 || takeBackAttempts >= Self.takeBackTries {
            record(evidence.events)
        }
        trouble = failures.first
        for failure in failures {
            log.error("a peripheral could not be taken back", metadata: ["reason": "\(failure.reason)"])
        }
        return failures.isEmpty || takeBackAttempts >= Self.takeBackTries
    }
}

/// The steps of one call, gathered from its thread as entries for the ledger.
private final class Evidence: Sendable {
    private let update: String
    private let steps = Mutex<[PeripheralStep]>([])

    init(_ update: String) { self.update = update }

    @Sendable
    func note(_ step: PeripheralStep) {
        // How far an upload is, is shown and not recorded.
        if case .uploading = step.kind { return }
        steps.withLock { $0.append(step) }
    }

    var events: [LedgerEvent] {
        steps.withLock { steps in
            steps.map { LedgerEvent(.peripheralStep, ["update": .string(update), "step": $0.json]) }
        }
    }
}

extension PeripheralStep {
    var json: JSON {
        var members: [String: JSON] = ["peripheral": .string(peripheral), "action": .string(word)]
        switch kind {
        case .found(let hash), .uploaded(let hash), .marked(let hash), .confirmed(let hash), .takenBack(let hash):
            members["hash"] = .string(hash.hex)
        case .running(let hash, let version):
            members["hash"] = .string(hash.hex)
            members["version"] = .string(version)
        case .failed(let error): members["fault"] = FaultReport(error).json
        case .uploading, .restarted: break
        }
        return .object(members)
    }
}

extension PeripheralChange {
    var pairBefore: (String, PeripheralRelease)? { before.map { (peripheral, $0) } }
    var pairAfter: (String, PeripheralRelease)? { after.map { (peripheral, $0) } }
}
