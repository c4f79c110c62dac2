import BootControl
package import Documents
import Installation
import Platform
import SystemPackage
import Vocabulary

extension Agent {
    /// Everything that `aftercare status` and the D-Bus properties show.
    package func status() -> JSON {
        var members: [String: JSON] = [
            "state": .string(state.name), "product": .string(configuration.device.product),
            "device": .string(configuration.device.id), "hardware": .string(configuration.device.hardware),
            "version": .string(running.version.description), "slotSet": .string(running.slotSet.name),
            "boot": .string(running.boot), "securityFloor": .integer(securityFloor),
            "time": .string(records.now.description),
        ]
        members["update"] = state.update?.json
        members["offer"] = state.offer?.json
        if case .waiting(_, let wait) = state {
            members["heldBy"] = .strings(wait.reasons)
            members["waitingSince"] = wait.since.map { .string($0.description) }
            members["waitedLong"] = .bool(wait.isLong)
        }
        if case .rollingBack(_, let cause, _) = state { members["cause"] = .string(cause.rawValue) }
        if case .idle(let last?) = state { members["last"] = last.json }
        members["trouble"] = trouble?.json
        members["findings"] = .array(allFindings)
        members["configuration"] = .string(configurationWord)
        members["progress"] = progress.reading?.json
        return .object(members)
    }

    /// The slot sets, what each holds and what the boot loader thinks of it.
    package func slots() -> JSON {
        let status = try? boot.status()
        let sets = configuration.loader.slotSets.map { set -> JSON in
            var members: [String: JSON] = [
                "set": .string(set.name), "running": .bool(set == running.slotSet),
                "images": .array(
                    configuration.slots.filter { $0.set == set }.map { slot in
                        ["image": .string(slot.image), "device": .string(slot.path.string)]
                    }),
            ]
            if let status {
                members["confirmed"] = .bool(status.confirmed == set)
                members["trial"] = .bool(status.trial == set)
                members["bootable"] = .bool(status.isBootable(set))
                members["attemptsLeft"] = .number(status.attemptsLeft(set))
            }
            members["content"] = records.content(of: set)?.json
            if set == running.slotSet { members["version"] = .string(running.version.description) }
            return .object(members)
        }
        return .members([
            "slotSets": .array(sets), "order": status.map { .strings($0.order.map(\.name)) },
            "bootEnvironment": status == nil ? "unreadable" : "good",
        ])
    }
}

extension ProgressBoard.Reading {
    package var json: JSON {
        .members([
            "phase": .string(progress.phase.rawValue), "done": .number(progress.done),
            "total": .number(progress.total), "inPlace": .number(progress.skipped), "bytesPerSecond": .number(rate),
            "secondsLeft": secondsLeft.map { .number($0) },
        ])
    }
}

extension Agent {
    /// One line for `systemctl status`.
    package func summary() -> String {
        if let trouble { return "\(state.name): \(trouble.description)" }
        guard let reading = progress.reading, reading.progress.total > 0 else { return state.name }
        return "\(state.name), \(reading.progress.done * 100 / reading.progress.total) %"
    }
}
