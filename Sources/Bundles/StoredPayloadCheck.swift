package import Platform

extension VerifiedBundle {
    /// Compares the stored payload with what was signed before any of it is used; false where it comes only once.
    ///
    /// It costs one pass of reading and SHA-256 over the stored bytes, and a buffer for the largest chunk. Nothing is
    /// decoded, but a frame that would become another length than the index says is refused. Reading starts over
    /// afterwards, whatever came out. What each chunk becomes is checked again then, since a file may change
    /// meanwhile. `progress` gets the stored bytes read so far.
    package func checkStoredPayload(
        cancellation: Cancellation = Cancellation(), progress: (_ done: UInt64) -> Void = { _ in }
    ) throws(BundleError) -> Bool {
        guard canStartOver else { return false }
        startOver()
        defer { startOver() }
        let buffer = AlignedBuffer(byteCount: readBufferLength)
        let digest = SHA256()
        var malformed: BundleError?
        while true {
            guard !cancellation.isCancelled else { throw .cancelled }
            guard let record = try readChunk(into: buffer.bytes) else { break }
            let stored = UnsafeRawBufferPointer(rebasing: buffer.bytes[..<record.storedLength])
            digest.update(stored)
            // Accidental damage is told as damage, also where it hit a frame's header first.
            if malformed == nil {
                do throws(BundleError) { try ChunkDecoder.checkFrame(record, stored) } catch { malformed = error }
            }
            progress(record.storedOffset + UInt64(record.storedLength))
        }
        guard digest.finish() == manifest.payloadDigest else { throw .payloadDamaged }
        if let malformed { throw malformed }
        return true
    }
}
