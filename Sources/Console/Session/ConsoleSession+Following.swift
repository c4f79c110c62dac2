import Documents

// Watching the device change, on a line that may be slow.
extension ConsoleSession {
    /// Shows how the update stands whenever that changes, until `isOver` says of a status that it is.
    func follow(until isOver: @escaping @Sendable (JSON) -> Bool) async throws(CommandEnd) -> JSON {
        let desk = desk
        var drawing = ProgressDrawing(terminal, baud: baud)
        drawing.begin()
        progress = drawing
        defer { progress = nil }
        let result = try await whileWatching { [weak self] () -> Result<JSON, CommandEnd> in
            while !Task.isCancelled {
                for await status in await desk.changes() {
                    do throws(CommandEnd) { try await self?.showProgress(of: status) } catch { return .failure(error) }
                    if isOver(status) { return .success(status) }
                }
                // The agent is away: it restarts, alone or with the device.
                try? await Task.sleep(for: .seconds(1))
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
