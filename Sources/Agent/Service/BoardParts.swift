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
    func interlocks(connection: BusConnection?) -> [any Interlock] {
        guard let board else { return trouble.map { [UnknownBoardInterlock(reason: $0.description)] } ?? [] }
        let look: BoardInterlock.Look = { subject, kind in
            switch subject {
            case .indicator(let name):
                guard let indicator = board.indicator(named: name) else { return .absent }
                return await board.read([indicator]).first?.reading ?? .absent
            case .file(let path): return await board.read(path, as: kind)
            }
        }
        return board.profile.interlocks.map {
            BoardInterlock($0, on: board, look: look, connection: connection)
        }
    }

    /// The rate in baud of the port that technicians connect to, where the board has one of its own.
    var serviceRate: Int? { board?.profile.serials.first { $0.role == .service }?.baud }

    /// The microcontrollers that are updated with their host.
    func peripherals(storage: Storage) -> any PeripheralCrew {
        guard let board, !board.profile.peripherals.isEmpty else { return NoPeripherals() }
        return BoardPeripherals(
            board.profile.peripherals.compactMap { Peripheral($0, on: board) }, storage: storage)
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
