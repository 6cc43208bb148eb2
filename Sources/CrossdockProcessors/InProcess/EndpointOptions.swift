internal import CrossdockCore
internal import CrossdockSettings

extension EndpointAddress {
    /// Reads an endpoint's own options and those that Camel has for every endpoint.
    func options<Options: Settings>(
        _ type: Options.Type, with common: inout CommonOptions
    ) throws -> Options {
        var members = SettingMembers(texts: parameters.map { ($0.name, $0.value) }, at: span)
        common = try CommonOptions.decode(from: &members)
        let own = try Options.decode(from: &members)
        try members.refuseRest(known: Options.declarations.map(\.name))
        return own
    }

    func inProcessOptions<Options: Settings>(_ type: Options.Type = Options.self) throws -> Options
    {
        var common = CommonOptions()
        return try options(type, with: &common)
    }
}
