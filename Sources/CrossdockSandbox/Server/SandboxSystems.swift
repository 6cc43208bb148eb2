/// The systems the sandbox serves. What is not on this list does not exist.
enum SandboxSystems {
    static var all: [any SandboxSystem.Type] { [SalesforceSystem.self, SAPSystem.self] }

    static func named(_ name: String) -> (any SandboxSystem.Type)? {
        all.first { $0.name == name }
    }
}
