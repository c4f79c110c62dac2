package import Documents
import SystemPackage
package import Vocabulary

/// What a service tool does on a device in one go: logs in, asks, logs off.
package struct ToolVisit {
    /// Makes the text of a grant for the text of a challenge.
    package typealias MakeGrant = @Sendable (_ challenge: String) throws(FaultReport) -> String

    private let makeGrant: MakeGrant?

    /// Without a grant only that is asked which the device allows anybody.
    package init(makeGrant: MakeGrant?) { self.makeGrant = makeGrant }

    /// Asks one thing.
    package func ask(_ request: JSON, over client: LineClient) throws(FaultReport) -> JSON {
        try logIn(over: client)
        let answer: JSON
        do throws(FaultReport) { answer = try client.perform(request) } catch {
            logOut(result: "failed", over: client)
            throw error
        }
        logOut(result: "passed", over: client)
        return answer
    }

    /// Sends a release and has it installed; gives the device's status once it needs nothing more from here.
    package func update(_ file: SentFile, activate: Bool, over client: LineClient) throws(FaultReport) -> JSON {
        try logIn(over: client)
        let answer: JSON
        do throws(FaultReport) {
            let request: JSON = [
                "command": "update", "source": "line", "activate": false,
                "name": .string(file.path.lastComponent?.string ?? ""),
            ]
            answer = try follow(try client.perform(request, file: file), over: client)
            // An order of its own, because a device that restarts by itself may not get round to saying that all went well.
            if activate { _ = try client.perform(["command": "activate"]) }
        } catch {
            logOut(result: "failed", over: client)
            throw error
        }
        // A device that restarts answers nothing meanwhile: the visit stays open, for whoever comes back to see how it went.
        if !activate { logOut(result: "passed", over: client) }
        return answer
    }

    /// The device answers at once and reads the release afterwards.
    private func follow(_ answer: JSON, over client: LineClient) throws(FaultReport) -> JSON {
        guard let update = answer["update"]?.string else { return answer }
        let following = UpdateFollowing(update)
        while true {
            let wasServing = client.isServing
            try client.serve(for: .seconds(2))
            let status: JSON
            do throws(FaultReport) { status = try client.perform(["command": "status"]) } catch {
                // Whoever may update need not be allowed to look: then the stream says when the device has it all.
                guard error.kind == .refused else { throw error }
                guard wasServing else { return answer }
                continue
            }
            if let end = try following.end(in: status) { return end }
            // Something else is under way, or the device has restarted: it does not speak of this update any more.
            if !wasServing, status["offer"]?["id"]?.string != update { return status }
        }
    }

    private func logIn(over client: LineClient) throws(FaultReport) {
        guard let makeGrant else { return }
        let challenge = try client.perform(["command": "challenge"])
        let grant = try makeGrant(challenge["challenge"]?.string ?? "")
        _ = try client.perform(["command": "login", "grant": .string(grant)])
    }

    /// The device completes the record of what it saw itself; one that it does not take stays open as its own doing says.
    private func logOut(result: String, over client: LineClient) {
        guard makeGrant != nil else { return }
        let record: JSON = ["performed": "made by aftercare-fleet", "result": .string(result), "remarks": ""]
        _ = try? client.perform(["command": "logout", "record": record])
    }
}
