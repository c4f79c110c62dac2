import Dispatch
import Glibc

/// Turns Ctrl-C and SIGTERM into an orderly end while long work is under way.
package final class Interruption {
    private let sources: [any DispatchSourceSignal]

    package init(_ body: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler(handler: body)
            source.resume()
            return source
        }
    }

    package func end() {
        for source in sources { source.cancel() }
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }
}
