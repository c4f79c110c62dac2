import Documents

// Watching the device change, on a line that may be slow.
extension ConsoleSession {
    /// Shows how the update stands whenever that changes, until `isOver` says of a status that it is.
    ///
    /// `changes` are those since before something was asked for: the first of them is how it stood then.
    func follow(
        from changes: AsyncStream<JSON>? = nil, until isOver: @escaping @Sendable (JSON) -> Bool
    ) async throws(CommandEnd) -> JSON {
        let desk = desk
        var drawing = ProgressDrawing(terminal, baud: baud)
        drawing.begin()
        progress = drawing
        defer { progress = nil }
        let result = try await whileWatching { [weak self] () -> Result<JSON, CommandEnd> in
            var (statuses, isEarlier) = (changes, changes != nil)
            while !Task.isCancelled {
                let known = if let statuses { statuses } else { await desk.changes() }
                for await status in known {
                    defer { isEarlier = false }
                    do throws(CommandEnd) { try await self?.showProgress(of: status) } catch { return .failure(error) }
                    if !isEarlier, isOver(status) { return .success(status) }
                }
                // The agent is away: it restarts, alone or with the device.
                try? await Task.sleep(for: .seconds(1))
                (statuses, isEarlier) = (nil, false)
            }
            return .failure(.stopped)
        }
        try await send(progress?.end() ?? "")
        do { return try result.get() } catch { throw error }
    }

    private func showProgress(of status: JSON) async throws(CommandEnd) {
        guard let output = progress?.show(status, at: .now), !output.isEmpty else { return }
        try await send(output)
    }
}
