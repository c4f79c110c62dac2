extension BusConnection {
    private static let driver = BusEndpoint(
        "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus")

    /// Owns `name` from now on, or throws `nameTaken`.
    ///
    /// On a connection that is kept and not made yet, the name is asked for when it is; `events` tells how that went.
    package func own(_ name: String) async throws(BusError) {
        wantedNames.insert(name)
        guard isReady || !retries else { return }
        do throws(BusError) {
            try await requestName(name)
        } catch {
            wantedNames.remove(name)
            throw error
        }
    }

    package func disown(_ name: String) async throws(BusError) {
        wantedNames.remove(name)
        _ = try await call("ReleaseName", on: Self.driver, [.string(name)])
    }

    /// The unique name of who owns `name`; nil when nobody does.
    package func owner(of name: String) async throws(BusError) -> String? {
        do throws(BusError) {
            return try await call("GetNameOwner", on: Self.driver, [.string(name)]).read(0)
        } catch {
            if case .refused(_, let fault) = error, fault.name == "org.freedesktop.DBus.Error.NameHasNoOwner" {
                return nil
            }
            throw error
        }
    }

    /// Who is behind `name`, as the bus knows from the kernel.
    package func credentials(of name: String) async throws(BusError) -> BusCredentials {
        let values: [String: BusValue] =
            try await call("GetConnectionCredentials", on: Self.driver, [.string(name)]).read(0)
        guard let user = values["UnixUserID"].flatMap({ UInt32(bus: $0) }) else {
            throw .malformed("the credentials of '\(name)'", reason: "they name no user")
        }
        return BusCredentials(user: user, process: values["ProcessID"].flatMap { UInt32(bus: $0) })
    }

    /// Asks again for a name after the connection was made.
    func claim(_ name: String) {
        Task {
            do throws(BusError) {
                try await requestName(name)
            } catch {
                happened.yield(.nameRefused(name, error))
            }
        }
    }

    private func requestName(_ name: String) async throws(BusError) {
        let doNotQueue: UInt32 = 4
        let answer: UInt32 =
            try await call("RequestName", on: Self.driver, [.string(name), .uint32(doNotQueue)]).read(0)
        // 1 is owner now, 4 was already; 3 is somebody else.
        guard answer == 1 || answer == 4 else { throw .nameTaken(name) }
        happened.yield(.named(name))
    }
}
