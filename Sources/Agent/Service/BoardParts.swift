import Documents
package import Hardware
import Health
import Logging
import Peripherals
import Platform
import SystemPackage
import Vocabulary

/// What the release says of the machine that it runs on: its board, and how its readings are judged.
///
/// A release that describes it wrongly can still be updated and taken back; that the board is not known then counts as in use.
struct BoardParts: Sendable {
    let board: Board?
    let plan: HealthPlan
    /// Why the board's profile is not known, where there is one.
    let trouble: (any Fault)?

    static func read(_ places: Places, storage: Storage, clock: any WallClock, log: Logger) -> BoardParts {
        guard storage.exists(places.boardProfile) else {
            return BoardParts(board: nil, plan: HealthPlan(), trouble: nil)
        }
        let profile: BoardProfile
        do { profile = try BoardProfile.read(places.boardProfile, storage: storage) } catch {
            log.error("the board is not known, continuing", metadata: ["reason": "\(error)"])
            return BoardParts(board: nil, plan: HealthPlan(), trouble: error)
        }
        let board = Board(profile: profile, root: places.hardware, clock: clock)
        do {
            let plan = try HealthPlan.read(places.healthPlan, storage: storage)
            try plan.check(against: board.indicators)
            return BoardParts(board: board, plan: plan, trouble: nil)
        } catch {
            log.error("the health plan is refused, readings are taken without it", metadata: ["reason": "\(error)"])
            return BoardParts(board: board, plan: HealthPlan(), trouble: error)
        }
    }

    /// What the board's profile declares as reasons against a restart.
    func interlocks(connection: BusConnection?, storage: Storage) -> [any Interlock] {
        guard let board else { return trouble.map { [UnknownBoardInterlock(reason: $0.description)] } ?? [] }
        let look: BoardInterlock.Look = { subject in
            switch subject {
            case .indicator(let name):
                guard let indicator = board.indicator(named: name) else { return .absent }
                return await board.read([indicator]).first?.reading ?? .absent
            case .file(let path): return await Self.read(board.root.appending(path.components), storage)
            }
        }
        return board.profile.interlocks.map {
            BoardInterlock($0, on: board, look: look, connection: connection)
        }
    }

    /// The microcontrollers that are updated with their host.
    func peripherals(storage: Storage) -> any PeripheralCrew {
        guard let board, !board.profile.peripherals.isEmpty else { return NoPeripherals() }
        return BoardPeripherals(
            board.profile.peripherals.compactMap { Peripheral($0, on: board) }, storage: storage)
    }

    /// The number or word in a file of the kernel's; a read that hangs is left behind.
    private static func read(_ file: FilePath, _ storage: Storage) async -> Reading {
        guard storage.exists(file) else { return .absent }
        let text = await Attempt.run(within: .seconds(2)) {
            await BlockingThread.run("interlock") { () -> Result<String, StorageError> in
                Result { () throws(StorageError) in
                    String(decoding: try storage.read(file, limit: 4096), as: UTF8.self).trimmed
                }
            }
        }
        switch text {
        case nil: return .unreadable(reason: "'\(file)' was not read within 2 s")
        case .failure(let error)?: return .unreadable(reason: error.description)
        case .success("")?: return .unreadable(reason: "'\(file)' is empty")
        case .success(let word)?: return .good(Double(word).map { .number($0) } ?? .word(word))
        }
    }
}

/// Holds while it is not known what the board declares.
private struct UnknownBoardInterlock: Interlock {
    let reason: String

    func reasons() async -> [String] { ["it is not known what this board declares: \(reason)"] }
}

extension Board: IndicatorSource {
    /// Where the device file of a port is on this machine.
    func place(of port: BoardProfile.Serial) -> FilePath { root.appending(port.path.components) }
}
