package import SystemPackage

/// A change that is about to be made to a medium: what the seam shows to whoever watches it.
package enum StorageOperation: Sendable, Equatable {
    case create(FilePath)
    case write(FilePath, offset: UInt64, count: Int)
    case zero(FilePath, offset: UInt64, count: UInt64)
    case truncate(FilePath, size: UInt64)
    case flush(FilePath)
    case rename(FilePath, to: FilePath)
    case remove(FilePath)
    case createFolder(FilePath)
    case flushFolder(FilePath)
}

/// What becomes of an operation.
package enum StorageDecision: Sendable, Equatable {
    case proceed
    /// Nothing is done and this error is reported.
    case fail(Errno)
    /// Only the first bytes of a write reach the medium, then this error is reported.
    case tear(keeping: Int, Errno)
}

/// Watches every durable change before it is made: records it, fails it, tears it, or cuts the power.
///
/// On a device there is none. Tests and the power-cut sweep give one to `Storage`; nothing in the product can tell the difference.
package protocol StorageObserver: Sendable {
    func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision

    /// The error that a read of `count` bytes at `offset` meets; nil where the medium is asked.
    func failure(reading path: FilePath, at offset: UInt64, count: Int) -> Errno?
}

extension StorageObserver {
    package func failure(reading path: FilePath, at offset: UInt64, count: Int) -> Errno? { nil }
}
