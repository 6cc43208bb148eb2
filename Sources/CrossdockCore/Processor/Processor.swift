public import CrossdockSettings

/// Changes or directs an exchange. In the language of routes: a step.
public protocol Processor: Sendable {
    /// Changes the exchange it is given, or throws; never both in a way that a repetition could see:
    /// a step that is repeated gets the exchange as it was.
    func process(_ exchange: inout Exchange) async throws
}

/// A step that the route language knows by name.
public protocol NamedProcessor: Processor {
    /// The keyword, Camel's where Camel has the step.
    static var name: String { get }
    static var summary: String { get }
    associatedtype Options: Settings
    /// The option that is meant when a step is written as `name: text`.
    static var shorthand: String? { get }

    /// - Throws: ``DiagnosticsError`` for options that cannot work together.
    init(_ options: Options, _ builder: any RouteBuilding) throws
}

extension NamedProcessor {
    public static var shorthand: String? { nil }
}

/// A step that contains steps. It is not repeated when it fails: its inner steps are.
public protocol CompositeProcessor: NamedProcessor {}
