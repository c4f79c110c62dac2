import Platform
import Synchronization
import SystemPackage

/// Records every durable change, and cuts the power at one of them if told to: nothing after it reaches the medium.
final class PowerCut: StorageObserver {
    private struct State {
        var operations: [StorageOperation] = []
    }

    private let state = Mutex(State())
    private let moment: Int
    private let keeping: Int

    /// Cuts at the operation of this number, counted from 0; of a write, `keeping` bytes still reach the medium.
    init(at moment: Int = .max, keeping: Int = 0) {
        self.moment = moment
        self.keeping = keeping
    }

    var operations: [StorageOperation] { state.withLock { $0.operations } }

    func decide(on operation: StorageOperation, data: UnsafeRawBufferPointer?) -> StorageDecision {
        state.withLock { state in
            let number = state.operations.count
            state.operations.append(operation)
            if number < moment { return .proceed }
            return number == moment && data != nil ? .tear(keeping: keeping, .ioError) : .fail(.ioError)
        }
    }
}
