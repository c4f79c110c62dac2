import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("A database")
struct DatabaseTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let first = Migration(
        1, "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT")
    private static let second = Migration(
        2, "ALTER TABLE item ADD COLUMN note TEXT",
        "CREATE TABLE part (item INTEGER NOT NULL REFERENCES item(id)) STRICT")

    private func open(
        _ migrations: [Migration] = [first], _ observer: (any StorageObserver)? = nil
    ) throws(DatabaseError) -> Database {
        try Storage(observer: observer).openDatabase(folder.file("state.db"), migrations: migrations)
    }

    private func names(_ database: Database) throws(DatabaseError) -> [String] {
        try database.query("SELECT name FROM item ORDER BY id") { (row) throws(DatabaseError) in try row.text(0) }
    }

    @Test("Every kind of value comes back as it went in")
    func values() throws {
        let database = try open([Migration(1, "CREATE TABLE value (v ANY) STRICT")])
        for value in [.null, 7, .integer(.min), .real(0.5), "", "ä\u{0}b", .blob([]), .blob([0, 255])]
            as [DatabaseValue]
        {
            try database.execute("DELETE FROM value")
            try database.execute("INSERT INTO value VALUES (?)", [value])
            let read = try database.query("SELECT v FROM value") { (row) throws(DatabaseError) -> DatabaseValue in
                switch value {
                case .null: row.isNull(0) ? .null : 0
                case .integer: .integer(try row.integer(0))
                case .real: .real(try row.real(0))
                case .text: .text(try row.text(0))
                case .blob: .blob(try row.blob(0))
                }
            }
            #expect(read == [value])
        }
    }

    @Test("A column of another type than asked for is refused, not converted")
    func types() throws {
        let database = try open()
        try database.execute("INSERT INTO item (name) VALUES (?)", ["7"])
        let error = #expect(throws: DatabaseError.self) {
            try database.query("SELECT name FROM item") { (row) throws(DatabaseError) in try row.integer(0) }
        }
        #expect(error == .unexpected(folder.file("state.db"), column: "name", wanted: "whole number"))
    }

    @Test(
        "Too few or too many values are refused before anything runs",
        arguments: [[], ["a", "b"]] as [[DatabaseValue]])
    func parameterCount(values: [DatabaseValue]) throws {
        let database = try open()
        let error = #expect(throws: DatabaseError.self) {
            try database.execute("INSERT INTO item (name) VALUES (?)", values)
        }
        #expect(error?.code == FaultCode(1020))
        #expect(try names(database) == [])
    }

    @Test("A transaction that throws leaves nothing, one that returns is there after reopening")
    func transactions() throws {
        do {
            let database = try open()
            #expect(throws: DatabaseError.self) {
                try database.transaction { () throws(DatabaseError) in
                    try database.execute("INSERT INTO item (name) VALUES ('lost')")
                    try database.execute("INSERT INTO item (name) VALUES ('lost')")
                }
            }
            #expect(try names(database) == [])
            try database.transaction { () throws(DatabaseError) in
                try database.execute("INSERT INTO item (name) VALUES ('kept')")
            }
            #expect(database.changes == 1)
            #expect(database.lastRow == 1)
        }
        #expect(try names(open()) == ["kept"])
    }

    @Test("Broken rules have their own error, and values never show in it")
    func constraints() throws {
        let database = try open([Self.first, Self.second])
        try database.execute("INSERT INTO item (name) VALUES (?)", ["secret"])
        let unique = #expect(throws: DatabaseError.self) {
            try database.execute("INSERT INTO item (name) VALUES (?)", ["secret"])
        }
        #expect(unique?.code == FaultCode(1024))
        #expect(unique?.description.contains("secret") == false)
        let foreign = #expect(throws: DatabaseError.self) { try database.execute("INSERT INTO part VALUES (99)") }
        #expect(foreign?.code == FaultCode(1024))
    }

    @Test("Migrations run once, in order, each with its number")
    func migrations() throws {
        do {
            let database = try open()
            #expect(database.schemaVersion == 1)
            try database.execute("INSERT INTO item (name) VALUES ('old')")
        }
        do {
            let database = try open([Self.first, Self.second])
            #expect(database.schemaVersion == 2)
            #expect(try names(database) == ["old"])
        }
        #expect(try open([Self.first, Self.second]).schemaVersion == 2)
    }

    @Test("A migration that fails leaves the schema before it")
    func failingMigration() throws {
        do { _ = try open() }
        #expect(throws: DatabaseError.self) {
            try open([Self.first, Migration(2, "ALTER TABLE item ADD COLUMN note TEXT", "CREATE TABLE item (x)")])
        }
        #expect(try open([Self.first, Self.second]).schemaVersion == 2)
    }

    @Test("What a newer agent added does not trouble the one it was rolled back to")
    func newerSchema() throws {
        do {
            let newer = try open([Self.first, Self.second])
            try newer.execute("INSERT INTO item (name, note) VALUES ('new', 'unknown to the old')")
        }
        do {
            let older = try open()
            #expect(older.schemaVersion == 2)
            try older.execute("INSERT INTO item (name) VALUES ('old')")
            #expect(try names(older) == ["new", "old"])
        }
        let notes = try open([Self.first, Self.second])
            .query("SELECT note IS NULL FROM item ORDER BY id") { (row) throws(DatabaseError) in try row.integer(0) }
        #expect(notes == [0, 1])
    }

    @Test("A second owner is refused while the first holds it")
    func exclusive() throws {
        let first = try open()
        try first.execute("INSERT INTO item (name) VALUES ('mine')")
        let error = #expect(throws: DatabaseError.self) { try open() }
        #expect(error == .inUse(folder.file("state.db")))
        #expect(error?.kind == .inUse)
    }

    @Test("Only its owner may read it")
    func mode() throws {
        let database = try open()
        try database.execute("INSERT INTO item (name) VALUES ('x')")
        let result = try Tool.run([
            "stat", "-c", "%a", folder.file("state.db").string, folder.file("state.db-wal").string,
        ])
        #expect(result.text == "600\n600\n")
    }

    @Test("The sqlite3 program reads what was written and finds nothing wrong")
    func oracle() throws {
        do {
            let database = try open()
            for number in 1...200 {
                try database.execute("INSERT INTO item (name) VALUES (?)", [.text("item \(number)")])
            }
        }
        let result = try Tool.run(
            ["sqlite3", folder.file("state.db").string, "PRAGMA integrity_check; SELECT count(*) FROM item"])
        #expect(result.text == "ok\n200\n")
    }

    @Test("A file that is no database, or a damaged one, is corrupt, and can be set aside", arguments: [0, 100, 4096])
    func corrupt(offset: Int) throws {
        do {
            let database = try open()
            for number in 1...500 {
                try database.execute("INSERT INTO item (name) VALUES (?)", [.text("item \(number)")])
            }
        }
        var bytes = try folder.read("state.db")
        for index in offset..<(offset + 64) { bytes[index] = 0xA5 }
        try folder.write("state.db", bytes)
        let error = #expect(throws: DatabaseError.self) { try open() }
        #expect(error?.code == FaultCode(1021))

        let aside = try Storage().setDatabaseAside(folder.file("state.db"))
        #expect(try folder.read(aside.lastComponent?.string ?? "") == bytes)
        #expect(try names(open()) == [])
    }

    @Test("No more than four databases are kept aside")
    func asideIsBounded() throws {
        for _ in 1...6 {
            do { try open().execute("INSERT INTO item (name) VALUES ('x')") }
            try Storage().setDatabaseAside(folder.file("state.db"))
        }
        let names = try Storage().names(in: folder.path)
        #expect(names == (1...4).map { "state.db.corrupt-\($0)" })
    }

    @Test("A log whose database was set aside before a power cut follows it instead of being lost")
    func interruptedSettingAside() throws {
        try folder.write("state.db", "not a database at all")
        try folder.write("state.db-wal", "its log")
        // The database itself is renamed, its log is not.
        let probe = StorageProbe(cutAt: 1)
        #expect(throws: StorageError.self) {
            try Storage(observer: probe).setDatabaseAside(folder.file("state.db"))
        }
        _ = try open()
        #expect(try folder.read("state.db.corrupt-1") == Array("not a database at all".utf8))
        #expect(try folder.read("state.db.corrupt-1-wal") == Array("its log".utf8))
    }
}
