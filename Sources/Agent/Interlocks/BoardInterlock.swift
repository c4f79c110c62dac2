import Documents
package import Hardware
package import Platform
import Synchronization
import SystemPackage
import Vocabulary

/// A reason of the clinic's that the board's profile declares: a value, a line, the therapy controller, a program.
///
/// Only the answer that was declared to mean free counts as free.
package struct BoardInterlock: Interlock {
    /// What a subject of the profile reads at this moment, as the kind of value that it is compared with.
    package typealias Look = @Sendable (BoardProfile.ValueQuestion.Subject, Reading.Value) async -> Reading

    private let declared: BoardProfile.Interlock
    private let board: Board
    private let look: Look
    private let connection: BusConnection?
    private let asking = Asking()

    /// Whether a question over the line has not come back yet; its thread may be lost in a driver.
    private final class Asking: Sendable {
        private let flag = Atomic(false)

        /// False where somebody asks already.
        func begin() -> Bool { !flag.exchange(true, ordering: .acquiringAndReleasing) }

        func end() { flag.store(false, ordering: .releasing) }
    }

    package init(
        _ declared: BoardProfile.Interlock, on board: Board, look: @escaping Look, connection: BusConnection?
    ) {
        self.declared = declared
        self.board = board
        self.look = look
        self.connection = connection
    }

    package func reasons() async -> [String] {
        switch await answer() {
        case .free: []
        case .inUse: [declared.sentence]
        case .unknown(let why): ["it cannot be told whether \(declared.sentence): \(why)"]
        }
    }

    private enum Answer: Sendable {
        case free
        case inUse
        case unknown(String)
    }

    private func answer() async -> Answer {
        switch declared.question {
        case .value(let question): judge(await look(question.subject, question.answer.example), question.answer)
        case .gpio(let question):
            judge(
                await look(.indicator(question.gpio), .number(0)), .free([.number(question.isFreeWhileActive ? 1 : 0)]))
        case .serial(let question): await ask(question)
        case .bus(let question): await ask(question)
        }
    }

    private func judge(_ reading: Reading, _ wanted: BoardProfile.ValueQuestion.Answer) -> Answer {
        guard case .good(let value) = reading else {
            return .unknown("the reading is \(reading.quality.rawValue)\(reading.reason.map { ", \($0)" } ?? "")")
        }
        switch wanted {
        case .free(let values): return values.contains(value) ? .free : .inUse
        case .inUse(let values): return values.contains(value) ? .inUse : .free
        }
    }

    /// Asks over a serial line; babble, an echo and silence are no answer.
    private func ask(_ question: BoardProfile.SerialQuestion) async -> Answer {
        guard let port = board.profile.serials.first(where: { $0.name == question.port }) else {
            return .unknown("the port '\(question.port)' is not declared")
        }
        // A driver that hangs would cost a thread with every question.
        guard asking.begin() else { return .unknown("'\(port.name)' has not come back from an earlier question") }
        let place = board.place(of: port)
        let asking = asking
        // Longer than all the waits below together: only a driver that hangs is left behind.
        let answer = await Attempt.run(within: question.timeout * 3) {
            await BlockingThread.run("interlock") { () -> Answer in
                defer { asking.end() }
                do throws(SerialError) {
                    let line = try SerialPort(place, port.settings)
                    // What still comes was no answer to this question, and who always talks gives none.
                    line.discard(.received)
                    guard try line.read(256, within: .milliseconds(20)).isEmpty else {
                        return .unknown("'\(port.name)' talks without being asked")
                    }
                    try line.write(question.ask, within: question.timeout)
                    let heard = try line.listen(for: question.free, within: question.timeout)
                    guard heard.match == nil else { return .free }
                    return heard.bytes.isEmpty ? .unknown("'\(port.name)' does not answer") : .inUse
                } catch { return .unknown(error.description) }
            }
        }
        return answer ?? .unknown("'\(port.name)' hangs")
    }

    private func ask(_ question: BoardProfile.BusQuestion) async -> Answer {
        guard let connection else { return .unknown("there is no D-Bus") }
        let endpoint = BusEndpoint(question.service, path: question.path, interface: question.interface)
        do throws(BusError) {
            let value =
                switch question.member {
                case .property(let name):
                    try await connection.property(name, of: endpoint, timeout: question.timeout)
                case .method(let name):
                    try await connection.call(name, on: endpoint, timeout: question.timeout).first
                }
            guard let said = value?.unwrapped.simple else { return .unknown("the answer is no simple value") }
            return said == question.free ? .free : .inUse
        } catch { return .unknown(error.description) }
    }
}

extension BoardProfile.ValueQuestion.Answer {
    /// One of the values that are compared: text that is no number is none where numbers are meant.
    fileprivate var example: Reading.Value {
        switch self {
        case .free(let values), .inUse(let values): values.first ?? .word("")
        }
    }
}

extension BusValue {
    /// Text, a whole number, or true or false; nil for everything else.
    fileprivate var simple: JSON? {
        switch self {
        case .boolean(let value): .bool(value)
        case .byte(let value): .integer(Int64(value))
        case .int16(let value): .integer(Int64(value))
        case .uint16(let value): .integer(Int64(value))
        case .int32(let value): .integer(Int64(value))
        case .uint32(let value): .integer(Int64(value))
        case .int64(let value): .integer(value)
        case .uint64(let value): Int64(exactly: value).map { .integer($0) }
        case .string(let text), .path(let text): .string(text)
        default: nil
        }
    }
}

extension BoardProfile.Serial {
    /// What a board's maker declared, as the port is set.
    package var settings: SerialSettings {
        var settings = SerialSettings(baud: baud)
        settings.dataBits = SerialSettings.DataBits(rawValue: dataBits) ?? .eight
        settings.parity =
            switch parity {
            case .none: .none
            case .even: .even
            case .odd: .odd
            }
        settings.stopBits = SerialSettings.StopBits(rawValue: stopBits) ?? .one
        settings.flowControl =
            switch flow {
            case .none: .none
            case .hardware: .hardware
            case .software: .software
            }
        if let rs485 {
            var direction = SerialSettings.RS485()
            direction.isRTSOnSend = rs485.isRTSHighOnSend
            direction.isRTSAfterSend = !rs485.isRTSHighOnSend
            direction.delayBeforeSend = rs485.delayBeforeSend
            direction.delayAfterSend = rs485.delayAfterSend
            direction.receivesOwn = rs485.receivesWhileSending
            settings.rs485 = direction
        }
        return settings
    }
}
