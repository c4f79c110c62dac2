import Fuzzing
import Glibc
import Platform
import SystemPackage
import Vocabulary

// libFuzzer calls these three, by their names (https://llvm.org/docs/LibFuzzer.html).

/// Takes the words that are ours: `seeds FOLDER`, `doors`, and `--door=NAME` beside libFuzzer's own.
@_cdecl("LLVMFuzzerInitialize")
func prepare(
    _ count: UnsafeMutablePointer<CInt>?,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
    let words = (1..<Int(count?.pointee ?? 1)).compactMap { index in
        words?.pointee?[index].map { String(cString: $0) }
    }
    do throws(FuzzingError) { try Session.begin(words) } catch {
        Session.stop(error.message)
    }
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
func take(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    Session.take(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

/// The one run of this program: which door it tries.
private enum Session {
    // Set once by libFuzzer's first call and only read after it, all on one thread.
    nonisolated(unsafe) private static var entrance: (any Entrance)?

    static func begin(_ words: [String]) throws(FuzzingError) {
        switch words.first {
        case "doors":
            for door in Door.allCases { say("\(door.rawValue) \(door.modules.joined(separator: " "))") }
            exit(0)
        case "seeds":
            try Seeds.write(into: FilePath(words.count > 1 ? words[1] : "seeds"))
            exit(0)
        default: break
        }
        guard let word = words.first(where: { $0.hasPrefix("--door=") }) else {
            throw .unknownDoor("which --door=NAME should say")
        }
        let door = try Door(named: String(word.dropFirst("--door=".count)))
        // One for each process, as some inputs are files; scripts/fuzz gives it a place in memory, and clears that.
        let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/dev/shm"
        let folder = FilePath("\(place)/aftercare-fuzz-\(getpid())")
        entrance = try door.entrance(in: folder)
    }

    static func take(_ bytes: [UInt8]) {
        do throws(FuzzingError) { try entrance?.enter(bytes) } catch { stop(error.message) }
    }

    static func say(_ text: String) { _ = write(STDOUT_FILENO, text + "\n", text.utf8.count + 1) }

    /// Ends as a crash does, so that libFuzzer keeps the input.
    static func stop(_ message: String) -> Never {
        _ = write(STDERR_FILENO, message + "\n", message.utf8.count + 1)
        abort()
    }
}
