/// An object that we serve: one interface at one path.
package struct BusObject: Sendable {
    package let path: String
    package let interface: String
    package let methods: [BusMethod]
    package let properties: [BusProperty]
    package let signals: [BusSignature]

    package init(
        path: String, interface: String, methods: [BusMethod] = [], properties: [BusProperty] = [],
        signals: [BusSignature] = []
    ) {
        self.path = path
        self.interface = interface
        self.methods = methods
        self.properties = properties
        self.signals = signals
    }
}

/// A method that we serve.
///
/// The handler may take as long as it needs: other calls and signals go on meanwhile. It is cancelled when the
/// connection is closed or lost.
package struct BusMethod: Sendable {
    package typealias Handler = @Sendable (BusCall) async throws(BusFault) -> [BusValue]

    package let name: String
    package let arguments: [BusArgument]
    package let results: [BusArgument]
    package let handler: Handler

    package init(
        _ name: String, _ arguments: [BusArgument] = [], returns results: [BusArgument] = [],
        handler: @escaping Handler
    ) {
        self.name = name
        self.arguments = arguments
        self.results = results
        self.handler = handler
    }
}

/// The name and type of an argument or result.
package struct BusArgument: Sendable, Hashable {
    package let name: String
    package let type: BusType

    package init(_ name: String, _ type: BusType) {
        self.name = name
        self.type = type
    }
}

/// The name and arguments of a signal that we emit.
package struct BusSignature: Sendable, Hashable {
    package let name: String
    package let arguments: [BusArgument]

    package init(_ name: String, _ arguments: [BusArgument] = []) {
        self.name = name
        self.arguments = arguments
    }
}

/// A read-only property that we serve; `BusConnection.publish` gives it a new value.
package struct BusProperty: Sendable, Hashable {
    /// What others are told when the value changes.
    package enum Changes: Int32, Sendable {
        case silent = 0
        /// PropertiesChanged with the new value.
        case emitted = 1
        /// PropertiesChanged with the name alone.
        case invalidated = 2
        /// Nothing: it keeps its first value.
        case constant = 3
    }

    package let name: String
    package let changes: Changes
    package let value: BusValue

    /// The type is that of the first value.
    package init(_ name: String, _ value: BusValue, changes: Changes = .emitted) {
        self.name = name
        self.changes = changes
        self.value = value
    }
}

/// A call of a method that we serve.
package struct BusCall: Sendable {
    /// The unique name of the caller, such as `:1.42`.
    package let sender: String
    package let method: String
    /// As many and of the types that the method declares.
    package let arguments: [BusValue]
    package let connection: BusConnection

    /// Who calls, as the bus saw it when the caller connected.
    package func credentials() async throws(BusError) -> BusCredentials {
        try await connection.credentials(of: sender)
    }
}

/// Who is behind a name on the bus.
package struct BusCredentials: Sendable, Hashable {
    package let user: UInt32
    package let process: UInt32?

    package init(user: UInt32, process: UInt32?) {
        self.user = user
        self.process = process
    }
}
