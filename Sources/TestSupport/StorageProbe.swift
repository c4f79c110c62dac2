package import Platform
import Synchronization
import SystemPackage

/// Watches a storage: records what is changed, and decides by the number of the change what becomes of it.
package final class StorageProbe: StorageObserver {
    private let changes = Mutex<[StorageOperation]>([])
    private let rule: @Sendable (Int, StorageOperation) -> StorageDecision

    package init(_ rule: @escaping @Sendable (Int, StorageOperation) -> StorageDecision = { _, _ in .proceed }) {
        self.rule = rule
    }

    /// Cuts the power at the change of this number, from 0: it and all after it do not happen.
    ///
    /// A write that is cut leaves its first `keeping` bytes, or all but its last `-keeping`.
    package convenience init(cutAt number: Int, keeping: Int = 0) {
        self.init { index, operation in
            if index < number { return .proceed }
            guard index == number, case .write(_, _, let count) = operation, keeping != 0 else {
                return .fail(.ioError)
            }
            return .tear(keeping: keeping > 0 ? min(keeping, count) : max(count + keeping, 0), .ioError)
        }
    }

    package var operations: [StorageOperation] { changes.withLock { $0 } }

    package func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision {
        let index = changes.withLock { changes in
            changes.append(operation)
            return changes.count - 1
        }
        return rule(index, operation)
    }
}
