/// Waits until the task is cancelled, as a call does whose answer never comes.
func waitToBeCancelled() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    for await _ in stream {}
    continuation.finish()
}
