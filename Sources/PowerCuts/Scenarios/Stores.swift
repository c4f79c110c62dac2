import Heartbeats
import Platform
import SystemPackage
import Trust
import Vocabulary

extension StoreScenario {
    /// The database alone: commits, and moving its log into it.
    static let database = StoreScenario(
        name: "database", summary: "SQLite alone: commits, its log moved into the database, closed and opened again",
        work: { folder, storage, promise in
            try storage.createFolder(folder)
            var number = 0
            for round in 1...3 {
                let database = try storage.openDatabase(folder.appending("state.db"), migrations: migrations)
                for _ in 1...5 {
                    number += 1
                    try add(number, to: database)
                    promise("\(number)")
                    if number == 4 + round { try database.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
                }
            }
        },
        check: { folder, storage, promises in
            try storage.createFolder(folder)
            let database = try storage.openDatabase(folder.appending("state.db"), migrations: migrations)
            let kept = try database.query("SELECT id FROM item ORDER BY id") { (row) throws(DatabaseError) in
                Int(try row.integer(0))
            }
            try add(100, to: database)
            // The commit under way may be there or not; nothing before it may be missing.
            return (promises.count...promises.count + 1).contains(kept.count) && kept == Array(1..<kept.count + 1)
                ? [] : ["\(promises.count) commits were acknowledged, there are \(kept)"]
        })

    private static let migrations = [Migration(1, "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT) STRICT")]

    private static func add(_ number: Int, to database: Database) throws(DatabaseError) {
        try database.transaction { () throws(DatabaseError) in
            let name = String(repeating: "n", count: 500 + number * 333)
            try database.execute("INSERT INTO item VALUES (?, ?)", [.integer(Int64(number)), .text(name)])
        }
    }

    /// A small file that is replaced again and again, as `health.json` is.
    static let replacing = StoreScenario(
        name: "small-file", summary: "a small file is replaced again and again",
        work: { folder, storage, promise in
            try storage.createFolder(folder)
            for number in 1...6 {
                try storage.replace(folder.appending("health.json"), with: text(number))
                promise("\(number)")
            }
        },
        check: { folder, storage, promises in
            try storage.createFolder(folder)
            let file = folder.appending("health.json")
            let bytes = storage.exists(file) ? try storage.read(file, limit: 1 << 20) : nil
            let allowed = (promises.count...promises.count + 1).map { $0 == 0 ? nil : text($0) }
            try storage.replace(file, with: text(100))
            guard allowed.contains(bytes) else { return ["it holds neither version \(promises.count) nor the next"] }
            return try storage.read(file, limit: 1 << 20) == text(100) ? [] : ["it cannot be replaced any more"]
        })

    private static func text(_ number: Int) -> [UInt8] {
        Array(String(repeating: "the month's statistics \(number)\n", count: 40 * number).utf8)
    }

    /// The device's key, made at the first start.
    static let deviceKey = StoreScenario(
        name: "device-key", summary: "the device's own key is made at the first start",
        work: { folder, storage, promise in
            try storage.createFolder(folder)
            for _ in 1...2 {
                let key = try DeviceKey.open(file: folder.appending("device.key"), storage: storage)
                promise(try Hex.encode(key.publicKey))
            }
        },
        check: { folder, storage, promises in
            try storage.createFolder(folder)
            let key = try DeviceKey.open(file: folder.appending("device.key"), storage: storage)
            let found = try Hex.encode(key.publicKey)
            return promises.allSatisfy { $0 == found } ? [] : ["the key that was told of is gone"]
        })

    /// What waits to be sent.
    static let heartbeats = StoreScenario(
        name: "heartbeats", summary: "heartbeats wait in their queue",
        work: { folder, storage, promise in
            try storage.createFolder(folder)
            let queue = try queue(folder, storage)
            for number in 1...8 {
                try await queue.add(item(number))
                promise(item(number).id)
            }
        },
        check: { folder, storage, promises in
            try storage.createFolder(folder)
            let queue = try queue(folder, storage)
            let found = try await queue.next(for: "one", bytes: 1 << 20)?.ids ?? []
            try await queue.add(item(100))
            return Set(promises).subtracting(found).sorted().map { "item \($0) waited and is gone" }
        })

    private static func queue(_ folder: FilePath, _ storage: Storage) throws -> HeartbeatQueue {
        try HeartbeatQueue(
            folder.appending("heartbeats.db"), endpoints: ["one"], bounds: QueueBounds(), storage: storage,
            now: SimulatedMachine.time)
    }

    private static func item(_ number: Int) -> QueueItem {
        QueueItem(
            id: String(repeating: "0", count: 30) + (number < 10 ? "0" : "") + String(number % 100), signal: .metrics,
            priority: .routine, time: SimulatedMachine.time,
            body: Array(String(repeating: "{\"number\":\(number)}", count: 30).utf8))
    }
}
