import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("A database when the power fails")
struct DatabasePowerCutTests {
    private static let migrations = [Migration(1, "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT) STRICT")]

    private func open(
        _ folder: TemporaryFolder, _ observer: (any StorageObserver)? = nil
    ) throws(DatabaseError) -> Database {
        try Storage(observer: observer).openDatabase(folder.file("state.db"), migrations: Self.migrations)
    }

    private func add(_ number: Int, to database: Database) throws(DatabaseError) {
        try database.transaction { () throws(DatabaseError) in
            let name = String(repeating: "n", count: 3000)
            try database.execute("INSERT INTO item VALUES (?, ?)", [.integer(Int64(number)), .text(name)])
        }
    }

    private func items(_ database: Database) throws(DatabaseError) -> [Int64] {
        try database.query("SELECT id FROM item ORDER BY id") { (row) throws(DatabaseError) in try row.integer(0) }
    }

    /// Opens, commits, moves the log into the database, commits again and closes; gives the last number that was committed.
    private func work(in folder: TemporaryFolder, _ probe: StorageProbe) -> Int {
        var committed = 0
        do throws(DatabaseError) {
            let database = try open(folder, probe)
            for number in 1...6 {
                try add(number, to: database)
                committed = number
                if number == 4 { try database.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
            }
        } catch {}
        return committed
    }

    @Test("Every write, flush, truncation and removal of SQLite's shows at the seam")
    func everythingShows() throws {
        let folder = try TemporaryFolder()
        let probe = StorageProbe()
        #expect(work(in: folder, probe) == 6)
        let (database, log) = (folder.file("state.db"), folder.file("state.db-wal"))
        let operations = probe.operations
        #expect(operations.contains(.create(database)))
        #expect(operations.contains(.create(log)))
        #expect(operations.contains(.flush(database)))
        #expect(operations.contains(.truncate(log, size: 0)))
        #expect(operations.contains(.remove(log)))
        #expect(operations.filter { $0 == .flush(log) }.count >= 6)
        #expect(operations.contains { if case .write(log, _, _) = $0 { true } else { false } })
        #expect(operations.contains { if case .write(database, _, _) = $0 { true } else { false } })
    }

    @Test("Cut or torn at any change, it keeps every commit that returned", arguments: [0, 1, 100, 3000])
    func cutAnywhere(keeping: Int) throws {
        for number in 0... {
            let folder = try TemporaryFolder()
            let probe = StorageProbe(cutAt: number, keeping: keeping)
            let committed = work(in: folder, probe)
            let database = try open(folder)
            let kept = try items(database)
            let note: Comment = "cut at change \(number), keeping \(keeping)"
            // The commit under way may be there or not; nothing before it may be missing.
            #expect(kept == (1...6).prefix(kept.count).map(Int64.init), note)
            #expect(kept.count >= committed && kept.count <= committed + 1, note)
            try add(100, to: database)
            if probe.operations.count <= number {
                #expect(committed == 6)
                #expect(number > 20)
                return
            }
        }
    }

    @Test("A full disk fails the commit, loses nothing, and the next one works")
    func fullDisk() throws {
        let folder = try TemporaryFolder()
        let full = Switch()
        let probe = StorageProbe { _, operation in
            guard full.isOn, case .write = operation else { return .proceed }
            return .fail(.noSpace)
        }
        let database = try open(folder, probe)
        try add(1, to: database)
        full.isOn = true
        let error = #expect(throws: DatabaseError.self) { try add(2, to: database) }
        #expect(error == .full(folder.file("state.db")))
        full.isOn = false
        try add(3, to: database)
        #expect(try items(database) == [1, 3])
    }

    @Test("A flush that fails fails the commit")
    func failingFlush() throws {
        let folder = try TemporaryFolder()
        let broken = Switch()
        let probe = StorageProbe { _, operation in
            guard broken.isOn, case .flush = operation else { return .proceed }
            return .fail(.ioError)
        }
        let database = try open(folder, probe)
        broken.isOn = true
        let error = #expect(throws: DatabaseError.self) { try add(1, to: database) }
        #expect(error?.code == FaultCode(1025))
        broken.isOn = false
        #expect(try items(database) == [])
        try add(2, to: database)
        #expect(try items(database) == [2])
    }
}
