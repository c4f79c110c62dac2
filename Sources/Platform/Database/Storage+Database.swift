package import SystemPackage

extension Storage {
    /// Opens the database at `path`, makes it where there is none, checks it and brings its schema up to date.
    ///
    /// Every change it makes goes through this storage's seam. `DatabaseError.corrupt` says that it should be set aside.
    package func openDatabase(_ path: FilePath, migrations: [Migration]) throws(DatabaseError) -> Database {
        do throws(StorageError) {
            if !exists(path) {
                // A log without its database was left by a power cut in `setDatabaseAside`; SQLite would delete it.
                if exists(Self.log(of: path)) { try setDatabaseAside(path) }
                // SQLite would make the file readable by all.
                _ = try open(path, [.write, .create, .exclusive], mode: 0o600)
                try flushFolder(path.removingLastComponent())
            }
        } catch {
            throw .storage(error)
        }
        return try Database(path, migrations: migrations, observer: observer)
    }

    /// Moves a database and its log out of the way, for whoever looks into what happened, and gives their new name.
    ///
    /// At most `databasesAside` are kept; the last place is used over and over.
    @discardableResult
    package func setDatabaseAside(_ path: FilePath) throws(StorageError) -> FilePath {
        let places = (1...Self.databasesAside).map { FilePath("\(path.string).corrupt-\($0)") }
        let free = places.first { !exists($0) && !exists(Self.log(of: $0)) }
        // A log alone belongs to the database that went before it.
        let begun = exists(path) ? nil : places.last { exists($0) && !exists(Self.log(of: $0)) }
        let target = begun ?? free ?? FilePath("\(path.string).corrupt-\(Self.databasesAside)")
        if begun == nil, exists(Self.log(of: target)) { try remove(Self.log(of: target)) }
        // The database goes first: without its log it could pass for a whole but older one.
        for suffix in ["", "-wal", "-shm"] where exists(FilePath(path.string + suffix)) {
            try rename(FilePath(path.string + suffix), to: FilePath(target.string + suffix))
        }
        try flushFolder(path.removingLastComponent())
        return target
    }

    package static let databasesAside = 4

    private static func log(of path: FilePath) -> FilePath { FilePath(path.string + "-wal") }
}
